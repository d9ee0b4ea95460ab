"""For what a hall gives appointments: its hours, its items, so many at a time; and where an appointment stands in line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from contract.configuration.hall import HallConfig
from contract.identity_numbers import problem
from queue_server.appointments import booking, repository
from queue_server.appointments.offer import Offer
from queue_server.appointments.repository import Appointment, Booking, NotBooked
from queue_server.codes.seal import code_of
from tests.bed import Bed

MakeBed = Callable[..., Bed]


def local(bed: Bed, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=bed.hall.zone)


def book(bed: Bed, at: datetime, minutes: float = 30, config: HallConfig | None = None, **more: str) -> Appointment:
    """Book one now; raise NotBooked."""
    wanted = Booking(
        **{"queue": "household", "starts_at": at, "ends_at": at + timedelta(minutes=minutes), "name": "张三"} | more
    )
    offer = Offer.of(config or bed.hall.config, ["62052400MZ-JF-0001"])
    with bed.database.writer.begin() as connection:
        return booking.book(connection, bed.ledger.signer, [wanted], offer=offer, now=bed.clock.now)[0]


@pytest.mark.parametrize(
    ("at", "minutes", "more", "told"),
    [
        ((2026, 11, 29, 9, 30), 30, {}, "2026-11-29 大厅不开门，请换一天"),  # a Sunday
        ((2027, 1, 1, 9, 30), 30, {}, None),  # its holidays are not known yet
        ((2027, 1, 22, 9, 30), 30, {}, None),
        ((2027, 1, 25, 9, 30), 30, {}, "最远只能约到 2027-01-22，请换一天"),
        ((2029, 11, 26, 9, 30), 30, {}, "最远只能约到 2027-01-22"),
        ((2026, 11, 24, 3, 0), 30, {}, "2026-11-24 的开放时间是 08:30-12:00、13:30-17:30，请约在这段时间里"),
        ((2026, 11, 24, 11, 45), 30, {}, "请约在这段时间里"),  # into the noon break
        ((2026, 11, 24, 10, 30), 480, {}, "请约在这段时间里"),
        ((2026, 11, 24, 11, 30), 30, {}, None),
        ((2026, 11, 24, 9, 30), 30, {"item": "nonsense"}, "办事指南里没有事项 nonsense"),
        ((2026, 11, 24, 9, 30), 30, {"item": "62052400mz-jf-0001"}, None),
        ((2026, 11, 23, 8, 54), 30, {}, "2026-11-23 08:54 已经过去"),
        ((2026, 11, 23, 8, 56), 30, {}, None),
        ((2026, 11, 23, 4, 0), 600, {}, "已经过去"),
    ],
)
def test_an_appointment_is_for_a_time_at_which_the_hall_is_open_and_an_item_it_has(
    bed: Bed, at: tuple[int, ...], minutes: float, more: dict[str, str], told: str | None
) -> None:
    if told is None:
        assert book(bed, local(bed, *at), minutes, **more).item in (None, "62052400MZ-JF-0001")
        return
    with pytest.raises(NotBooked) as refused:
        book(bed, local(bed, *at), minutes, **more)
    assert told in refused.value.problems[0].zh and refused.value.problems[0].reason.isascii()


def test_a_holiday_and_a_make_up_day_rule_appointments_too(bed: Bed) -> None:
    bed.clock.now = local(bed, 2026, 9, 1, 9, 0)
    with pytest.raises(NotBooked, match="closed on 2026-10-01"):
        book(bed, local(bed, 2026, 10, 1, 9, 30))
    assert book(bed, local(bed, 2026, 10, 10, 9, 30))


def test_where_numbers_are_given_at_any_hour_somebody_is_booked_for_now(make_bed: MakeBed) -> None:
    bed = make_bed(rules="issue_outside_hours = true")
    bed.clock.now = local(bed, 2026, 11, 29, 20, 0)
    assert book(bed, bed.clock.now)
    with pytest.raises(NotBooked):
        book(bed, bed.clock.now + timedelta(hours=1))


def test_only_so_many_are_booked_for_the_same_time(bed: Bed) -> None:
    hall = bed.hall.config
    few = hall.model_copy(update={"queue": [q.model_copy(update={"appointments_at_once": 2}) for q in hall.queue]})
    nine = local(bed, 2026, 11, 24, 9, 0)
    first = book(bed, nine, 30, few, person="a")
    book(bed, nine + timedelta(minutes=15), 30, few, person="b")
    with pytest.raises(NotBooked, match="all 2 places"):
        book(bed, nine + timedelta(minutes=10), 30, few, person="c")
    book(bed, nine + timedelta(minutes=30), 15, few, person="d")
    book(bed, nine, 30, few, person="e", queue="tax")
    with bed.database.writer.begin() as connection:
        assert repository.cancel(connection, first.id)
    book(bed, nine, 30, few, person="f")


def test_two_of_one_surname_at_one_time_are_told_apart_by_a_number(bed: Bed) -> None:
    nine = local(bed, 2026, 11, 24, 9, 0)
    first = book(bed, nine)
    with pytest.raises(NotBooked) as refused:
        book(bed, nine + timedelta(minutes=15), name="张四")
    assert refused.value.problems[0].key == "person" and "身份证号" in refused.value.problems[0].zh
    book(bed, nine, person="someone else")
    book(bed, nine, reference="YY-1")
    book(bed, nine, queue="tax")
    book(bed, nine, name="李四")
    book(bed, nine + timedelta(minutes=30))
    with bed.database.writer.begin() as connection:
        assert repository.cancel(connection, first.id)
    book(bed, nine)


def test_two_of_one_surname_in_one_file_are_told_apart_too(bed: Bed) -> None:
    nine = local(bed, 2026, 11, 24, 9, 0)
    wanted = [
        Booking(queue="tax", starts_at=nine, ends_at=nine + timedelta(minutes=30), name=name) for name in ("王五", "王六")
    ]
    with pytest.raises(NotBooked) as refused, bed.database.writer.begin() as connection:
        booking.book(connection, bed.ledger.signer, wanted, offer=Offer.of(bed.hall.config), now=bed.clock.now)
    assert [problem.key for problem in refused.value.problems] == ["person"]


def test_all_that_is_wrong_with_a_booking_is_told_at_once(bed: Bed) -> None:
    with pytest.raises(NotBooked) as refused:
        book(bed, local(bed, 2026, 11, 29, 9, 30), queue="nowhere", item="nonsense")
    assert [problem.key for problem in refused.value.problems] == ["queue", "starts_at", "item"]


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("62052419900101123", True),  # a digit is missing
        ("6205241990010112", True),
        ("620524199001011234X", True),
        ("62052419900101002X", False),
        ("20261128193011234", False),  # the id of a person on a platform
        ("620524901301123", False),
        ("visitor-12345678901234567", False),
    ],
)
def test_an_identity_number_with_a_digit_too_few_or_too_many_is_refused(number: str, wrong: bool) -> None:
    told = problem(number)
    assert (told is not None) is wrong
    if told is not None:
        assert "18 位" in told[1] and "18 digits" in told[0]


def test_nobody_stands_in_line_from_before_the_appointment_was_made(bed: Bed) -> None:
    for _ in range(3):
        bed.issue()
    bed.clock.advance(minutes=4)
    made = book(bed, bed.clock.now - timedelta(minutes=4, seconds=30))
    code = code_of(bed.ledger.signer, "appointment", "testhall", made.id)
    ticket = bed.ok("issue-ticket", queue="household", channel="desk", appointment=code)["ticket"]
    ((rank,),) = bed.rows(f"SELECT rank FROM tickets WHERE id = '{ticket['id']}'")
    assert rank >= bed.clock.now.timestamp()


def test_appointments_and_those_sent_from_other_queues_leave_the_numbers_of_walk_ins_alone(make_bed: MakeBed) -> None:
    bed = make_bed(queues="daily_limit = 2\n")  # of the last queue, enterprise
    bed.ok("open-window", window="03", clerk="0103")
    made = book(bed, bed.clock.now + timedelta(minutes=10), queue="enterprise")
    code = code_of(bed.ledger.signer, "appointment", "testhall", made.id)
    bed.ok("issue-ticket", queue="enterprise", channel="desk", appointment=code)
    moved = bed.issue("tax")
    bed.ok("transfer", ticket=moved["id"], to_queue="enterprise")
    first = bed.issue("enterprise")
    bed.ok("transfer", ticket=first["id"], to_queue="tax")
    bed.issue("enterprise")
    assert bed.refused("issue-ticket", queue="enterprise", channel="web") == "limit-reached"
