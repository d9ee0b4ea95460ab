"""The hall's day in the hall's time zone: which business day an instant belongs to, when the hall is open, working days.

Instants are aware datetimes. A business day begins at `starts`, local time, and lasts until the next one begins; when the
clocks go back over `starts` the day begins once, and when they jump over it the day begins with the jump.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)
LOOK_AHEAD_DAYS = 400
MIDNIGHT = time(0, 0)
A_DAY_S = 86400
CLOCK_CHANGE_S = 3 * 3600
"""So close to the start of a day its instant is worked out; no clock change within a day moves it further."""


class OpenHours(Protocol):
    """One session of opening: on `days` (mon .. sun) from `opens` until just before `closes`, local time."""

    @property
    def days(self) -> Collection[str]: ...
    @property
    def opens(self) -> time: ...
    @property
    def closes(self) -> time: ...


def day_begins(day: date, zone: tzinfo, starts: time = MIDNIGHT) -> datetime:
    """The first instant of business day `day`, in UTC."""
    return _instant(day, starts, zone)


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


def is_open(sessions: Iterable[OpenHours], closed_days: Collection[date], instant: datetime, zone: tzinfo) -> bool:
    """Whether the hall is open at `instant`."""
    local = instant.astimezone(zone)
    day, clock = local.date(), local.time()
    if day in closed_days:
        return False
    return any(DAYS[day.weekday()] in session.days and session.opens <= clock < session.closes for session in sessions)


def next_opening(
    sessions: Iterable[OpenHours], closed_days: Collection[date], instant: datetime, zone: tzinfo
) -> datetime | None:
    """When the hall opens next after `instant`, in the hall's zone; None when nothing opens for more than a year."""
    sessions = list(sessions)
    day = instant.astimezone(zone).date()
    for _ in range(LOOK_AHEAD_DAYS):
        if day not in closed_days:
            openings = (_instant(day, s.opens, zone) for s in sessions if DAYS[day.weekday()] in s.days)
            later = [opening for opening in openings if opening > instant]
            if later:
                return min(later).astimezone(zone)
        day += ONE_DAY
    return None


def sessions_of(
    sessions: Iterable[OpenHours], closed_days: Collection[date], day: date, zone: tzinfo
) -> list[tuple[datetime, datetime]]:
    """When the hall is open on `day`: from and until, in the hall's zone, in order."""
    if day in closed_days:
        return []
    spans = ((_instant(day, s.opens, zone), _instant(day, s.closes, zone)) for s in sessions if DAYS[day.weekday()] in s.days)
    return sorted((opens.astimezone(zone), closes.astimezone(zone)) for opens, closes in spans)


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


def _instant(day: date, clock: time, zone: tzinfo) -> datetime:
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
