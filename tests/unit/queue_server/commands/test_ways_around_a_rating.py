"""No way of working leads around a rating: not a no-show for somebody who was served, not a second paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.small_hall import add_kiosk_device, write_hall

MakeBed = Callable[..., Bed]


@pytest.fixture
def open_bed(bed: Bed) -> Bed:
    bed.ok("open-window", window="01", clerk="0101")
    return bed


def missed(bed: Bed) -> dict[str, Any]:
    """A ticket that was called at 01, served there as only its holder knows, and marked as a no-show."""
    ticket = bed.issue()
    bed.call("01")
    bed.clock.advance(minutes=6)
    bed.ok("no-show", window="01")
    return ticket


def test_a_ticket_that_was_marked_as_missed_is_rated_by_its_code(open_bed: Bed) -> None:
    bed = open_bed
    ticket = missed(bed)
    found = bed.ok("lookup", token=ticket["token"])["service"]
    assert (found["window"], found["level"], found["can_rate"]) == ("01", None, True)
    rating = bed.ok("rate", token=ticket["token"], level=1, channel="qr", unexplained=True)["rating"]
    assert (rating["window"], rating["clerk"], rating["service"]) == ("01", "0101", found["id"])
    again = bed.ok("lookup", token=ticket["token"])
    assert (again["service"]["level"], again["service"]["can_rate"], again["ticket"]["state"]) == (1, False, "missed")
    assert bed.refused("rate", token=ticket["token"], level=5, channel="qr") == "already-rated"
    [bad] = bed.reports.ratings(bed.hall.day(bed.clock.now), bad_only=True)
    assert (bad.window, bad.clerk) == ("01", "0101")


def test_a_missed_ticket_that_comes_back_is_rated_for_its_service_too(open_bed: Bed) -> None:
    bed = open_bed
    ticket = missed(bed)
    first = bed.ok("rate", token=ticket["token"], level=2, channel="qr", unexplained=True)["rating"]["service"]
    bed.ok("requeue", ticket=ticket["id"])
    second = bed.serve("01")
    assert first != second
    assert bed.ok("rate", token=ticket["token"], level=5, channel="qr")["rating"]["service"] == second


def test_a_second_miss_is_rated_by_itself(open_bed: Bed) -> None:
    bed = open_bed
    ticket = missed(bed)
    bed.ok("rate", token=ticket["token"], level=3, channel="qr")
    bed.ok("call-ticket", window="01", ticket=ticket["id"], reason="又来了")
    bed.ok("no-show", window="01")
    assert bed.ok("lookup", token=ticket["token"])["service"]["can_rate"] is True
    bed.ok("rate", token=ticket["token"], level=4, channel="qr")


def test_where_missed_tickets_are_void_they_are_rated_all_the_same(make_bed: MakeBed) -> None:
    bed = make_bed(rules='missed = "void"')
    bed.ok("open-window", window="01", clerk="0101")
    assert bed.ok("rate", token=missed(bed)["token"], level=2, channel="qr", unexplained=True)


def test_a_missed_ticket_can_be_rated_for_as_long_as_a_service(open_bed: Bed) -> None:
    bed = open_bed
    ticket = missed(bed)
    bed.pass_time(days=1)
    assert bed.ok("lookup", token=ticket["token"])["service"]["can_rate"] is True
    bed.pass_time(days=20)
    assert bed.ok("lookup", token=ticket["token"])["service"]["can_rate"] is False
    assert bed.refused("rate", token=ticket["token"], level=4, channel="qr") == "expired"
    assert bed.rows("SELECT count(*) FROM services") == [(0,)], "a refused rating leaves nothing behind"


@pytest.mark.parametrize("state", ["waiting", "called", "cancelled", "never called"])
def test_who_was_not_called_or_is_still_in_line_rates_nothing(open_bed: Bed, state: str) -> None:
    bed = open_bed
    ticket = bed.issue()
    if state == "called":
        bed.call("01")
    elif state == "cancelled":
        bed.ok("cancel-ticket", ticket=ticket["id"])
    elif state == "never called":
        bed.pass_time(days=1)
    assert "service" not in bed.ok("lookup", token=ticket["token"])
    assert bed.refused("rate", token=ticket["token"], level=5, channel="qr") == "wrong-state"


@pytest.fixture
def printing_bed(tmp_path: Path) -> Iterator[Bed]:
    """A hall whose kiosk has a ticket printer."""
    hall = write_hall(tmp_path / "hall")
    add_kiosk_device(hall, "printer-1", kind="printer", model="escpos-generic", address="emulator://printer-1")
    bed = Bed(hall, ledger_in(tmp_path)).open()
    yield bed
    bed.close()


def reprinted(bed: Bed, ticket: dict[str, Any], result: str) -> str:
    """Print a ticket again; the token that is on the new paper."""
    token: str = bed.ok("reprint-ticket", ticket=ticket["id"], terminal="kiosk-1")["ticket"]["token"]
    bed.ok("confirm-reprint", ticket=ticket["id"], terminal="kiosk-1", result=result)
    return token


def test_the_code_of_a_paper_is_void_once_a_second_one_is_out(printing_bed: Bed) -> None:
    bed = printing_bed
    ticket = bed.issue()
    second = reprinted(bed, ticket, "printed")
    answer = bed.ask("lookup", token=ticket["token"])
    assert answer.error is not None and answer.error.texts is not None and "补打" in answer.error.texts.zh
    assert bed.refused("cancel-ticket", token=ticket["token"]) == "not-authorised"
    assert bed.ok("lookup", token=second)["ticket"]["number"] == ticket["number"]
    third = reprinted(bed, ticket, "printed")
    assert bed.refused("cancel-ticket", token=second) == "not-authorised"
    assert bed.ok("cancel-ticket", token=third)


@pytest.mark.parametrize("result", ["failed", "unknown"])
def test_a_paper_that_did_not_come_out_or_may_have_leaves_the_one_before_good(printing_bed: Bed, result: str) -> None:
    bed = printing_bed
    ticket = bed.issue()
    second = reprinted(bed, ticket, result)
    for token in (ticket["token"], second):
        assert bed.ok("lookup", token=token)["ticket"]["id"] == ticket["id"]


def test_the_code_of_a_reprint_that_was_never_ordered_is_not_guessed_from_another_ticket(printing_bed: Bed) -> None:
    bed = printing_bed
    mine, other = bed.issue(), bed.issue()
    made = bed.ok("reprint-ticket", ticket=mine["id"], terminal="kiosk-1")["ticket"]["token"]
    forged = other["token"].partition("-")[0] + "-" + made.partition("-")[2]
    assert bed.refused("lookup", token=forged) == "not-authorised"
