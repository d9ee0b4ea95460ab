"""What is known about the hall's speed: who is open, how long services take. Estimates of waiting come from here; where no
window is open there is none.

Kept between units of context and read afresh when a window changes, at the latest after two seconds; estimates need no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from contract.serving_windows import AT_WORK
from contract.wire.messages import Estimate
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.wait_estimate import Pace, WaitingLine, estimate, servers_of
from queue_server.store import tables

FRESH_S = 2.0
HISTORY = 60
HISTORY_DAYS = 30
L, S, W = tables.lines.c, tables.services.c, tables.windows.c


@dataclass(frozen=True, slots=True)
class Staff:
    """The open windows of one queue: how many of them are free, how long the services at the others still take, and what each
    owes by the ratio of classes."""

    free: int
    left_s: float | None
    tallies: tuple[int, ...]


class OpenWindow(NamedTuple):
    """A window that is open: since when it is in its state, and what it owes by the ratio of classes."""

    queues: tuple[str, ...]
    state: str
    since: datetime
    tally: int

    @property
    def busy(self) -> bool:
        return self.state in ("calling", "serving")


class WaitTimes:
    """Estimates for every queue of a hall; `begin` reads the ledger, `in_line` and `at_window` only compute."""

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

    def in_line(self, queue: str, *, ordinary: int, favoured_ahead: int, favoured: bool) -> tuple[int, Estimate | None]:
        """How many calls come before a ticket behind these, and its wait; None while no window works for the queue."""
        ratio = self.hall.rules.ratio
        share = favoured_ahead / (ordinary + favoured_ahead) if ordinary + favoured_ahead > 10 else 0.1
        ageing_s = self.hall.rules.ageing_minutes * 60
        staff = self._staff.get(queue)
        tallies = staff.tallies if staff is not None else (0,)  # a window that opens owes nothing: a favoured ticket goes first
        line = WaitingLine(ordinary, favoured_ahead, favoured, share, ratio.ordinary, ratio.priority, ageing_s, tallies=tallies)
        if staff is None:
            return line.ahead, None
        low, high = estimate(line, self._paces[queue], servers=self._servers_for(queue), free=staff.free, left=staff.left_s)
        return line.ahead, Estimate(low, high)

    def at_window(self, window: str, queue: str, ahead: int) -> Estimate | None:
        """The wait of a ticket of `queue` that is bound to a window, behind these; None while the window is not open."""
        there, pace = self._open.get(window), self._paces.get(queue)
        if there is None or pace is None:
            return None
        left = pace.left((self._now - there.since).total_seconds()) if there.busy else None
        line = WaitingLine(ahead, 0, favoured_share=0.0)
        return Estimate(*estimate(line, pace, servers=1.0, free=int(not there.busy), left=left))

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
        rows = connection.execute(select(W.id, W.state, W.since, W.tally).where(W.state.in_(AT_WORK))).all()
        known = self.hall.queues_of
        self._now = now
        self._open = {window: OpenWindow(known[window], *row) for window, *row in rows if window in known}
        counts = {queue: sum(self.waiting(queue, {})) for queue in self._paces}
        self._work = {queue: count * self._paces[queue].mean for queue, count in counts.items() if count}
        self._servers = self._shares(self._work)
        self._staff = {}
        for queue, pace in self._paces.items():
            mine = [window for window in self._open.values() if queue in window.queues]
            left = [pace.left((now - window.since).total_seconds()) for window in mine if window.busy]
            if mine:
                mean_left = sum(left) / len(left) if left else None
                tallies = tuple(window.tally for window in mine)
                self._staff[queue] = Staff(len(mine) - len(left), mean_left, tallies)

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
