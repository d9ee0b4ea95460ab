"""The one calendar of a hall: its hours, public holidays, make-up working days, and the days that the hall itself names.

Public holidays and make-up days are those of the State Council's yearly notice, as chinese_calendar has them. A year whose
notice is not known yet has weekdays and weekends only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, tzinfo
from functools import cached_property
from typing import Literal, Protocol

import chinese_calendar

from queue_server.domain.business_day import DAYS, LOOK_AHEAD_DAYS, ONE_DAY, at_local_time, is_weekday
from queue_server.domain.working_days import WorkingDays

DayKind = Literal["ordinary", "holiday", "make-up"]
PLAIN_DAYS = DAYS[:5]


class OpenHours(Protocol):
    """One session of opening: on `days` (mon .. sun) from `opens` until just before `closes`, local time; on public holidays
    only where `holidays` says so."""

    @property
    def days(self) -> Collection[str]: ...
    @property
    def opens(self) -> time: ...
    @property
    def closes(self) -> time: ...
    @property
    def holidays(self) -> bool: ...


class HallDays(Protocol):
    """What a hall's configuration says of its days."""

    @property
    def hours(self) -> Sequence[OpenHours]: ...
    @property
    def zone(self) -> tzinfo: ...
    @property
    def closed_days(self) -> Collection[date]: ...
    @property
    def open_days(self) -> Collection[date]: ...


class HallCalendar:
    """When a hall is open, and which days are working days.

    A day of `closed_days` is closed, one of `open_days` open with the hours of its weekday. On a public holiday only
    sessions that say so are held. A make-up day, and an open day whose weekday has no hours, has those of a Monday (of the
    first weekday that has any).
    """

    def __init__(
        self,
        hours: Sequence[OpenHours],
        zone: tzinfo,
        *,
        closed_days: Collection[date] = (),
        open_days: Collection[date] = (),
    ) -> None:
        self._hours = hours
        self._zone = zone
        self._closed, self._open = frozenset(closed_days), frozenset(open_days)
        self._plain: Sequence[OpenHours] = next((on for name in PLAIN_DAYS if (on := self._of_weekday(name))), ())

    def is_open(self, instant: datetime) -> bool:
        """Whether the hall is open at `instant`."""
        local = instant.astimezone(self._zone)
        clock = local.time()
        return any(session.opens <= clock < session.closes for session in self.sessions(local.date()))

    def open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """When the hall is open on `day`: from and until, in the hall's zone, in order."""

        def at(clock: time) -> datetime:
            return at_local_time(day, clock, self._zone).astimezone(self._zone)

        return sorted((at(session.opens), at(session.closes)) for session in self.sessions(day))

    def next_opening(self, instant: datetime) -> datetime | None:
        """When the hall opens next after `instant`, in the hall's zone; None when nothing opens for more than a year."""
        day = instant.astimezone(self._zone).date()
        for _ in range(LOOK_AHEAD_DAYS):
            later = [opens for opens, _ in self.open_on(day) if opens > instant]
            if later:
                return later[0]
            day += ONE_DAY
        return None

    def sessions(self, day: date) -> Sequence[OpenHours]:
        """The sessions that are held on `day`."""
        if day in self._closed:
            return ()
        own = self._of_weekday(DAYS[day.weekday()])
        if day in self._open:
            return own or self._plain
        match kind_of(day):
            case "holiday":
                return [session for session in own if session.holidays]
            case "make-up":
                return self._plain or own
            case _:
                return own

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day for periods that are counted in such days."""
        if day in self._closed:
            return False
        if day in self._open:
            return True
        kind = kind_of(day)
        return is_weekday(day) if kind == "ordinary" else kind == "make-up"

    @cached_property
    def working_days(self) -> WorkingDays:
        """The working days, to count them over any time."""
        noticed = {*chinese_calendar.constants.holidays, *chinese_calendar.constants.workdays, *self._closed, *self._open}
        return WorkingDays(day for day in noticed if self.is_working(day) != is_weekday(day))

    def _of_weekday(self, name: str) -> list[OpenHours]:
        return [session for session in self._hours if name in session.days]


def calendar_of(config: HallDays) -> HallCalendar:
    """The calendar of a hall's configuration."""
    return HallCalendar(config.hours, config.zone, closed_days=config.closed_days, open_days=config.open_days)


def kind_of(day: date) -> DayKind:
    """What the State Council's notice says of a day; a plain Saturday or Sunday is ordinary."""
    if not knows_holidays(day):
        return "ordinary"
    detail: tuple[bool, str | None] = chinese_calendar.get_holiday_detail(day)
    off, occasion = detail
    if occasion is None:
        return "ordinary"
    return "holiday" if off else "make-up"


def knows_holidays(day: date) -> bool:
    """Whether the calendar knows the holidays of the day's year: they are published late in the year before."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True
