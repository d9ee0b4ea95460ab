"""What a clerk is told of the citizen at the window."""

from __future__ import annotations

from datetime import timedelta

from queue_server.appointments import booking
from queue_server.appointments.offer import Offer
from queue_server.appointments.repository import Booking
from queue_server.codes.seal import code_of
from queue_server.ledger.visits import Booked, LastService
from tests.bed import Bed


def test_a_visit_says_how_long_somebody_has_waited_and_where_they_were_before(bed: Bed):
    for window, clerk in (("01", "0101"), ("03", "0103")):
        bed.ok("open-window", window=window, clerk=clerk)
    ticket = bed.issue()["id"]
    bed.clock.advance(minutes=12)
    bed.call()
    at_first = bed.visits.visit(ticket)
    assert at_first is not None
    assert (at_first.waited, at_first.before, at_first.returns_to) == (timedelta(minutes=12), None, None)
    bed.ok("start-service", window="01")
    bed.ok("transfer", window="01", to_window="03", return_=True)
    bed.clock.advance(minutes=5)
    bed.call("03")
    later = bed.visits.visit(ticket)
    assert later is not None
    assert later.waited == timedelta(minutes=17)
    assert (later.before, later.before_clerk, later.returns_to) == ("01", "0101", "01")


def test_an_appointment_is_told_with_its_time_and_a_masked_name(bed: Bed):
    start = bed.clock.now + timedelta(minutes=10)
    asked = Booking(queue="household", starts_at=start, ends_at=start + timedelta(minutes=30), name="王小明")
    with bed.database.writer.begin() as connection:
        [made] = booking.book(connection, bed.ledger.signer, [asked], offer=Offer.of(bed.hall.config), now=bed.clock.now)
    code = code_of(bed.ledger.signer, "appointment", bed.hall.config.hall.id, made.id)
    ticket = bed.issue(appointment=code)["id"]
    visit = bed.visits.visit(ticket)
    assert visit is not None
    assert visit.booked == Booked(start, "王**")


def test_a_window_is_told_whether_its_last_service_was_rated_but_never_how(bed: Bed):
    bed.ok("open-window", window="01", clerk="0101")
    number = bed.issue()["number"]
    service = bed.serve()
    assert bed.visits.last_service("01") == LastService(number, rated=False)
    bed.ok("rate", service=service, level=1, unexplained=True, channel="tablet")
    assert bed.visits.last_service("01") == LastService(number, rated=True)
    assert bed.visits.last_service("03") is None
    bed.clock.advance(minutes=11)
    assert bed.visits.last_service("01") is None


def test_who_was_sent_on_is_not_said_to_have_given_no_rating(bed: Bed):
    for window, clerk in (("01", "0101"), ("02", "0102")):
        bed.ok("open-window", window=window, clerk=clerk)
    bed.issue()
    bed.call("01")
    bed.ok("start-service", window="01")
    bed.ok("transfer", window="01", to_window="02")
    assert bed.visits.last_service("01") is None


def test_the_line_shows_how_long_somebody_has_stood_in_line_also_after_a_transfer(bed: Bed):
    for window, clerk in (("01", "0101"), ("03", "0103")):
        bed.ok("open-window", window=window, clerk=clerk)
    bed.issue()
    bed.clock.advance(minutes=45)
    bed.call("01")
    bed.ok("transfer", window="01", to_window="03")
    [waiting] = bed.line("03")
    assert round((bed.clock.now - waiting.since) / timedelta(minutes=1)) == 45


def test_the_line_and_the_card_of_a_call_tell_the_same_wait(bed: Bed):
    """Also of an appointment that came late and of a number that was put back, whose places in line are earlier or later."""
    bed.ok("open-window", window="01", clerk="0101")
    at = bed.clock.now + timedelta(minutes=5)
    wanted = Booking(queue="household", starts_at=at, ends_at=at + timedelta(minutes=30), name="张三")
    with bed.database.writer.begin() as connection:
        [made] = booking.book(connection, bed.ledger.signer, [wanted], offer=Offer.of(bed.hall.config), now=bed.clock.now)
    bed.clock.advance(minutes=15)
    code = code_of(bed.ledger.signer, "appointment", bed.hall.config.hall.id, made.id)
    bed.ok("issue-ticket", queue="household", channel="web", appointment=code)
    for _ in range(5):
        bed.issue()
    bed.clock.advance(minutes=4)
    missed = bed.call("01")
    bed.ok("no-show", window="01")
    bed.clock.advance(minutes=7)
    bed.ok("requeue", ticket=missed)
    bed.clock.advance(minutes=3)
    listed = {waiting.number: bed.clock.now - waiting.since for waiting in bed.line("01")}
    assert sorted(set(listed.values())) == [timedelta(minutes=7), timedelta(minutes=14)]
    for _ in listed:
        number = bed.call("01")
        visit = bed.visits.visit(bed.ok("lookup", ticket=number)["ticket"]["id"])
        assert visit is not None and visit.waited == listed[number], number
        bed.ok("start-service", window="01")
        bed.ok("finish-service", window="01")
