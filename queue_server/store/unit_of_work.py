"""One unit of work on the ledger: rows are read (and locked) once, changed as objects, and written together at the end.

Two servers may work on one PostgreSQL: rows are locked as they are read, always windows first, then counters, then tickets;
the shared `lines` are only added to, in one order, when everything is written. SQLite has one writer and needs no locks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import get_args

from sqlalchemy import Connection, Integer, Table, bindparam, func, insert, literal_column, select, text, union_all, update

from contract.wire.messages import TicketClass
from queue_server.store import tables
from queue_server.store.identity_map import IdentityMap, RowStatements
from queue_server.store.line_order import LineOrder
from queue_server.store.prepared import Prepared
from queue_server.store.repositories import Leases, Ratings, Reprints, UsedCodes
from queue_server.store.rows import ServiceRow, TicketRow, WindowRow

T = tables.tickets.c
A = tables.appointments.c
L = tables.lines.c
P = tables.periods.c
_HEAD = (
    select(T.id)
    .where(tables.UNBOUND, T.queue == L.queue, T.class_ == L.class_)
    .order_by(T.rank, T.id)
    .limit(literal_column("1"))
    .correlate(tables.lines)
)
_NEXT_NUMBER = Prepared(
    text(
        "INSERT INTO counters (queue, business_day, last) VALUES (:queue, :day, :behind + 1) "
        "ON CONFLICT (queue, business_day) DO UPDATE SET last = counters.last + 1 RETURNING last"
    )
)
_CLOSE_PERIOD = Prepared(
    update(tables.periods)
    .where(tables.periods.c.ticket == bindparam("of_ticket"), tables.periods.c.step == bindparam("of_step"))
    .values(ended_at=bindparam("at", type_=tables.periods.c.ended_at.type))
)
_ADD_TO_LINE = Prepared(
    update(tables.lines)
    .where(L.queue == bindparam("of_queue"), L.class_ == bindparam("of_class"))
    .values(
        waiting=L.waiting + bindparam("delta"),
        last_called=func.coalesce(bindparam("called", type_=L.last_called.type), L.last_called),
        called_at=func.coalesce(bindparam("at", type_=L.called_at.type), L.called_at),
    )
)
_APPEND = {
    table: Prepared(insert(table), [column.key for column in table.c if column.key != "id" or table is not tables.events])
    for table in (tables.periods, tables.events, tables.requests)
}


_LIMIT = bindparam("limit", type_=Integer)
_FIRST_OF_CLASSES = [
    select(T.rank)
    .where(tables.UNBOUND, T.queue == bindparam("queue"), T.class_ == class_)
    .order_by(T.rank)
    .limit(_LIMIT)
    .subquery()
    for class_ in get_args(TicketClass)
]
_RANKS = Prepared(union_all(*(select(first.c.rank) for first in _FIRST_OF_CLASSES)).order_by("rank").limit(_LIMIT))
_HELD_AT = Prepared(
    select(T.id)
    .where(tables.OPEN, T.state == "held", T.business_day == bindparam("day"), T.window == bindparam("window"))
    .limit(literal_column("2"))
)
_BOUND = select(T.id).where(tables.BOUND, T.bound == bindparam("window"))
TICKETS = RowStatements(tables.tickets, TicketRow)
WINDOWS = RowStatements(tables.windows, WindowRow)
SERVICES = RowStatements(tables.services, ServiceRow)
_FIRST = TICKETS.select


@dataclass(slots=True)
class _LineChange:
    """What is added to a line; the parameters of _ADD_TO_LINE."""

    of_queue: str
    of_class: str
    delta: int = 0
    called: str | None = None
    at: datetime | None = None


class UnitOfWork:
    """A transaction's view of the ledger. The caller opens the transaction, calls `flush`, commits."""

    def __init__(self, connection: Connection, *, shared: bool, order: LineOrder | None = None) -> None:
        """`shared` where another server may write too; `order` is kept from one unit to the next where none does."""
        self.connection = connection
        self.shared = shared
        self._order = order or LineOrder()
        self.tickets = IdentityMap(connection, TICKETS, lock=shared)
        self.windows = IdentityMap(connection, WINDOWS, lock=shared)
        self.services = IdentityMap(connection, SERVICES, lock=shared)
        self.ratings = Ratings(connection)
        self.leases = Leases(connection)
        self.reprints = Reprints(connection)
        self.used_codes = UsedCodes(connection)
        self._periods: dict[tuple[str, int], dict[str, object]] = {}
        self._closed: list[dict[str, object]] = []
        self._lines: dict[tuple[str, str], _LineChange] = {}
        self._appended: dict[Table, list[dict[str, object]]] = {}

    def lock(self, windows: Collection[str], queues: Collection[str], day: str) -> None:
        """Lock, in one order for every server, what a group of requests names."""
        if not self.shared:
            return
        if windows:
            self.windows.find(self.windows.columns.where(tables.windows.c.id.in_(windows)).order_by("id").with_for_update())
        if queues:
            counters = tables.counters
            wanted = select(counters.c.last).where(counters.c.queue.in_(queues), counters.c.business_day == day)
            self.connection.execute(wanted.order_by(counters.c.queue).with_for_update())

    def next_number(self, queue: str, day: str, behind: int = 0) -> int:
        """Count one more ticket of this queue and business day, the first one from `behind` on; never the same number twice."""
        ((number,),) = _NEXT_NUMBER.run(self.connection, {"queue": queue, "day": day, "behind": behind})
        return int(number)

    def issued(
        self, queue: str, day: str, begins: datetime, since: datetime | None = None, until: datetime | None = None
    ) -> int:
        """How many numbers of a business day, or of a part of it, walk-ins took in a queue: not those that were never printed,
        nor appointments, nor who was sent there from another queue. The day `begins` at this instant."""
        self.tickets.flush()
        taken = select(P.ticket).where(P.business_day == day, P.queue == queue, P.step == 0)
        booked = select(A.ticket).where(A.state == "checked-in", A.starts_at >= begins, A.ticket.is_not(None))
        wanted = select(func.count()).where(T.business_day == day, T.id.in_(taken), T.state != "void", T.id.not_in(booked))
        if since is not None:
            wanted = wanted.where(T.issued_at >= since, T.issued_at < until)
        return self.connection.execute(wanted).scalar_one()

    def held_at(self, window: str, day: str) -> list[str]:
        """The tickets of a business day that a window has put aside: two at most."""
        self.tickets.flush()
        return [ticket for (ticket,) in _HELD_AT.run(self.connection, {"window": window, "day": day})]

    def heads(self, queues: Sequence[str], window: str, taken: Collection[str] = ()) -> list[TicketRow]:
        """The first waiting ticket of every queue and class, and all that are bound to `window`; without those in `taken`."""
        self.tickets.flush()
        if not taken:
            return self.tickets.known(_heads_of(len(queues)).run(self.connection, _named(queues, window)))
        head, bound = _HEAD.where(T.id.not_in(taken)), _BOUND.where(T.id.not_in(taken))
        first = select(head.scalar_subquery()).where(L.queue.in_(queues))
        return self.tickets.find(_FIRST.where(T.id.in_(union_all(first, bound))).params(window=window))

    def take(self, ticket: TicketRow) -> bool:
        """Lock a waiting ticket for calling; False when another server is just taking it."""
        if not self.shared:
            return True
        wanted = select(T.id).where(T.id == ticket.id, T.state == ticket.state).with_for_update(skip_locked=True)
        return self.connection.execute(wanted).first() is not None

    def open_period(self, ticket: TicketRow, *, at: datetime, clerk: str | None) -> None:
        """Begin the period that the ticket's state and step now name."""
        self._periods[ticket.id, ticket.step] = {
            "ticket": ticket.id,
            "step": ticket.step,
            "kind": ticket.state,
            "started_at": at,
            "ended_at": None,
            "business_day": ticket.business_day,
            "queue": ticket.queue,
            "window": ticket.window,
            "clerk": clerk,
        }

    def close_period(self, ticket: TicketRow, *, at: datetime) -> None:
        """End the period that the ticket's step names."""
        fresh = self._periods.get((ticket.id, ticket.step))
        if fresh is not None:
            fresh["ended_at"] = at
        else:
            self._closed.append({"of_ticket": ticket.id, "of_step": ticket.step, "at": at})

    def add_to_line(
        self, queue: str, class_: str, delta: int, *, called: str | None = None, at: datetime | None = None
    ) -> None:
        """Count `delta` more waiting tickets; `called` is the number that has just been called."""
        line = self._lines.setdefault((queue, class_), _LineChange(queue, class_))
        line.delta += delta
        if called is not None:
            line.called, line.at = called, at

    def line_changes(self) -> dict[tuple[str, str], int]:
        """By how much the lines (queue, class) have grown since the unit began."""
        return {key: line.delta for key, line in self._lines.items()}

    def append(self, table: Table, row: dict[str, object]) -> None:
        """Insert a row of an append-only table at the end."""
        self._appended.setdefault(table, []).append(row)

    def appended(self, table: Table) -> list[dict[str, object]]:
        """The rows that will be inserted into an append-only table, in order."""
        return self._appended.get(table, [])

    def ranks(self, queue: str, limit: int) -> list[float]:
        """The smallest `limit` ranks of a queue's line, without tickets that are bound to a window."""
        self.tickets.flush()
        return [rank for (rank,) in _RANKS.run(self.connection, {"queue": queue, "limit": limit})]

    def lines(self) -> LineOrder:
        """The tickets that wait, as this unit has left them."""
        self._order.read(self.connection)
        self._order.note(self.tickets.rows)
        return self._order

    def written(self) -> None:
        """The transaction is over: what others are told of lines is as it was written."""
        self._order.note(self.tickets.rows)

    def flush(self) -> None:
        """Write everything; the caller commits."""
        for rows in (self.tickets, self.services, self.windows):
            rows.flush()
        if self._closed:
            _CLOSE_PERIOD.run_many(self.connection, self._closed)
        if self._periods:
            _APPEND[tables.periods].run_many(self.connection, self._periods.values())
        for table, appended in self._appended.items():
            _APPEND[table].run_many(self.connection, appended)
        if self._lines:
            _ADD_TO_LINE.run_many(self.connection, [asdict(self._lines[line]) for line in sorted(self._lines)])


@cache
def _heads_of(count: int) -> Prepared:
    """The statement of `heads` for so many queues."""
    if not count:
        return Prepared(_FIRST.where(T.id.in_(_BOUND)))
    queues = [bindparam(f"queue_{i}", type_=L.queue.type) for i in range(count)]
    first = select(_HEAD.scalar_subquery()).where(L.queue.in_(queues))
    return Prepared(_FIRST.where(T.id.in_(union_all(first, _BOUND))))


def _named(queues: Sequence[str], window: str) -> dict[str, object]:
    return {"window": window, **{f"queue_{i}": queue for i, queue in enumerate(queues)}}
