"""The hall's day in the hall's time zone: which business day an instant belongs to, and counting in working days.

Instants are aware datetimes. A business day begins at `starts`, local time, and lasts until the next one begins; when the
clocks go back over `starts` the day begins once, and when they jump over it the day begins with the jump.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)
LOOK_AHEAD_DAYS = 400
MIDNIGHT = time(0, 0)
A_DAY_S = 86400
CLOCK_CHANGE_S = 3 * 3600
"""So close to the start of a day its instant is worked out; no clock change within a day moves it further."""


def day_begins(day: date, zone: tzinfo, starts: time = MIDNIGHT) -> datetime:
    """The first instant of business day `day`, in UTC."""
    return at_local_time(day, starts, zone)


def business_day(instant: datetime, zone: tzinfo, starts: time = MIDNIGHT) -> date:
    """The business day that `instant` belongs to."""
    local = instant.astimezone(zone)
    day, since_start = local.date(), _seconds(local.time()) - _seconds(starts)
    if CLOCK_CHANGE_S < since_start % A_DAY_S < A_DAY_S - CLOCK_CHANGE_S:
        return day if since_start > 0 else day - ONE_DAY
    while instant < day_begins(day, zone, starts):
        day -= ONE_DAY
    while instant >= day_begins(day + ONE_DAY, zone, starts):
        day += ONE_DAY
    return day


def is_weekday(day: date) -> bool:
    """The plainest calendar of working days: Monday to Friday, no holidays."""
    return day.weekday() < 5


def add_working_days(day: date, count: int, is_working: Callable[[date], bool] = is_weekday) -> date:
    """The `count`-th working day after `day`, which itself does not count; with 0, `day` or the next working day.

    Raise ValueError when `is_working` finds too few working days within reason (a calendar without any).
    """
    if count == 0 and is_working(day):
        return day
    left, last = max(count, 1), day + timedelta(days=LOOK_AHEAD_DAYS + 7 * count)
    while left:
        day += ONE_DAY
        if day > last:
            raise ValueError(f"the calendar has no {count} working days before {last}")
        left -= is_working(day)
    return day


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def at_local_time(day: date, clock: time, zone: tzinfo) -> datetime:
    """The first instant at which the local clock has reached `clock` on `day`, in UTC."""
    local = datetime.combine(day, clock, zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _jump(local.replace(fold=1).astimezone(UTC), instant, zone)


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant between `before` and `after` at which the zone's offset changes, found by halving down to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
