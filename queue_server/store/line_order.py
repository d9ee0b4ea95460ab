"""In which order tickets stand in their lines, kept in memory: how many stand before one costs no count of the line.

A line is read when somebody first asks for a place in it, and is brought up to date with every ticket that has changed.
Not for a database that another server writes too.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from queue_server.store import tables
from queue_server.store.prepared import Prepared
from queue_server.store.rows import TicketRow

T = tables.tickets.c
_WAITING = Prepared(
    select(T.rank, T.id)
    .where(tables.UNBOUND, T.queue == bindparam("queue"), T.class_ == bindparam("class_"))
    .order_by(T.rank, T.id)
)
Line = tuple[str, str]
"""A queue, and a class of tickets in it."""
Place = tuple[float, str]
"""Rank and id of a ticket: the order of a line."""


class LineOrder:
    """The tickets of each line that are bound to no window."""

    def __init__(self) -> None:
        self._lines: dict[Line, list[Place]] = {}
        self._places: dict[str, tuple[Line, Place]] = {}

    def before(self, connection: Connection, line: Line, rank: float) -> int:
        """How many stand before this rank."""
        places = self._lines.get(line)
        if places is None:
            places = [(rank, ticket) for rank, ticket in _WAITING.run(connection, {"queue": line[0], "class_": line[1]})]
            self._lines[line] = places
            self._places.update((place[1], (line, place)) for place in places)
        return bisect_left(places, (rank, ""))

    def note(self, tickets: Iterable[TicketRow]) -> None:
        """Where these tickets stand now."""
        for ticket in tickets:
            line = (ticket.queue, ticket.class_)
            stands = ticket.state == "waiting" and ticket.bound is None and line in self._lines
            now = (line, (ticket.rank, ticket.id)) if stands else None
            before = self._places.get(ticket.id)
            if before != now:
                self._move(ticket.id, before, now)

    def forget(self) -> None:
        """Read every line anew: what was noted was not written."""
        self._lines.clear()
        self._places.clear()

    def _move(self, ticket: str, before: tuple[Line, Place] | None, now: tuple[Line, Place] | None) -> None:
        if before is not None:
            line, place = before
            places = self._lines[line]
            del places[bisect_left(places, place)]
            del self._places[ticket]
        if now is not None:
            line, place = now
            insort(self._lines[line], place)
            self._places[ticket] = now
