"""Simulated days of a hall: citizens, clerks and windows under the real routing, to compare promised and true waits.

A day is simulated event by event from a seed. The simulation knows what the estimate must not: how long services really take,
who will not turn up, when clerks take a break.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from math import log, sqrt

from queue_server.domain.calls_before import CallingWindow, calls_before
from queue_server.domain.routing import Candidate, Place, WindowRules, choose
from queue_server.domain.wait_estimate import Favour, Pace, estimate, servers_of

HOUR = 3600.0
CLASSES = ("ordinary", "appointment", "priority", "military")
NO_SHOW_S = 90.0
TURN_ROUND_S = 12.0


@dataclass(frozen=True)
class Business:
    """One queue: what a service takes (true mean and configured time, minutes), how many come in each hour of the day."""

    id: str
    minutes: float
    configured: float
    per_hour: tuple[float, ...]
    spread: float = 0.7


@dataclass(frozen=True)
class Desk:
    """One window: whom it calls, and its breaks as (from, to) in hours after the opening."""

    rules: WindowRules
    breaks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Day:
    """One kind of day."""

    name: str
    businesses: tuple[Business, ...]
    desks: tuple[Desk, ...]
    favoured: float = 0.12
    no_show: float = 0.05


@dataclass(frozen=True)
class Wait:
    """What one ticket was promised and how long it truly waited, in seconds."""

    low: float
    high: float
    true: float
    favoured: bool

    @property
    def at_once(self) -> bool:
        """Whether the ticket met a free window."""
        return self.true == 0

    @property
    def held(self) -> bool:
        """Whether the true wait fell into the promised range."""
        return self.low <= self.true <= self.high


@dataclass
class _Window:
    desk: Desk
    tally: int = 0
    open: bool = True
    serving: Candidate | None = None
    since: float = 0.0


@dataclass
class _Run:
    day: Day
    rng: random.Random
    windows: list[_Window]
    pace: dict[str, Pace]
    lines: dict[tuple[str, str], list[tuple[float, Candidate]]] = field(default_factory=dict)
    promised: dict[str, tuple[float, float] | None] = field(default_factory=dict)
    issued: dict[str, list[int]] = field(default_factory=dict)
    waits: list[Wait] = field(default_factory=list)
    events: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    order: count[int] = field(default_factory=count)

    def at(self, when: float, what: Callable[[float], None]) -> None:
        heapq.heappush(self.events, (when, next(self.order), what))

    def run(self) -> list[Wait]:
        while self.events:
            now, _, what = heapq.heappop(self.events)
            what(now)
        return self.waits

    def arrive(self, business: Business, now: float) -> None:
        favoured = self.rng.random() < self.day.favoured
        class_ = self.rng.choice(CLASSES[1:]) if favoured else "ordinary"
        number = sum(self.issued.setdefault(business.id, [0, 0])) + 1
        candidate = Candidate(f"20261122-{business.id}{number:03d}", business.id, class_, now)
        self.promised[candidate.ticket] = self.promise(business, candidate, now)
        self.issued[business.id][favoured] += 1
        heapq.heappush(self.lines.setdefault((business.id, class_), []), (now, candidate))
        for window in self.windows:
            self.call(window, now)

    def promise(self, business: Business, ticket: Candidate, now: float) -> tuple[float, float] | None:
        """The range that a ticket is told; None while no window works for it."""
        issued = self.issued[business.id]
        favour = Favour((issued[1] + 1) / (sum(issued) + 10))
        opened = [w for w in self.windows if w.open]
        serves = [w for w in opened if business.id in w.desk.rules.places]
        if not serves:
            return None
        before = calls_before(ticket, [CallingWindow(w.desk.rules, w.tally) for w in serves], self, now).of_queue
        waiting = {b.id: sum(len(self.lines.get((b.id, c), ())) for c in CLASSES) for b in self.day.businesses}
        work = {q: (n + (q == business.id)) * self.pace[q].mean for q, n in waiting.items()}
        servers = servers_of([w.desk.rules.queues for w in opened], work)[business.id]
        left = [self.pace[w.serving.queue].left(now - w.since) for w in serves if w.serving]
        free, mean_left = len(serves) - len(left), sum(left) / len(left) if left else None
        return estimate(before, self.pace[business.id], favour, servers=servers, free=free, left=mean_left)

    def before(self, queue: str, class_: str, place: Place) -> int:
        """How many of a line stand before a place (`WaitingLines`)."""
        return sum((rank, ticket.ticket) < place for rank, ticket in self.lines.get((queue, class_), ()))

    def bound(self, _window: str) -> tuple[tuple[Place, str], ...]:
        """Nobody is sent from one window to another."""
        return ()

    def call(self, window: _Window, now: float) -> None:
        if not window.open or window.serving is not None:
            return
        heads = [line[0][1] for line in self.lines.values() if line]
        choice = choose(heads, window.desk.rules, now, window.tally)
        if choice is None:
            return
        ticket, window.tally = choice.candidate, choice.tally
        heapq.heappop(self.lines[ticket.queue, ticket.class_])
        promised = self.promised.pop(ticket.ticket)
        if promised is not None:
            self.waits.append(Wait(*promised, now - ticket.rank, ticket.class_ != "ordinary"))
        window.serving, window.since = ticket, now
        seconds = self.service_seconds(ticket.queue)
        self.at(now + seconds, lambda then: self.finish(window, seconds, then))

    def service_seconds(self, queue: str) -> float:
        if self.rng.random() < self.day.no_show:
            return NO_SHOW_S
        business = next(b for b in self.day.businesses if b.id == queue)
        sigma = sqrt(log(1 + business.spread**2))
        return self.rng.lognormvariate(log(business.minutes * 60) - sigma * sigma / 2, sigma)

    def finish(self, window: _Window, seconds: float, now: float) -> None:
        turn = self.rng.expovariate(1 / TURN_ROUND_S)
        self.at(now + turn, lambda then: self.free(window, seconds + turn, then))

    def free(self, window: _Window, seconds: float, now: float) -> None:
        assert window.serving is not None
        queue = window.serving.queue
        self.pace[queue] = self.pace[queue].after(seconds)
        window.serving = None
        self.call(window, now)

    def set_open(self, window: _Window, value: bool, now: float) -> None:
        window.open = value
        self.call(window, now)


def simulate(day: Day, seed: int) -> list[Wait]:
    """Play one day; the waits of all who were called, in the order of the calls. The line is served to its end."""
    rng = random.Random(f"{day.name} {seed}")
    # What clerks and citizens really need differs from day to day; the hall does not know by how much.
    today = rng.uniform(0.85, 1.2)
    businesses = tuple(replace(b, minutes=b.minutes * today) for b in day.businesses)
    run = _Run(replace(day, businesses=businesses), rng, [_Window(desk) for desk in day.desks], {})
    for business in businesses:
        run.pace[business.id] = Pace.configured(business.configured)
        for hour, rate in enumerate(business.per_hour):
            when = hour * HOUR
            while rate and (when := when + rng.expovariate(rate / HOUR)) < (hour + 1) * HOUR:
                run.at(when, lambda now, b=business: run.arrive(b, now))  # type: ignore[misc]
    for window in run.windows:
        for start, end in window.desk.breaks:
            run.at(start * HOUR, lambda now, w=window: run.set_open(w, False, now))  # type: ignore[misc]
            run.at(end * HOUR, lambda now, w=window: run.set_open(w, True, now))  # type: ignore[misc]
    return run.run()


def _sector(number: str, *queues: str, breaks: tuple[tuple[float, float], ...] = ()) -> Desk:
    return Desk(WindowRules(number, queues), breaks)


def _any(number: str, *queues: str, breaks: tuple[tuple[float, float], ...] = ()) -> Desk:
    return Desk(WindowRules(number, queues, by_age=True), breaks)


LUNCH = ((3.5, 4.0),)
LATE_LUNCH = ((4.0, 4.5),)

DAYS = (
    Day(
        "quiet, one window a business",
        (Business("a", 8, 8, (5, 6, 6, 5, 4, 5, 6, 4)), Business("b", 12, 10, (3, 4, 4, 3, 3, 3, 3, 2))),
        (_sector("01", "a"), _sector("02", "b")),
    ),
    Day(
        "busy morning, four windows of one business",
        (Business("a", 9, 8, (30, 34, 30, 24, 18, 20, 22, 14)),),
        tuple(_sector(f"0{i}", "a") for i in range(1, 5)),
    ),
    Day(
        "comprehensive windows for five businesses",
        tuple(Business(q, m, 8, (7, 9, 8, 7, 5, 7, 7, 4)) for q, m in zip("abcde", (5, 7, 9, 12, 8), strict=True)),
        tuple(_any(f"0{i}", *"abcde", breaks=LUNCH if i % 2 else LATE_LUNCH) for i in range(1, 6)),
    ),
    Day(
        "sector windows helped by comprehensive ones, green channel",
        (
            Business("a", 6, 8, (16, 20, 18, 14, 10, 14, 14, 8)),
            Business("b", 14, 10, (6, 8, 8, 6, 4, 6, 6, 4)),
            Business("c", 9, 8, (6, 7, 7, 6, 5, 6, 6, 3)),
        ),
        (
            _sector("01", "a"),
            _sector("02", "b", "c"),
            _sector("03", "c", "a", breaks=LUNCH),
            _any("04", *"abc"),
            _any("05", *"abc"),
            Desk(WindowRules("06", ("a", "b", "c"), by_age=True, prefers=("military", "priority"))),
        ),
        favoured=0.2,
    ),
    Day(
        "rush beyond capacity, one class in four favoured",
        (Business("a", 10, 8, (22, 24, 22, 16, 12, 8, 6, 4)),),
        tuple(_sector(f"0{i}", "a") for i in range(1, 4)),
        favoured=0.25,
    ),
    Day(
        "wild services, times in the configuration far off",
        (
            Business("a", 15, 8, (7, 8, 8, 6, 5, 6, 6, 4), spread=1.1),
            Business("b", 5, 10, (9, 10, 10, 8, 7, 8, 8, 5), spread=0.5),
        ),
        (_sector("01", "a"), _sector("02", "a", breaks=LUNCH), _sector("03", "b"), _any("04", "a", "b")),
    ),
)
