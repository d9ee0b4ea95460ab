"""Opening hours on ordinary days, holidays, make-up days, and the days that a hall names itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.calendar import HallCalendar, kind_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Session:
    days: tuple[str, ...]
    opens: time
    closes: time
    holidays: bool = False


WEEK = ("mon", "tue", "wed", "thu", "fri")
MORNING, AFTERNOON = Session(WEEK, time(8, 30), time(12)), Session(WEEK, time(14, 30), time(18))
SATURDAY = Session(("sat",), time(9), time(12))
HOURS = [MORNING, AFTERNOON, SATURDAY]


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def calendar(*closed: date, opened: tuple[date, ...] = (), hours: list[Session] = HOURS) -> HallCalendar:
    return HallCalendar(hours, SHANGHAI, closed_days=closed, open_days=opened)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (local(2026, 11, 23, 8, 29, 59), False),
        (local(2026, 11, 23, 8, 30), True),
        (local(2026, 11, 23, 12, 0), False),
        (local(2026, 11, 23, 14, 30), True),
        (local(2026, 11, 28, 10, 0), True),  # Saturday
        (local(2026, 11, 29, 10, 0), False),  # Sunday
        (local(2026, 11, 24, 10, 0), False),  # closed that day
    ],
)
def test_the_hall_is_open_in_its_sessions(moment: datetime, open_: bool) -> None:
    assert calendar(date(2026, 11, 24)).is_open(moment.astimezone(UTC)) is open_


def test_the_next_opening_passes_noon_weekends_and_closed_days() -> None:
    hall = calendar(date(2026, 11, 30))
    assert hall.next_opening(local(2026, 11, 27, 12, 30)) == local(2026, 11, 27, 14, 30)
    assert hall.next_opening(local(2026, 11, 27, 18, 0)) == local(2026, 11, 28, 9, 0)
    assert hall.next_opening(local(2026, 11, 28, 12, 0)) == local(2026, 12, 1, 8, 30)


def test_a_hall_without_sessions_never_opens() -> None:
    assert calendar(hours=[]).next_opening(local(2026, 11, 22, 9)) is None
    assert not calendar(hours=[]).is_open(local(2026, 11, 23, 9))


@pytest.mark.parametrize(
    ("day", "held", "works"),
    [
        (date(2026, 10, 1), [], False),  # National Day, a Thursday
        (date(2026, 10, 3), [], False),  # a Saturday of that holiday
        (date(2026, 2, 17), [], False),  # Spring Festival
        (date(2026, 9, 20), [MORNING, AFTERNOON], True),  # a Sunday on which everybody works
        (date(2026, 10, 10), [MORNING, AFTERNOON], True),  # a Saturday on which everybody works
        (date(2026, 10, 17), [SATURDAY], False),  # any other Saturday
        (date(2026, 10, 18), [], False),
        (date(2026, 10, 12), [MORNING, AFTERNOON], True),
        (date(2031, 10, 1), [MORNING, AFTERNOON], True),  # the notice for that year is not out
    ],
)
def test_holidays_and_make_up_days_rule_hours_and_working_days_alike(day: date, held: list[Session], works: bool) -> None:
    hall = calendar()
    assert list(hall.sessions(day)) == held
    assert [opens.timetz() for opens, _ in hall.open_on(day)] == [s.opens.replace(tzinfo=SHANGHAI) for s in held]
    assert hall.is_working(day) is works


def test_after_national_day_the_hall_opens_on_the_eighth() -> None:
    assert calendar().next_opening(local(2026, 9, 30, 18, 0)) == local(2026, 10, 8, 8, 30)


def test_the_hall_names_days_on_which_it_is_open_or_closed_itself() -> None:
    hall = calendar(date(2026, 10, 10), opened=(date(2026, 10, 1), date(2026, 10, 18)))
    assert list(hall.sessions(date(2026, 10, 1))) == [MORNING, AFTERNOON], "a holiday, open as on a Thursday"
    assert list(hall.sessions(date(2026, 10, 18))) == [MORNING, AFTERNOON], "a Sunday, open as on a Monday"
    assert list(hall.sessions(date(2026, 10, 10))) == [], "a make-up day, closed"
    assert [hall.is_working(date(2026, 10, d)) for d in (1, 10, 18)] == [True, False, True]


def test_a_session_may_be_held_on_holidays_too() -> None:
    always = Session((*WEEK, "sat", "sun"), time(0), time(23, 59), holidays=True)
    assert calendar(hours=[MORNING, always]).is_open(local(2026, 10, 1, 9, 0))
    assert list(calendar(hours=[MORNING, always]).sessions(date(2026, 10, 1))) == [always]


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 86399))
def test_the_next_opening_is_the_first_instant_at_which_the_hall_is_open(day: date, second: int) -> None:
    hall, instant = calendar(), datetime.combine(day, time(0), SHANGHAI) + timedelta(seconds=second)
    opening = hall.next_opening(instant)
    assert opening is not None and opening > instant and hall.is_open(opening)
    assert not hall.is_open(opening - timedelta(seconds=1))
    if kind_of(opening.date()) == "holiday":
        raise AssertionError("no session is held on holidays")
