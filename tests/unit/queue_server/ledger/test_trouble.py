"""A database in trouble: whoever only asks is answered, whoever wants a change hears at once that it cannot be."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from queue_server.commands import table
from queue_server.ledger.recent_answers import KEPT_S, MOST, KnownAnswer, RecentAnswers
from queue_server.store import tables
from queue_server.store.database import ERRORS, is_trouble
from tests.bed import Bed
from tests.postgres import PrivatePostgres
from tests.programs import PATIENCE_S
from tests.small_hall import write_hall

ISSUE = ("issue-ticket", {"queue": "household", "channel": "web"})
LOOKUP = ("lookup", {"ticket": "20261123-a001"})
SQLITE_ONLY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Somebody else writes to the ledger of a state folder, and does not end."""
    with closing(sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def codes(bed: Bed, *asked: tuple[str, dict[str, Any]]) -> list[str]:
    return [answer.error.code if answer.error else "ok" for answer in bed.group(*asked)]


@SQLITE_ONLY
def test_while_the_ledger_is_locked_a_group_is_refused_as_one_and_reads_are_answered(
    bed: Bed, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    bed.issue()
    with locked(tmp_path), caplog.at_level(logging.WARNING):
        assert codes(bed, *[ISSUE] * 20, LOOKUP) == ["busy"] * 20 + ["ok"]
        assert not bed.ledger.writable
        assert codes(bed, LOOKUP) == ["ok"]
        assert codes(bed, ISSUE, LOOKUP) == ["busy", "ok"]
        bed.pass_time(seconds=5)
    assert [record.getMessage().split(" requests")[0] for record in caplog.records] == ["21", "2"], "each group tried once"
    assert codes(bed, ISSUE) == ["ok"] and bed.ledger.writable
    assert bed.rows("SELECT count(*) FROM tickets")[0][0] == 2


@SQLITE_ONLY
def test_time_passes_without_waiting_for_a_lock_when_nothing_is_due(bed: Bed, tmp_path: Path):
    bed.issue()
    with locked(tmp_path):
        assert bed.pass_time(seconds=5).events == []
        assert bed.ledger.writable, "nothing was to be written"


def test_a_refusal_and_what_says_something_about_people_is_in_no_row(bed: Bed, monkeypatch: pytest.MonkeyPatch):
    asked: dict[str, dict[str, Any]] = {
        "call-next": {"window": "99"},
        "scan": {"code": "nonsense", "terminal": "kiosk-1"},
        "find-case": {"number": "WS-1", "last_four": "1234", "terminal": "kiosk-1"},
        "find-appointment": {"number": "k6ptc78hab", "last_four": "1234", "terminal": "kiosk-1"},
        "rate": {"level": 1, "channel": "qr", "token": "x"},
    }
    kept = bed.rows("SELECT count(*) FROM requests")[0][0]
    first = {verb: bed.raw(verb, f"id-{verb}", body) for verb, body in asked.items()}
    assert bed.rows("SELECT count(*) FROM requests")[0][0] == kept
    for verb in asked:
        monkeypatch.setitem(table.COMMANDS, verb, pytest.fail)
    assert {verb: bed.raw(verb, f"id-{verb}", body) for verb, body in asked.items()} == first, "asked again, answered the same"


def test_answers_in_memory_are_few_and_go_with_time():
    now = [0.0]
    recent = RecentAnswers(lambda: now[0])
    for number in range(MOST + 10):
        recent.put(f"id-{number}", KnownAnswer("scan", b"{}"))
    assert recent.get("id-9") is None and recent.get("id-10") == KnownAnswer("scan", b"{}")
    now[0] = KEPT_S + 1
    assert recent.get(f"id-{MOST + 9}") is None


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (sqlite3.OperationalError("database is locked"), True),
        (OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full")), True),
        (psycopg.OperationalError("the connection is lost"), True),
        (psycopg.errors.LockNotAvailable("lock timeout"), True),
        (psycopg.errors.DeadlockDetected("one of two"), False),
        (sqlite3.IntegrityError("twice"), False),
        (IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("twice")), False),
        (psycopg.errors.StringDataRightTruncation("too long"), False),
        (ZeroDivisionError(), False),
    ],
)
def test_trouble_of_the_database_is_told_from_what_one_request_has_brought_about(error: Exception, trouble: bool):
    assert is_trouble(error) is trouble


def test_one_request_that_the_database_does_not_take_harms_none_beside_it(bed: Bed, monkeypatch: pytest.MonkeyPatch):
    issue: Callable[..., Any] = table.COMMANDS["issue-ticket"]

    def twice(context: Any, ask: Any) -> Any:
        if ask.queue == "tax":
            raise sqlite3.IntegrityError("UNIQUE constraint failed")
        return issue(context, ask)

    monkeypatch.setitem(table.COMMANDS, "issue-ticket", twice)
    assert codes(bed, ISSUE, ("issue-ticket", {"queue": "tax", "channel": "web"}), ISSUE) == ["ok", "internal", "ok"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_request_that_another_server_answers_at_the_same_moment_is_run_once_more(bed: Bed, monkeypatch: pytest.MonkeyPatch):
    issue: Callable[..., Any] = table.COMMANDS["issue-ticket"]
    tries: list[Any] = []

    def second_of_two(context: Any, ask: Any) -> Any:
        tries.append(ask)
        if len(tries) == 1:
            raise psycopg.errors.UniqueViolation("requests_pkey")
        return issue(context, ask)

    monkeypatch.setitem(table.COMMANDS, "issue-ticket", second_of_two)
    assert codes(bed, ISSUE) == ["ok"] and len(tries) == 2


def test_a_server_that_hangs_in_a_transaction_holds_no_other_one_up(tmp_path: Path, postgres: PrivatePostgres):
    folder, url = write_hall(tmp_path / "hall"), postgres.new_database()
    hung, well = (Bed(folder, url).open() for _ in range(2))
    try:
        well.issue()
        with hung.database.writer.connect() as connection:
            connection.execute(
                tables.counters.update().values(last=tables.counters.c.last)
            )  # a row is locked, and then nothing
            assert codes(well, ISSUE) == ["busy"]
            deadline = monotonic() + PATIENCE_S
            while codes(well, ISSUE) != ["ok"]:
                assert monotonic() < deadline, "the lock of the one that hangs is never taken away"
            with pytest.raises(ERRORS):
                connection.commit()
            connection.invalidate()
        assert [codes(hung, ISSUE) for _ in range(2)][-1] == ["ok"], "it works on once it is awake"
    finally:
        hung.close()
        well.close()


def test_a_postgresql_that_freezes_is_busy_for_whoever_asks_and_afterwards_nothing_was_done_twice(
    tmp_path: Path, postgres: PrivatePostgres
):
    bed = Bed(write_hall(tmp_path / "hall"), postgres.new_database()).open()
    try:
        bed.issue()
        with postgres.frozen():
            answers = bed.group(ISSUE, LOOKUP, ids=["first", "look"])
            assert [answer.error and answer.error.code for answer in answers] == ["busy", "busy"]
            assert not bed.ledger.writable
            assert codes(bed, ISSUE) == ["busy"], "and so is one that has to connect first"
            with pytest.raises(ERRORS):
                bed.ledger.pass_time()
        deadline = monotonic() + PATIENCE_S
        while bed.group(ISSUE, ids=["first"])[0].status != "ok":
            assert monotonic() < deadline, "it never goes on"
        with bed.database.look() as connection:
            numbers = [row[0] for row in connection.exec_driver_sql("SELECT number FROM tickets ORDER BY number")]
        assert numbers == ["A001", "A002"]
    finally:
        bed.close()
