"""Which places of a day are free, in the queues that take only so many appointments at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

STEP = timedelta(minutes=30)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class FreePlaces:
    """The places that are left for whoever comes at `starts_at` and goes at `ends_at`, by queue."""

    starts_at: datetime
    ends_at: datetime
    left: Mapping[str, int]


def busiest(spans: Sequence[Span], starts_at: datetime, ends_at: datetime) -> int:
    """How many of these are there at the busiest moment of a time."""
    meeting = [(starts, ends) for starts, ends in spans if starts < ends_at and starts_at < ends]
    moments = [max(starts, starts_at) for starts, _ in meeting]
    return max((sum(starts <= at < ends for starts, ends in meeting) for at in moments), default=0)


def free_places(
    sessions: Sequence[Span], at_once: Mapping[str, int], booked: Mapping[str, Sequence[Span]], now: datetime
) -> list[FreePlaces]:
    """The half hours of a day's opening sessions that are not over, with what is left in each."""
    found = []
    for opens, closes in sessions:
        starts = opens
        while starts < closes:
            ends = min(starts + STEP, closes)
            if ends > now:
                left = {queue: max(0, most - busiest(booked.get(queue, ()), starts, ends)) for queue, most in at_once.items()}
                found.append(FreePlaces(starts, ends, left))
            starts = ends
    return found
