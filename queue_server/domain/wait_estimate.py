"""How long a ticket will wait, as a range that holds the true time at least four times in five.

The tickets that are called before one (`calls_before`) are served at the pace of the hall's own recent services, by the windows
that work for the queue. The range grows with what is not known: how long the services ahead take, how many favoured tickets
still come, whether windows stay open. Of the tickets of one queue, who has more before it is never told a shorter wait.
tests/bench/estimate.py measures on simulated days how often the range holds, and how wide it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

PRIOR_WEIGHT = 6
"""How many services of our own weigh as much as the time in the configuration."""
PRIOR_DOUBT = 0.4
"""Relative error of the configured time, before any service of our own is known."""
PRIOR_SPREAD = 0.7
"""Relative spread of single service times around their mean, before it is known."""
MEMORY = 60
"""Services after which an older one has lost most of its weight."""
BELOW, ABOVE = 1.25, 1.55
"""How far the range reaches, in standard deviations; more upwards, where the long services are."""
DRIFT = 0.12
"""Relative error that stays however much is known: windows pause, people come in waves."""
AT_ONCE_S = 120
"""The longest that a ticket waits while a window is free: a clerk's hand to the key."""
LEAST_SERVERS = 0.1
ROUNDS = 4
"""How often windows and lines are balanced against each other; more changes nothing that could be seen."""
LEAST_LEFT = 0.5
"""Of the mean, what a service that has already taken its mean still takes."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one ticket keeps a window: mean and variance in seconds, and how many services they rest on.

    Counted from one call to the moment the window could call again, no-shows included.
    """

    mean: float
    variance: float
    count: float = 0

    @classmethod
    def configured(cls, service_minutes: float) -> Pace:
        """The pace before the first service of the hall's own."""
        mean = service_minutes * 60
        return cls(mean, (PRIOR_SPREAD * mean) ** 2)

    def after(self, seconds: float) -> Pace:
        """The pace once another service took `seconds`; older services count less and less."""
        share = 1 / (min(self.count, MEMORY) + PRIOR_WEIGHT + 1)
        off = seconds - self.mean
        return Pace(self.mean + share * off, (1 - share) * (self.variance + share * off * off), self.count + 1)

    def left(self, elapsed: float) -> float:
        """How long a service that has taken `elapsed` seconds still takes on average."""
        return max(self.mean - elapsed, LEAST_LEFT * self.mean)

    @property
    def doubt(self) -> float:
        """Relative standard error of the mean."""
        known = min(self.count, MEMORY)
        weight = PRIOR_WEIGHT / (PRIOR_WEIGHT + known)
        return sqrt((PRIOR_DOUBT * weight) ** 2 + self.variance / (self.mean * self.mean) / (PRIOR_WEIGHT + known))


@dataclass(frozen=True, slots=True)
class Favour:
    """How often favoured tickets come (their part of recent ones), and the ratio by which they go first."""

    share: float = 0.1
    ratio_ordinary: int = 2
    ratio_favoured: int = 1

    def to_come(self, before: int) -> float:
        """How many tickets that are not there yet are expected to go first as well, where so many are before a ticket now."""
        share = min(self.share, 0.8)
        return min(before * share / (1 - share), (before / self.ratio_ordinary + 1) * self.ratio_favoured)


NOBODY_TO_COME = Favour(share=0.0)
"""At a window to which a ticket was sent, nobody who comes later goes first."""


def estimate(
    before: int, pace: Pace, favour: Favour, *, servers: float, free: int = 0, left: float | None = None
) -> tuple[int, int]:
    """The range (low, high) of the wait in seconds, of a ticket with so many of its queue `before` it.

    `servers` is how many windows work for the queue, shared ones in part (`servers_of`); `free` how many of them are idle now;
    `left` how long the services now running at them still take on average (`Pace.left`), a whole one when it is not known.
    """
    at_once = int(min(pace.mean / 2, AT_ONCE_S))
    if before < free:
        return 0, at_once
    servers = max(servers, LEAST_SERVERS)
    unsure = favour.to_come(before)
    calls = before + unsure
    left = pace.mean if left is None else left
    if servers > 1:  # of many services one ends soon, but how soon says little about how long the others have run
        left = (left + (servers - 1) * pace.mean) / servers
    expected = (left + max(0.0, calls - free) * pace.mean) / servers
    spread = calls * pace.variance + (left * left + pace.variance) / 2 + unsure * unsure * pace.mean * pace.mean / 2
    doubt = pace.doubt**2 + DRIFT * DRIFT
    deviation = sqrt(spread / (servers * servers) + doubt * expected * expected)
    return int(max(0.0, expected - BELOW * deviation)), max(at_once, int(expected + ABOVE * deviation))


def servers_of(windows: Sequence[Sequence[str]], work: Mapping[str, float]) -> dict[str, float]:
    """How many windows work for each queue, when those that serve several divide their time.

    `windows` are the queues of each open window, `work` the seconds of service that wait in each queue (at least one ticket's
    worth for a queue that is asked about). A window gives its time to where the line is longest for the windows it has.
    """
    alike = Counter(tuple(queues) for queues in windows)
    given = [(count, {queue: 1.0 / len(queues) for queue in queues}) for queues, count in alike.items()]
    for _ in range(ROUNDS):
        total = _served(given)
        for _count, part in given:
            pull = {queue: work.get(queue, 0.0) * share / total[queue] for queue, share in part.items() if total[queue] > 0}
            whole = sum(pull.values())
            if whole > 0:
                for queue in part:
                    part[queue] = pull.get(queue, 0.0) / whole
    return _served(given)


def _served(given: list[tuple[int, dict[str, float]]]) -> dict[str, float]:
    """What all windows together give to each queue; windows that are alike appear once, with their number."""
    total: dict[str, float] = {}
    for count, part in given:
        for queue, share in part.items():
            total[queue] = total.get(queue, 0.0) + count * share
    return total
