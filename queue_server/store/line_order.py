"""In which order tickets stand in their lines, kept in memory: how many stand before one costs no count of the line.

The lines are read when somebody first asks for a place, and are brought up to date with every ticket that has changed. Where
another server writes too, they are read for each unit of work.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from queue_server.domain.routing import Place
from queue_server.store import tables
from queue_server.store.prepared import Prepared
from queue_server.store.rows import TicketRow

T = tables.tickets.c
_WAITING = Prepared(select(T.id, T.rank, T.queue, T.class_, T.bound).where(tables.OPEN, tables.WAITING))
Standing = tuple[Place, str]
"""Where a ticket stands, and its class."""
Line = tuple[str, str] | str
"""A queue and a class of tickets in it, or the window for which tickets are meant."""


class LineOrder:
    """The tickets that wait: of each queue and class, and for each window those that are meant for it."""

    def __init__(self) -> None:
        self._lines: defaultdict[Line, list[Standing]] = defaultdict(list)
        self._places: dict[str, tuple[Line, Standing]] = {}
        self._read = False

    def read(self, connection: Connection) -> None:
        """Read the lines, if they are not known."""
        if self._read:
            return
        for ticket, rank, queue, class_, bound in _WAITING.run(connection, {}):
            self._places[ticket] = (bound or (queue, class_), ((rank, ticket), class_))
        for line, standing in self._places.values():
            self._lines[line].append(standing)
        for standings in self._lines.values():
            standings.sort()
        self._read = True

    def before(self, queue: str, class_: str, place: Place) -> int:
        """How many tickets of a line that are meant for no window stand before `place`."""
        standings = self._lines.get((queue, class_))
        return bisect_left(standings, (place, "")) if standings else 0

    def bound(self, window: str) -> Sequence[Standing]:
        """The tickets that are meant for a window, each with its class, in the order of their places."""
        return self._lines.get(window, ())

    def note(self, tickets: Iterable[TicketRow]) -> None:
        """Where these tickets stand now."""
        if not self._read:
            return
        for ticket in tickets:
            line: Line = ticket.bound or (ticket.queue, ticket.class_)
            now = (line, ((ticket.rank, ticket.id), ticket.class_)) if ticket.state == "waiting" else None
            before = self._places.get(ticket.id)
            if before != now:
                self._move(ticket.id, before, now)

    def forget(self) -> None:
        """Read every line anew: what was noted was not written."""
        self._lines.clear()
        self._places.clear()
        self._read = False

    def _move(self, ticket: str, before: tuple[Line, Standing] | None, now: tuple[Line, Standing] | None) -> None:
        if before is not None:
            line, standing = before
            del self._lines[line][bisect_left(self._lines[line], standing)]
            del self._places[ticket]
        if now is not None:
            line, standing = now
            insort(self._lines[line], standing)
            self._places[ticket] = now
