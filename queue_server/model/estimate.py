"""How long a ticket will wait, as a range that holds the true time at least four times in five.

The line is merged as routing merges it: the calls that come before a ticket follow from the tickets ahead of it and the ratio
of classes. They are served at the pace of the hall's own recent services, by the windows that work for the queue. The range
grows with what is not known: how long the services ahead take, how many favoured tickets still come, whether
windows stay open.
tests/bench/estimate.py measures on simulated days how often the range holds, and how wide it is.
"""

from __future__ import annotations

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
WIDTH = 1.45
"""Half the range in standard deviations."""
DRIFT = 0.12
"""Relative error that stays however much is known: windows pause, people come in waves."""
LEAST_LEFT = 0.35
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

    @property
    def doubt(self) -> float:
        """Relative standard error of the mean."""
        known = min(self.count, MEMORY)
        weight = PRIOR_WEIGHT / (PRIOR_WEIGHT + known)
        return sqrt((PRIOR_DOUBT * weight) ** 2 + self.variance / (self.mean * self.mean) / (PRIOR_WEIGHT + known))


@dataclass(frozen=True, slots=True)
class Line:
    """What waits before a ticket in its queue, by class, and how often favoured tickets come.

    `favoured` says whether the ticket itself is one; `favoured_share` is the part of favoured ones among recent tickets.
    """

    ordinary: int
    favoured_ahead: int
    favoured: bool = False
    favoured_share: float = 0.1
    ratio_ordinary: int = 2
    ratio_favoured: int = 1

    def calls_before(self) -> tuple[float, float]:
        """How many calls come before this ticket's own: as the line stands, and with those who overtake it later."""
        if self.favoured:
            rounds = self.favoured_ahead // self.ratio_favoured
            most = rounds * self.ratio_ordinary + self.ratio_ordinary / 2
            return self.favoured_ahead + min(
                self.ordinary, max(0.0, most - self.ratio_ordinary / 2)
            ), self.favoured_ahead + min(self.ordinary, most)
        limit = (self.ordinary / self.ratio_ordinary + 1) * self.ratio_favoured
        now = self.ordinary + min(self.favoured_ahead, limit)
        share = min(self.favoured_share, 0.9)
        coming = now * share / (1 - share)
        return now, self.ordinary + min(self.favoured_ahead + coming, limit)


def estimate(
    line: Line, pace: Pace, *, servers: float, free: int = 0, elapsed: float = 0.0, sure: bool = True
) -> tuple[int, int]:
    """The range (low, high) of the wait in seconds.

    `servers` is how many windows work for the queue, shared ones in part (`servers_of`); `free` how many of them are idle now;
    `elapsed` how long the services now running at them have taken on average. With `sure` False no window is open:
    `servers` are those that usually serve the queue, and the range is widened.
    """
    fewest, most = line.calls_before()
    servers = max(servers, 0.05)
    if most + 1 <= free:
        return 0, int(pace.mean / max(servers, 1.0) / 2)
    calls = (fewest + most) / 2
    left = max(pace.mean - elapsed, LEAST_LEFT * pace.mean)
    expected = (left + max(0.0, calls - free) * pace.mean) / servers
    spread = calls * pace.variance + (left * left + pace.variance) / 2 + ((most - fewest) / 2 * pace.mean) ** 2
    doubt = sqrt(pace.doubt**2 + DRIFT * DRIFT) * (1.0 if sure else 2.0)
    half = WIDTH * sqrt(spread / (servers * servers) + (doubt * expected) ** 2)
    return int(max(0.0, expected - half)), int(expected + half)


def servers_of(windows: Sequence[Sequence[str]], work: Mapping[str, float]) -> dict[str, float]:
    """How many windows work for each queue, when those that serve several divide their time.

    `windows` are the queues of each open window, `work` the seconds of service that wait in each queue (at least one ticket's
    worth for a queue that is asked about). A window gives its time to where the line is longest for the windows it has.
    """
    given = [{queue: 1.0 / len(queues) for queue in queues} for queues in windows]
    for _ in range(4):
        total: dict[str, float] = {}
        for part in given:
            for queue, share in part.items():
                total[queue] = total.get(queue, 0.0) + share
        for part in given:
            pull = {queue: work.get(queue, 0.0) * share / total[queue] for queue, share in part.items() if total[queue] > 0}
            whole = sum(pull.values())
            if whole > 0:
                for queue in part:
                    part[queue] = pull.get(queue, 0.0) / whole
    result: dict[str, float] = {}
    for part in given:
        for queue, share in part.items():
            result[queue] = result.get(queue, 0.0) + share
    return result
