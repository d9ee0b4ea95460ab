"""Whom a window may call, and whom it would get next. Nothing here writes.

Windows that serve the same queues share their line: it is read once, and each window finds its own part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, or_, select

from contract.wire.messages import Text
from queue_server.commands.call import candidate
from queue_server.commands.hall_rules import HallRules
from queue_server.commands.reprint import REPRINTABLE
from queue_server.domain.routing import Candidate, choose
from queue_server.store import tables
from queue_server.store.database import Database
from queue_server.store.hall_rows import line_queues
from queue_server.store.unit_of_work import UnitOfWork

P, T, W = tables.periods.c, tables.tickets.c, tables.windows.c
NOBODY = Text("当前没有等候的号。", "Nobody waits for this window.")


class OpenTicket(NamedTuple):
    """An open ticket that is at no window, as it stands in the ledger."""

    id: str
    number: str
    queue: str
    class_: str
    changed_at: datetime
    state: str
    window: str | None
    bound: str | None
    rank: float


_COLUMNS = (T.id, T.number, T.queue, T.class_, T.changed_at, T.state, T.window, T.bound, T.rank)
"""Those of an OpenTicket."""


@dataclass(frozen=True, slots=True)
class WaitingTicket:
    """An open ticket that is at no window: waiting, printing, missed or held.

    `since` is when it got into that state; of one that has been at a window and waits again, earlier by what it had waited.
    It says of everybody who waits what the clerk reads once the ticket is called (`Visit.waited`). `window` is the window it is
    bound to (a transfer) or was last at (missed, held).
    """

    id: str
    number: str
    queue: str
    class_: str
    since: datetime
    state: str
    window: str | None = None


@dataclass(frozen=True, slots=True)
class PartOfLine:
    """The first tickets of a list, and how many it has in all."""

    tickets: list[WaitingTicket]
    count: int


@dataclass(frozen=True, slots=True)
class LineAtWindow:
    """What a clerk may call at a window: who waits, who was missed (the latest first), whom the window holds, and why a ticket
    would be the next (or that nobody waits)."""

    waiting: PartOfLine
    missed: PartOfLine
    held: PartOfLine
    why: Text


@dataclass(frozen=True, slots=True)
class CommonLine:
    """What all windows that serve the same queues share, as it was at `read_at`.

    `first` are the first that wait for any of these windows, of `count`; `heads` the first of each queue and class; `aside` all
    tickets of the hall that were missed, are held, or have been at a window before they wait; `waited` how long these had
    waited; `tallies` how far each window is in the order of its calls.
    """

    hall: HallRules
    queues: frozenset[str]
    first: Sequence[OpenTicket]
    count: int
    heads: Sequence[Candidate]
    aside: Sequence[OpenTicket]
    waited: Mapping[str, timedelta]
    tallies: Mapping[str, int]
    most: int
    read_at: datetime

    def at(self, window: str) -> LineAtWindow:
        """The lists of one of these windows, and its next call."""
        mine = [ticket for ticket in self.aside if self._concerns(ticket, window)]
        sent = [t for t in mine if t.state == "waiting" and (t.bound == window or t.queue not in self.queues)]
        missed = [ticket for ticket in mine if ticket.state == "missed"]
        held = [ticket for ticket in mine if ticket.state == "held" and ticket.window in (None, window)]
        waiting = sorted([*sent, *self.first], key=lambda t: (t.bound is None, t.rank, t.id))
        return LineAtWindow(
            self._part(waiting, self.count + len(sent)),
            self._part(sorted(missed, key=lambda t: (-t.changed_at.timestamp(), t.id)), len(missed)),
            self._part(sorted(held, key=lambda t: (t.changed_at, t.id)), len(held)),
            self._why(window, [t for t in sent if t.bound == window]),
        )

    def _concerns(self, ticket: OpenTicket, window: str) -> bool:
        """Tickets of a window's queues, those meant for it, those it was the last to have, and those of queues that no window
        serves any more; not those bound to another window."""
        return ticket.bound == window or (ticket.bound is None and (ticket.queue in self.queues or ticket.window == window))

    def _part(self, tickets: Sequence[OpenTicket], count: int) -> PartOfLine:
        return PartOfLine([self._waiting(ticket) for ticket in tickets[: self.most]], count)

    def _waiting(self, ticket: OpenTicket) -> WaitingTicket:
        before = self.waited.get(ticket.id, timedelta()) if ticket.state == "waiting" else timedelta()
        since, window = ticket.changed_at - before, ticket.bound or ticket.window
        return WaitingTicket(ticket.id, ticket.number, ticket.queue, ticket.class_, since, ticket.state, window)

    def _why(self, window: str, bound: Iterable[OpenTicket]) -> Text:
        """The sentence of routing about the ticket that the window would get next."""
        sent = (Candidate(ticket.id, ticket.queue, ticket.class_, ticket.rank, ticket.bound) for ticket in bound)
        tally = self.tallies.get(window, 0)
        choice = choose([*self.heads, *sent], self.hall.calls[window], self.read_at.timestamp(), tally)
        return NOBODY if choice is None else choice.reason


class WindowLines:
    """Looks into the ledger on connections that only read; safe to call from any thread."""

    def __init__(self, database: Database, hall: HallRules, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._hall = hall
        self._clock = clock

    def at(self, window: str, most: int) -> LineAtWindow:
        """The lists of a window, `most` tickets of each."""
        return self.shared(self._hall.queues_of.get(window, ()), most).at(window)

    def shared(self, served: Sequence[str], most: int) -> CommonLine:
        """The line of the windows that serve these queues, `most` tickets of each list."""
        with self._database.look() as connection:
            queues = [*served, *line_queues(connection, self._hall.served)]
            first = connection.execute(
                select(*_COLUMNS, func.count().over())
                .where(tables.UNBOUND, T.queue.in_(queues))
                .order_by(T.rank, T.id)
                .limit(most)
            ).all()
            heads = UnitOfWork(connection, shared=False).heads(served, "")
            return CommonLine(
                hall=self._hall,
                queues=frozenset(queues),
                first=[OpenTicket(*row[:-1]) for row in first],
                count=int(first[0][-1]) if first else 0,
                heads=[candidate(head) for head in heads],
                aside=_aside(connection),
                waited=_waited(connection),
                tallies=dict(connection.execute(select(W.id, W.tally)).all()),
                most=most,
                read_at=self._clock(),
            )

    def reprintable(self, text: str, limit: int) -> list[WaitingTicket]:
        """Tickets of today that may be printed again, the newest first; with `text`, those whose number begins so."""
        today = self._hall.day(self._clock()).isoformat()
        columns = (T.id, T.number, T.queue, T.class_, T.changed_at, T.state, T.window)
        wanted = select(*columns).where(T.business_day == today, T.state.in_(REPRINTABLE))
        if text:
            wanted = wanted.where(T.number.startswith(text.upper(), autoescape=True))
        with self._database.look() as connection:
            rows = connection.execute(wanted.order_by(T.issued_at.desc(), T.id.desc()).limit(limit)).all()
        return [WaitingTicket(*row) for row in rows]


def _aside(connection: Connection) -> list[OpenTicket]:
    """Tickets that a window has had, or that were sent to one."""
    been = and_(T.state == "waiting", or_(T.bound.is_not(None), T.window.is_not(None)))
    rows = connection.execute(select(*_COLUMNS).where(tables.OPEN, or_(T.state.in_(("missed", "held")), been)))
    return [OpenTicket(*row) for row in rows]


def _waited(connection: Connection) -> dict[str, timedelta]:
    """How long those had waited before who have been at a window and wait again."""
    again = select(T.id).where(tables.OPEN, T.state == "waiting", T.window.is_not(None))
    ended = select(P.ticket, P.started_at, P.ended_at).where(P.kind == "waiting", P.ended_at.is_not(None), P.ticket.in_(again))
    waited: defaultdict[str, timedelta] = defaultdict(timedelta)
    for ticket, started_at, ended_at in connection.execute(ended):
        waited[ticket] += ended_at - started_at
    return waited
