"""Counts working days without looking at each: weekdays, and the days that are the other way round."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from itertools import accumulate

WEEK, WEEKDAYS = 7, 5


class WorkingDays:
    """Monday to Friday, but for the `differing` days: a weekday among them is off, a Saturday or Sunday is worked on."""

    def __init__(self, differing: Iterable[date] = ()) -> None:
        self._differing = sorted(set(differing))
        self._more = [0, *accumulate(-1 if day.weekday() < WEEKDAYS else 1 for day in self._differing)]

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`; negative, after `last` up to `first`, when `last` is earlier."""
        return self._until(last) - self._until(first)

    def _until(self, day: date) -> int:
        """How many there are from the first day that Python knows, a Monday, up to and with `day`."""
        weeks, days = divmod(day.toordinal(), WEEK)
        return weeks * WEEKDAYS + min(days, WEEKDAYS) + self._more[bisect_right(self._differing, day)]
