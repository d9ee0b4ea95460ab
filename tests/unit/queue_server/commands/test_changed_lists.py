"""The lists of a hall change in the middle of a day: nobody is lost, and what waits where is said at the start."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from contract.configuration.hall import HallConfig
from tests.bed import Bed

MakeBed = Callable[..., Bed]


def changed(bed: Bed, *, without: tuple[str, ...] = (), letters: dict[str, str] | None = None) -> HallConfig:
    """The hall without some queues, windows or clerks, or with other letters."""
    config = bed.hall.config
    letters = letters or {}
    windows = [w.model_copy(update={"queues": [q for q in w.queues if q not in without]}) for w in config.window]
    queues = [q.model_copy(update={"letter": letters.get(q.id, q.letter)}) for q in config.queue]
    lists: dict[str, Any] = {"queue": queues, "window": windows, "clerk": config.clerk}
    return config.model_copy(update={key: [e for e in entries if e.id not in without] for key, entries in lists.items()})


def test_after_letters_were_swapped_each_number_is_given_once(bed: Bed):
    assert bed.issue("tax")["number"] == "B001"
    bed = bed.again(changed(bed, letters={"tax": "C", "enterprise": "B"}))
    assert [bed.issue("enterprise")["number"] for _ in range(3)] == ["B002", "B003", "B004"]
    assert bed.issue("tax")["number"] == "C002"
    assert bed.ledger.writable


def test_after_letters_were_swapped_each_number_is_leased_once(bed: Bed):
    first = bed.ok("lease-numbers", queue="tax", terminal="kiosk-1", count=3)["numbers"]
    bed = bed.again(changed(bed, letters={"tax": "C", "enterprise": "B"}))
    second = bed.ok("lease-numbers", queue="enterprise", terminal="kiosk-1", count=2)["numbers"]
    assert [n["number"] for n in (*first, *second)] == ["B901", "B902", "B903", "B904", "B905"]
    told = [{"ticket": n["ticket"], "issued_at": bed.clock.now.isoformat(), "result": "printed"} for n in (*first, *second)]
    merged = bed.ok("merge-tickets", terminal="kiosk-1", tickets=told)["tickets"]
    assert {one["state"] for one in merged} == {"waiting"}


def test_tickets_of_a_queue_that_is_gone_are_looked_up_listed_called_and_moved(bed: Bed, caplog: pytest.LogCaptureFixture):
    tickets = [bed.issue("tax") for _ in range(3)]
    with caplog.at_level(logging.WARNING):
        bed = bed.again(changed(bed, without=("tax",)))
    assert "3 tickets wait in queue tax, which no window serves: B001, B002, B003" in caplog.text
    for ticket in tickets:
        for names in ({"ticket": ticket["id"]}, {"token": ticket["token"]}):
            assert bed.ok("lookup", **names)["ahead"] == tickets.index(ticket)
        assert bed.ok("scan", code=ticket["token"])["kind"] == "ticket"
    assert [ticket.number for ticket in bed.line("01")] == ["B001", "B002", "B003"]
    bed.issue("household")
    assert bed.ledger.wait_times.unserved() == {"tax": 3}
    bed.ok("call-ticket", window="01", ticket="B001", reason="原业务停办")
    bed.ok("transfer", ticket=tickets[1]["id"], to_queue="enterprise")
    bed.ok("cancel-ticket", ticket=tickets[2]["id"])
    assert bed.ledger.wait_times.unserved() == {}
    assert bed.refused("issue-ticket", queue="tax", channel="web") == "unknown-queue"


@pytest.mark.parametrize("state", ["called", "serving", "held", "held in service", "bound"])
def test_a_ticket_at_a_window_that_is_gone_is_back_in_its_line(bed: Bed, state: str):
    ticket = bed.issue("tax")
    later = bed.issue("tax")
    if state == "bound":
        bed.ok("transfer", ticket=ticket["id"], to_window="02")
    else:
        bed.call("02")
    for verb in {"serving": ["start-service"], "held": ["hold"], "held in service": ["start-service", "hold"]}.get(state, []):
        bed.ok(verb, window="02")
    bed = bed.again(changed(bed, without=("02",)))
    assert bed.state(ticket) == "waiting"
    assert [one.number for one in bed.line("03")] == ["B001", "B002"]
    assert bed.rows("SELECT state, ticket, clerk FROM windows WHERE id = '02'") == [("closed", None, None)]
    assert bed.rows("SELECT count(*) FROM services WHERE ended_at IS NULL") == [(0,)]
    assert bed.call("03") == "B001"
    assert bed.state(later) == "waiting"


def test_a_ticket_that_was_to_return_to_a_window_that_is_gone_goes_to_its_line(bed: Bed):
    ticket = bed.issue("tax")
    bed.call("02")
    bed.ok("transfer", window="02", to_window="01", return_=True)
    bed = bed.again(changed(bed, without=("02",)))
    bed.serve("01")
    assert bed.state(ticket) == "waiting"
    assert bed.call("03") == "B001"


def test_a_clerk_who_is_gone_is_named_nowhere_and_the_window_works_on(bed: Bed):
    bed.issue()
    bed = bed.again(changed(bed, without=("0101",)))
    assert bed.rows("SELECT state, clerk FROM windows WHERE id = '01'") == [("idle", None)]
    assert bed.call("01") == "A001"
    assert bed.refused("open-window", window="01", clerk="0101", confirmed=True) == "bad-request"


def test_numbers_that_a_kiosk_gave_of_a_queue_that_is_gone_are_taken_over(bed: Bed):
    leased = bed.ok("lease-numbers", queue="tax", terminal="kiosk-1", count=1)["numbers"][0]
    bed = bed.again(changed(bed, without=("tax",)))
    told = [{"ticket": leased["ticket"], "issued_at": bed.clock.now.isoformat(), "result": "printed"}]
    assert bed.ok("merge-tickets", terminal="kiosk-1", tickets=told)["tickets"][0]["state"] == "waiting"
    assert [one.number for one in bed.line("01")] == ["B901"]


def test_a_window_that_is_left_without_queues_calls_nobody_and_its_console_is_empty(bed: Bed) -> None:
    bed.ok("open-window", window="01", clerk="0101")
    bed.issue()
    hall = bed.hall.config
    windows = [w.model_copy(update={"queues": []}) if w.id == "01" else w for w in hall.window]
    bed = bed.again(hall.model_copy(update={"window": windows}))
    assert bed.refused("call-next", window="01") == "nothing-waiting"
    line = bed.lines.at("01", 50)
    assert (line.waiting.count, line.why.en) == (0, "Nobody waits for this window.")
