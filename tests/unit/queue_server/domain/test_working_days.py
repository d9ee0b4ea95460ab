"""Working days are counted as if each was looked at, over any time, and at once."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.calendar import HallCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(2003, 1, 1), date(2031, 12, 31))
NAMED = st.sets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=20)


def one_by_one(hall: HallCalendar, first: date, last: date) -> int:
    return sum(hall.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


@given(DAYS, st.integers(0, 1500), NAMED, NAMED)
def test_the_count_is_that_of_looking_at_each_day(first: date, span: int, closed: set[date], opened: set[date]) -> None:
    hall, last = HallCalendar([], SHANGHAI, closed_days=closed, open_days=opened), first + timedelta(days=span)
    assert hall.working_days.between(first, last) == one_by_one(hall, first, last)
    assert hall.working_days.between(last, first) == -one_by_one(hall, first, last)


@pytest.mark.parametrize("year", range(2004, 2028))
def test_every_year_of_the_notices_is_counted_day_by_day(year: int) -> None:
    hall, day = HallCalendar([], SHANGHAI), date(year, 1, 1)
    while day.year == year:
        later = day + timedelta(days=1)
        assert hall.working_days.between(day, later) == hall.is_working(later)
        day = later


def test_the_ends_of_the_calendar_are_counted_at_once() -> None:
    looked_at = list[date]()

    class Watched(HallCalendar):
        def is_working(self, day: date) -> bool:
            looked_at.append(day)
            return super().is_working(day)

    hall = Watched([], SHANGHAI)
    assert hall.working_days.between(date.min, date.max) > 2_600_000
    seen = len(looked_at)
    assert seen < 5000
    assert hall.working_days.between(date(2026, 1, 1), date.max) == -hall.working_days.between(date.max, date(2026, 1, 1))
    assert len(looked_at) == seen, "it looks at the days that the notices name, once"
