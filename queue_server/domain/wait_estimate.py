"""How long a ticket will wait, as a range that holds the true time at least four times in five.

The line is merged as routing merges it: the calls that come before a ticket follow from the tickets ahead of it and the ratio
of classes. They are served at the pace of the hall's own recent services, by the windows that work for the queue. The range
grows with what is not known: how long the services ahead take, how many favoured tickets still come, whether
windows stay open.
tests/bench/estimate.py measures on simulated days how often the range holds, and how wide it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from queue_server.domain.routing import settle

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
class WaitingLine:
    """What waits before a ticket in its queue, by class, and how often favoured tickets come.

    `favoured` says whether the ticket itself is one; `favoured_share` is the part of favoured ones among recent tickets;
    `oldest_s` is how long the oldest ordinary ticket has waited; `tallies` are what the windows owe by the ratio
    (`routing.settle`; half a round where that is not known); the rest are the hall's rules.
    """

    ordinary: int
    favoured_ahead: int
    favoured: bool = False
    favoured_share: float = 0.1
    ratio_ordinary: int = 2
    ratio_favoured: int = 1
    ageing_s: float = 1800.0
    oldest_s: float = 0.0
    tallies: tuple[int, ...] = ()

    @property
    def ahead(self) -> int:
        """How many of the tickets that wait now are called before this one."""
        if self.favoured:
            return self.favoured_ahead + int(self._overtaken())
        return self.ordinary + int(min(self.favoured_ahead, self._overtakers()))

    def calls_before(self, calls_per_s: float) -> tuple[float, float]:
        """How many calls are expected before this ticket's own, and how many of them are tickets that may or may not come."""
        if not self.favoured:
            limit = self._overtakers()
            ahead = min(self.favoured_ahead, limit)
            share = min(self.favoured_share, 0.8)
            coming = min((self.ordinary + ahead) * share / (1 - share), limit - ahead)
            return self.ordinary + ahead + coming, coming
        overtaken = self._overtaken()
        aged = self._aged_before(overtaken + self.favoured_ahead, calls_per_s)
        return self.favoured_ahead + max(overtaken, aged), overtaken / 2 + max(0.0, aged - overtaken) / 2 + 0.5

    def _overtakers(self) -> float:
        """The most favoured tickets that can go before an ordinary one, by the ratio."""
        return (self.ordinary / self.ratio_ordinary + 1) * self.ratio_favoured

    def _overtaken(self) -> float:
        """How many ordinary tickets go before a favoured one, by the ratio."""
        if self.tallies:
            turns = _ordinary_first(self.tallies, self.favoured_ahead, self.ratio_ordinary, self.ratio_favoured)
        else:
            turns = (self.favoured_ahead / self.ratio_favoured + 0.5) * self.ratio_ordinary
        return min(float(self.ordinary), turns)

    def _aged_before(self, calls: float, calls_per_s: float) -> float:
        """How many ordinary tickets will have waited too long, and so go first, by the time that `calls` calls are over."""
        if self.oldest_s <= 0:
            return 0.0
        wait = min(calls / calls_per_s, self.ageing_s)
        for _ in range(3):
            aged = self.ordinary * max(0.0, min(1.0, (self.oldest_s + wait - self.ageing_s) / self.oldest_s))
            wait = min((aged + self.favoured_ahead) / calls_per_s, self.ageing_s)
        return min(aged, self.ageing_s * calls_per_s)


def _ordinary_first(tallies: Sequence[int], favoured_ahead: int, ratio_ordinary: int, ratio_favoured: int) -> float:
    """How many ordinary tickets windows with these tallies call before a favoured one, when they call in turn.

    Each window comes back to its tally after as many calls as the ratio has; whole rounds of that are not gone through. Who
    calls first within a turn is not known: the ticket's own call lies evenly among those of its turn.
    """
    whole = max(0, favoured_ahead // (ratio_favoured * len(tallies)) - 1)
    left, called = favoured_ahead - whole * ratio_favoured * len(tallies), whole * ratio_ordinary * len(tallies)
    while left >= (ready := sum(tally >= 0 for tally in tallies)):
        left, called = left - ready, called + len(tallies) - ready
        tallies = [settle(tally, tally >= 0, ratio_ordinary, ratio_favoured) for tally in tallies]
    return called + (len(tallies) - ready) * (left + 1) / (ready + 1)


def estimate(line: WaitingLine, pace: Pace, *, servers: float, free: int = 0, left: float | None = None) -> tuple[int, int]:
    """The range (low, high) of the wait in seconds.

    `servers` is how many windows work for the queue, shared ones in part (`servers_of`); `free` how many of them are idle now;
    `left` how long the services now running at them still take on average (`Pace.left`), a whole one when it is not known.
    """
    if line.ordinary + line.favoured_ahead + 1 <= free:
        return 0, int(min(pace.mean / 2, AT_ONCE_S))
    servers = max(servers, LEAST_SERVERS)
    calls, unsure = line.calls_before(servers / pace.mean)
    left = pace.mean if left is None else left
    if servers > 1:  # of many services one ends soon, but how soon says little about how long the others have run
        left = (left + (servers - 1) * pace.mean) / servers
    expected = (left + max(0.0, calls - free) * pace.mean) / servers
    spread = calls * pace.variance + (left * left + pace.variance) / 2 + unsure * unsure * pace.mean * pace.mean / 2
    doubt = pace.doubt**2 + DRIFT * DRIFT
    deviation = sqrt(spread / (servers * servers) + doubt * expected * expected)
    return int(max(0.0, expected - BELOW * deviation)), int(expected + ABOVE * deviation)


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
