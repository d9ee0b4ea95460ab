"""The ledger as one writer: groups, failures, schema, and what web pages see of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from contract.wire import answers
from queue_server.broker.retained import WATCHER_BUFFER, RetainedTopics
from queue_server.commands import table
from queue_server.hall_access import HallAccess, TooSlow
from queue_server.store.database import BadDatabase, Database, sqlite_url
from tests.bed import Bed

MakeBed = Callable[..., Bed]
ISSUE = ("issue-ticket", {"queue": "household", "channel": "web"})


def test_a_request_that_fails_in_the_program_does_not_harm_those_beside_it(bed: Bed, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: Any) -> dict[str, Any]:
        raise ZeroDivisionError

    monkeypatch.setitem(table.COMMANDS, "lookup", broken)
    answers = bed.group(ISSUE, ("lookup", {"ticket": "20261123-a001"}), ISSUE)
    assert [a.error.code if a.error else a.data["ticket"]["number"] for a in answers if a.error or a.data] == [
        "A001",
        "internal",
        "A002",
    ]
    assert bed.rows("SELECT count(*) FROM tickets")[0][0] == 2
    assert bed.rows("SELECT sum(waiting) FROM lines")[0][0] == 2


def test_a_failed_request_may_be_repeated_with_its_id(bed: Bed, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any) -> dict[str, Any]:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as context:
        context.setitem(table.COMMANDS, "issue-ticket", full)
        assert bed.refused("issue-ticket", request_id="again", queue="tax", channel="web") == "busy"
    answer = bed.ask("issue-ticket", request_id="again", queue="tax", channel="web")
    assert answer.data is not None and answer.data["ticket"]["number"] == "B001"


def test_the_id_of_another_s_request_gets_nobody_the_answer_with_its_token(bed: Bed):
    bed.actor = "kiosk-1"
    first = bed.ask("issue-ticket", request_id="same", queue="tax", channel="web")
    assert first.data is not None and first.data["ticket"]["token"]
    for again in (bed, bed.again()):
        again.actor = "screen-1"
        other = again.ask("issue-ticket", request_id="same", queue="tax", channel="web")
        assert other.status == "error" or first.data["ticket"]["token"] not in str(other)
        for name in ("kiosk-1", "kiosk-1-0123abcd"):
            again.actor = name
            assert again.ask("issue-ticket", request_id="same", queue="tax", channel="web") == first, "also in another session"


def test_a_refusal_is_kept_for_whoever_was_refused(bed: Bed):
    bed.actor = "kiosk-1"
    assert bed.refused("rate", request_id="same", level=5, channel="kiosk", token="220101b001-xxxxxxxxxxxx") != "bad-request"
    bed.actor = "crowd-0123abcd"
    assert bed.ok("issue-ticket", request_id="same", queue="tax", channel="web"), "an id of one's own"


def test_a_group_of_requests_is_one_transaction_in_order(bed: Bed):
    calls = [("call-next", {"window": "01"}), ("start-service", {"window": "01"}), ("finish-service", {"window": "01"})]
    answers = bed.group(ISSUE, *calls, ISSUE, ("call-next", {"window": "01"}))
    assert [answer.status for answer in answers] == ["ok"] * 6
    assert bed.rows("SELECT count(*) FROM periods WHERE ticket = '20261123-a001' AND ended_at IS NOT NULL")[0][0] == 3


def test_events_are_kept_in_the_past_tense_with_who_did_it(bed: Bed):
    bed.issue()
    bed.serve()
    kinds = [tuple(row) for row in bed.rows("SELECT type, actor FROM events WHERE type != 'window-opened' ORDER BY id")]
    assert kinds == [(kind, "test") for kind in ("ticket-issued", "ticket-called", "service-started", "service-finished")]


def test_a_schema_of_a_newer_version_is_refused(tmp_path: Path):
    database = Database(sqlite_url(tmp_path))
    database.open()
    with database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(BadDatabase, match="newer version"):
        Database(sqlite_url(tmp_path)).open()


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("postgresql://postgres:secret@127.0.0.1:1/ledger", r"postgres:\*\*\*@127.0.0.1:1/ledger cannot be used"),
        ("oracle9://x/y", "is no database URL"),
        ("sqlite:////nowhere/at/all/ledger.sqlite", "unable to open"),
    ],
)
def test_a_database_that_cannot_be_used_is_explained_without_its_password(url: str, part: str):
    with pytest.raises(BadDatabase, match=part) as refused:
        Database(url).open()
    assert "secret" not in str(refused.value)


def test_web_pages_ask_look_and_watch(bed: Bed):
    retained = RetainedTopics()
    desk = HallAccess(
        hand_over=lambda request: bed.ledger.handle([request]) and None,
        retained=retained,
        reports=bed.reports,
        visits=bed.visits,
        lines=bed.lines,
    )

    async def visit() -> None:
        wish = {"queue": "household", "channel": "desk"}
        made, again = [await desk.ask("issue-ticket", wish, request_id="same", actor="0101") for _ in range(2)]
        issued = answers.of(made, answers.IssueAnswer)
        assert issued is made.data and issued is not None and issued.ticket.number == "A001"
        assert answers.of(again, answers.IssueAnswer) == issued, "kept as JSON, read as the same answer"
        illegal = await desk.ask("issue-ticket", {"queue": 7, "channel": "desk"})
        assert illegal.error is not None and illegal.error.code == "bad-request" and "$.queue" in illegal.error.message
        refused = await desk.ask("call-next", {"window": "99"})
        assert refused.error is not None and refused.error.code == "unknown-window"
        line = (await desk.shared_line(["household"], 50)).at("01")
        assert ([ticket.number for ticket in line.waiting.tickets], line.waiting.count) == (["A001"], 1)
        assert "A001" in line.why.zh
        assert (await desk.statistics(bed.hall.day(bed.clock.now))).queues["household"].issued == 1
        watching = desk.watch()
        first = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)
        retained.put("window/01/state", b"{}")
        assert await first == ("window/01/state", b"{}")
        assert desk.state("window/01/state") == b"{}" and desk.states("window/") == {"window/01/state": b"{}"}
        retained.put("window/01/state", b"")
        assert desk.state("window/01/state") is None

    asyncio.run(visit())
    assert bed.rows("SELECT actor FROM events WHERE type = 'ticket-issued'")[0][0] == "0101"


def test_a_watcher_that_is_too_slow_is_told_to_read_afresh():
    retained = RetainedTopics()

    async def sleepy() -> int:
        watching = retained.watch()
        first = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)
        for i in range(WATCHER_BUFFER + 50):
            retained.put("a", str(i).encode())
        await first
        seen = 1
        with pytest.raises(TooSlow):
            async for _ in watching:
                seen += 1
        return seen

    assert asyncio.run(sleepy()) <= WATCHER_BUFFER + 1
