"""The time by which a hall lives, which does not jump into another day because the machine's clock does.

What ends with a day cannot be undone: tickets expire, windows close, personal data is deleted. So a day ends in two cases only:

- While the server runs, time passes as the machine's uptime says. A clock that jumps ahead into a later business day is not
  followed, nor is one that jumps ahead within the day and then reaches the next day more than an hour before uptime does: the
  hall goes on by its own time, until the clock is right again or somebody says that it is right now.
- At the start the clock is believed if it shows the day of the newest known time, the day after, or the next day on which the
  hall is open. Otherwise the hall works by it, but nothing ends and nothing is deleted until somebody says that it is right.

A clock before the day of the product's first version is never believed: it is `unset`, as after an empty battery. A running
hall goes on by its own time; one that starts works by the clock, for want of a better one, and follows it once it is set. No
time that it showed counts as known.

A clock that jumps within a day, or back, is followed until the day ends: nothing is lost by that (numbers, ranks and `seq`
never go back, see `queue_server.ledger`). However often it jumps, no day ends more than an hour before uptime says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal

from contract.version import FIRST_DAY

SLEWED = timedelta(minutes=10)
"""Clocks are set right by less than this all the time."""
EARLY = timedelta(hours=1)
"""A day ends at most so long before uptime says: small corrections add up, and near midnight no hall is open."""
Doubt = Literal["", "ahead", "long-off", "behind", "unset"]


class HallClock:
    """Safe to use from several threads. `begin` first."""

    def __init__(
        self,
        wall: Callable[[], datetime],
        uptime_s: Callable[[], float],
        day: Callable[[datetime], date],
        next_open: Callable[[date], date],
    ) -> None:
        """`wall` is the machine's clock, UTC; `uptime_s` grows evenly, also while the machine sleeps; `day` is the business day
        of an instant, `next_open` the first day after another on which the hall opens."""
        self._wall, self._uptime_s, self._day, self._next_open = wall, uptime_s, day, next_open
        self._lock = threading.RLock()
        self._time, self._at = wall(), uptime_s()
        self._by_uptime = self._time
        self._newest: datetime | None = None
        self._sure_until: datetime | None = None
        self._ahead = False

    def begin(self, newest: datetime | None) -> None:
        """Begin after a pause; `newest` is the newest time known from before, None in a new hall."""
        with self._lock:
            self._newest = newest if newest is not None and newest >= FIRST_DAY else None
            self._judge(self._wall())

    def now(self) -> datetime:
        """This moment in the hall, UTC."""
        with self._lock:
            wall, uptime = self._wall(), self._uptime_s()
            passed = timedelta(seconds=uptime - self._at)
            own, self._by_uptime = self._time + passed, self._by_uptime + passed
            jumps = wall > own + SLEWED and self._day(wall) > self._day(own)
            if jumps and self._by_uptime < (self._newest or FIRST_DAY):
                self._judge(wall)  # the clock was behind what is known, and is set now
                jumps = False
            if self._too_early(own):
                own = self._by_uptime
            self._ahead = jumps or self._too_early(wall)
            self._time, self._at = own if self._ahead or wall < FIRST_DAY <= own else wall, uptime
            if self._sure_until is None and self._time >= FIRST_DAY:
                sure = min(self._time, self._by_uptime)
                self._newest = sure if self._newest is None else max(self._newest, sure)
            return self._time

    def settled(self) -> datetime:
        """The time up to which days may end and what is over may be deleted."""
        with self._lock:
            now = self.now()
            return now if self._sure_until is None else min(now, self._sure_until)

    @property
    def doubt(self) -> Doubt:
        """Why somebody must look at the machine's clock: it is `ahead` of the hall, it is `behind` a time that the hall has
        seen, it was never set (`unset`), or the server was `long-off`, so long that nobody knows."""
        with self._lock:
            now = self.now()
            if self.never_right:
                return "unset"
            if self._ahead:
                return "ahead"
            if self._sure_until is not None:
                return "long-off"
            return "behind" if self._newest is not None and now + SLEWED < self._newest else ""

    @property
    def wall(self) -> datetime:
        """What the machine's clock shows."""
        return self._wall()

    @property
    def never_right(self) -> bool:
        """Whether the machine's clock shows a time before the product's first version: nobody can confirm that."""
        return self._wall() < FIRST_DAY

    def confirm(self) -> datetime:
        """Somebody has said that the machine's clock is right; what it shows. Nobody is believed of one that never is."""
        with self._lock:
            if self.never_right:
                return self.now()
            self._time, self._at = self._wall(), self._uptime_s()
            self._newest, self._by_uptime = self._time, self._time
            self._sure_until, self._ahead = None, False
            return self._time

    def _too_early(self, at: datetime) -> bool:
        """Whether a time is in a later day than uptime says, by more than clocks are set right by."""
        return at > self._by_uptime + EARLY and self._day(at) > self._day(self._by_uptime)

    def _judge(self, wall: datetime) -> None:
        """Believe the machine's clock, or do not, by what is known from before."""
        newest = self._newest
        self._sure_until, self._by_uptime = None, wall
        if newest is not None:
            last = self._day(newest)
            if self._day(wall) > max(last + timedelta(days=1), self._next_open(last)):
                self._sure_until = newest
