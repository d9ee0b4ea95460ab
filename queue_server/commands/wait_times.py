"""What is known about the hall's speed: who is open, how long services take. Estimates of waiting come from here; where no
window is open there is none.

Kept between units of context and read afresh when a window changes, at the latest after two seconds; estimates need no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from contract.serving_windows import AT_WORK
from contract.wire.messages import Estimate
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.calls_before import CallingWindow, WaitingLines, calls_before
from queue_server.domain.routing import Candidate, WindowRules
from queue_server.domain.wait_estimate import NOBODY_TO_COME, Favour, Pace, estimate, servers_of
from queue_server.store import tables
from queue_server.store.rows import WindowRow

FRESH_S = 2.0
HISTORY = 60
HISTORY_DAYS = 30
USUAL_SHARE = 0.1
"""The part of favoured tickets in a line that has no more than ENOUGH to tell."""
ENOUGH = 10
L, S, W = tables.lines.c, tables.services.c, tables.windows.c


@dataclass(frozen=True, slots=True)
class Staff:
    """The open windows of one queue: how many of them are free, and how long the services at the others still take."""

    free: int
    left_s: float | None


class OpenWindow(NamedTuple):
    """A window that is open, and since when it is in its state."""

    queues: tuple[str, ...]
    state: str
    since: datetime

    @property
    def busy(self) -> bool:
        return self.state in ("calling", "serving")


class WaitTimes:
    """Estimates for every queue of a hall; `begin` reads the ledger, `place` and `of_new` only compute."""

    def __init__(self, hall: HallRules, monotonic: Callable[[], float]) -> None:
        self.hall = hall
        self.stale = True
        self.lines: dict[tuple[str, str], int] = {}
        self._monotonic = monotonic
        self._read_at = float("-inf")
        self._paces = {queue.id: Pace.configured(queue.service_minutes) for queue in hall.config.queue}
        self._seen = datetime.min.replace(tzinfo=UTC)
        self._staff: dict[str, Staff] = {}
        """Of the queues that some open window serves."""
        self._work: dict[str, float] = {}
        """Seconds of service that wait in each queue in which somebody does."""
        self._servers: dict[str, float] = {}
        self._open: dict[str, OpenWindow] = {}
        self._tallies: dict[str, int] = {}
        """What each window owes by the ratio of classes."""
        self._now = self._seen

    def begin(self, connection: Connection, now: datetime) -> None:
        """Before a unit of context: read what has become old."""
        if self.stale or self._monotonic() - self._read_at > FRESH_S:
            self.lines = {(queue, class_): waiting for queue, class_, waiting in connection.execute(_LINES)}
            self._read_paces(connection, now)
            self._read_staff(connection, now)
            self.stale, self._read_at = False, self._monotonic()

    def committed(self, changes: dict[tuple[str, str], int]) -> None:
        """After a unit of context: count what it added to the lines."""
        for line, delta in changes.items():
            self.lines[line] = self.lines.get(line, 0) + delta

    def note(self, windows: Iterable[WindowRow]) -> None:
        """What these windows owe now."""
        self._tallies.update((window.id, window.tally) for window in windows)

    def waiting(self, queue: str, changes: dict[tuple[str, str], int]) -> tuple[int, int]:
        """How many ordinary and how many favoured tickets wait, with what this unit has changed."""
        ordinary = favoured = 0
        for class_ in _CLASSES:
            count = self.lines.get((queue, class_), 0) + changes.get((queue, class_), 0)
            if class_ == "ordinary":
                ordinary += count
            else:
                favoured += count
        return max(0, ordinary), max(0, favoured)

    def serving(self, queue: str) -> list[str]:
        """The windows that call numbers of `queue`: those at work, all of its windows while none is."""
        planned = self.hall.windows_of.get(queue, [])
        return [window for window in planned if window in self._open] or planned

    def unserved(self) -> dict[str, int]:
        """How many wait in queues that no window of the hall serves (any more)."""
        found: dict[str, int] = {}
        for (queue, _), waiting in self.lines.items():
            if waiting > 0 and queue not in self.hall.served:
                found[queue] = found.get(queue, 0) + waiting
        return found

    def place(
        self, ticket: Candidate, lines: WaitingLines, now: datetime, changes: dict[tuple[str, str], int]
    ) -> tuple[int, Estimate | None]:
        """How many calls come before a ticket, and its wait; None while no window works for it."""
        windows = [self._calling(window) for window in self.serving(ticket.queue)] or [self._if_served(ticket.queue)]
        before = calls_before(ticket, windows, lines, now.timestamp())
        if ticket.window is not None:
            return before.calls, self._at_window(ticket.window, ticket.queue, before.calls)
        favour = self._favour(*self.waiting(ticket.queue, changes))
        others = before.calls - before.of_queue
        return before.calls, self._in_line(ticket.queue, before.of_queue, favour, others=others)

    def of_new(self, queue: str) -> Estimate | None:
        """How long a new ordinary ticket waits; None while no window works for its queue."""
        ordinary, favoured = self.waiting(queue, {})
        ratio = self.hall.rules.ratio
        first = min(favoured, (ordinary // ratio.ordinary + 1) * ratio.priority)
        return self._in_line(queue, ordinary + first, self._favour(ordinary, favoured))

    def _calling(self, window: str) -> CallingWindow:
        return CallingWindow(self.hall.calls[window], self._tallies.get(window, 0))

    def _if_served(self, queue: str) -> CallingWindow:
        """How a window would call that serves this queue alone, where the hall has none."""
        rules = self.hall.rules
        return CallingWindow(
            WindowRules("", (queue,), True, (), rules.ratio.ordinary, rules.ratio.priority, rules.ageing_minutes * 60)
        )

    def _favour(self, ordinary: int, favoured: int) -> Favour:
        waiting, ratio = ordinary + favoured, self.hall.rules.ratio
        return Favour(favoured / waiting if waiting > ENOUGH else USUAL_SHARE, ratio.ordinary, ratio.priority)

    def _in_line(self, queue: str, before: int, favour: Favour, *, others: int = 0) -> Estimate | None:
        """`others` are tickets of other queues that are called before: they come to the windows that are free now."""
        staff = self._staff.get(queue)
        if staff is None:
            return None
        servers = self._servers_for(queue)
        free = max(0, staff.free - others)
        return Estimate(*estimate(before, self._paces[queue], favour, servers=servers, free=free, left=staff.left_s))

    def _at_window(self, window: str, queue: str, ahead: int) -> Estimate | None:
        """The wait of a ticket of `queue` that is bound to a window; None while the window is not open."""
        there, pace = self._open.get(window), self._paces.get(queue)
        if there is None or pace is None:
            return None
        left = pace.left((self._now - there.since).total_seconds()) if there.busy else None
        return Estimate(*estimate(ahead, pace, NOBODY_TO_COME, servers=1.0, free=int(not there.busy), left=left))

    def _read_paces(self, connection: Connection, now: datetime) -> None:
        """Learn from the services that have ended since the last time; the first time from the latest ones of each queue."""
        done = select(S.queue, S.called_at, S.ended_at)
        if self._seen.year == 1:
            self._seen = now - timedelta(days=HISTORY_DAYS)
            for queue in self._paces:
                latest = done.where(S.queue == queue, S.ended_at > self._seen).order_by(S.ended_at.desc()).limit(HISTORY)
                for _, called, ended in reversed(connection.execute(latest).all()):
                    self._learn(queue, called, ended)
            self._seen = now
            return
        for queue, called, ended in connection.execute(done.where(S.ended_at > self._seen).order_by(S.ended_at)):
            self._learn(queue, called, ended)
            self._seen = max(self._seen, ended)

    def _learn(self, queue: str, called: datetime, ended: datetime) -> None:
        if queue in self._paces:
            self._paces[queue] = self._paces[queue].after(max(1.0, (ended - called).total_seconds()))

    def _read_staff(self, connection: Connection, now: datetime) -> None:
        rows = connection.execute(select(W.id, W.tally, W.state, W.since)).all()
        known = self.hall.queues_of
        self._now = now
        self._tallies = {window: tally for window, tally, *_ in rows}
        self._open = {w: OpenWindow(known[w], state, since) for w, _, state, since in rows if w in known and state in AT_WORK}
        counts = {queue: sum(self.waiting(queue, {})) for queue in self._paces}
        self._work = {queue: count * self._paces[queue].mean for queue, count in counts.items() if count}
        self._servers = self._shares(self._work)
        self._staff = {}
        for queue, pace in self._paces.items():
            mine = [window for window in self._open.values() if queue in window.queues]
            left = [pace.left((now - window.since).total_seconds()) for window in mine if window.busy]
            if mine:
                mean_left = sum(left) / len(left) if left else None
                self._staff[queue] = Staff(len(mine) - len(left), mean_left)

    def _shares(self, work: Mapping[str, float]) -> dict[str, float]:
        """How many windows work for each queue in which there is work: nobody gives time to a queue in which nobody waits."""
        return servers_of([tuple(q for q in window.queues if q in work) for window in self._open.values()], work)

    def _servers_for(self, queue: str) -> float:
        """How many windows would work for a ticket of `queue`, if it were alone in it."""
        if queue not in self._servers:
            self._servers[queue] = self._shares({**self._work, queue: self._paces[queue].mean}).get(queue, 0.0)
        return self._servers[queue]


_CLASSES = ("ordinary", "appointment", "priority", "military")
_LINES = select(L.queue, L.class_, L.waiting)
