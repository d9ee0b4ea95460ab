"""Opening hours that contradict themselves, found when the configuration is read: nobody is told of a time that never comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from itertools import combinations

from contract.configuration.hall import HallConfig

Span = tuple[str, time, time, frozenset[str]]
"""The name of an entry, from when until when it holds, and on which days."""
EVERY_DAY = frozenset(("every day",))


def contradictions(config: HallConfig) -> Iterator[tuple[str, str]]:
    """What cannot be meant, as (file, sentence with key and remedy)."""
    sessions = [(f"[[hours]] number {n}", s.opens, s.closes, frozenset(s.days)) for n, s in enumerate(config.hours, 1)]
    for name, _, _, days in sessions:
        if not days:
            yield "hall.toml", f"{name}: days is empty; name the days, or take the entry out"
    for problem in _of(sessions):
        yield "hall.toml", problem
    for queue in config.queue:
        name = f"[[queue]] {queue.id}: segments number"
        parts = [(f"{name} {n}", s.opens, s.closes, EVERY_DAY) for n, s in enumerate(queue.segments, 1)]
        for problem in _of(parts):
            yield "queues.toml", problem
    for day in sorted(set(config.closed_days) & set(config.open_days)):
        yield "hall.toml", f"open_days: {day} stands in closed_days too; take it out of one of them"


def _of(spans: Sequence[Span]) -> Iterator[str]:
    """Entries that end before they begin, and two that hold at the same time."""
    for name, opens, closes, _ in spans:
        if closes <= opens:
            remedy = "give a later time; hours over midnight are two entries, until 23:59:59 and from 00:00:00"
            yield f"{name}: closes {closes:%H:%M} is not after opens {opens:%H:%M}; {remedy}"
    for (first, opens, closes, days), (second, later_opens, later_closes, later_days) in combinations(spans, 2):
        shared = sorted(days & later_days)
        if shared and opens < later_closes and later_opens < closes:
            yield f"{second}: opens {later_opens:%H:%M} lies within {first} ({shared[0]}); let one begin when the other closes"
