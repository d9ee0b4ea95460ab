"""One unit of work on the ledger: rows are read (and locked) once, changed as objects, and written together at the end.

Two servers may work on one PostgreSQL: rows are locked as they are read, always windows first, then counters, then tickets;
the shared `lines` are only added to, in one order, when everything is written. SQLite has one writer and needs no locks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, Table, bindparam, func, insert, literal_column, select, text, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from queue_server.store import tables
from queue_server.store.rows import Service, Ticket, Window

R = TypeVar("R", Ticket, Window, Service)

T = tables.tickets.c
L = tables.lines.c
_HEAD = (
    select(T.id)
    .where(tables.UNBOUND, T.queue == L.queue, T.class_ == L.class_)
    .order_by(T.rank, T.id)
    .limit(1)
    .correlate(tables.lines)
)
_NEXT_NUMBER = text(
    "INSERT INTO counters (queue, business_day, last) VALUES (:queue, :day, 1) "
    "ON CONFLICT (queue, business_day) DO UPDATE SET last = counters.last + 1 RETURNING last"
)
_CLOSE_PERIOD = (
    update(tables.periods)
    .where(tables.periods.c.ticket == bindparam("b_ticket"), tables.periods.c.step == bindparam("b_step"))
    .values(ended_at=bindparam("b_ended_at"))
)
_ADD_TO_LINE = (
    update(tables.lines)
    .where(L.queue == bindparam("b_queue"), L.class_ == bindparam("b_class"))
    .values(
        waiting=L.waiting + bindparam("b_delta"),
        last_called=func.coalesce(bindparam("b_called", type_=L.last_called.type), L.last_called),
        called_at=func.coalesce(bindparam("b_called_at", type_=L.called_at.type), L.called_at),
    )
)


class Rows(Generic[R]):
    """The rows of one table that this unit of work has read, added or changed."""

    def __init__(self, connection: Connection, table: Table, kind: type[R], *, lock: bool) -> None:
        self._connection = connection
        self._kind: type[R] = kind
        self._names = [f.name for f in fields(kind)]
        self._select = select(*[table.c[name] for name in self._names])
        self._by_id = self._select.where(table.c.id == bindparam("b_id"))
        if lock:
            self._by_id = self._by_id.with_for_update()
        self._insert = insert(table)
        self._update = update(table).where(table.c.id == bindparam("b_id"))
        self._known: dict[str, R] = {}
        self._new: dict[str, R] = {}
        self._changed: dict[str, R] = {}

    def get(self, row_id: str) -> R | None:
        """The row, read and locked once."""
        known = self._known.get(row_id)
        if known is None:
            found = self._connection.execute(self._by_id, {"b_id": row_id}).first()
            if found is None:
                return None
            known = self._known[row_id] = self._kind(*found)
        return known

    def find(self, where: Select[Any]) -> list[R]:
        """Rows of a query that selects all columns of the row in order; rows known already are given as they now stand."""
        found: list[R] = []
        for values in self._connection.execute(where):
            row = self._known.get(values[0])
            if row is None:
                row = self._known[values[0]] = self._kind(*values)
            found.append(row)
        return found

    @property
    def columns(self) -> Select[Any]:
        """The select that `find` wants."""
        return self._select

    def add(self, row: R) -> None:
        """Insert `row` at the end."""
        self._known[row.id] = self._new[row.id] = row

    def touch(self, row: R) -> None:
        """Write `row` at the end."""
        if row.id not in self._new:
            self._changed[row.id] = row

    def flush(self) -> None:
        """Write what is new and what has changed."""
        if self._new:
            self._connection.execute(self._insert, [self._values(row) for row in self._new.values()])
            self._new.clear()
        if self._changed:
            rows = [{**self._values(row), "b_id": row.id} for row in self._changed.values()]
            self._connection.execute(self._update, rows)
            self._changed.clear()

    def _values(self, row: R) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self._names}


class Unit:
    """A transaction's view of the ledger. The caller opens the transaction, calls `flush`, commits."""

    def __init__(self, connection: Connection, *, shared: bool) -> None:
        self.connection = connection
        self.shared = shared
        self.tickets = Rows(connection, tables.tickets, Ticket, lock=shared)
        self.windows = Rows(connection, tables.windows, Window, lock=shared)
        self.services = Rows(connection, tables.services, Service, lock=shared)
        self._periods: dict[tuple[str, int], dict[str, Any]] = {}
        self._closed: list[dict[str, Any]] = []
        self._lines: dict[tuple[str, str], dict[str, Any]] = {}
        self._appended: dict[Table, list[dict[str, Any]]] = {}

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

    def next_number(self, queue: str, day: str) -> int:
        """Count one more ticket of this queue and business day; never the same number twice."""
        number: int = self.connection.execute(_NEXT_NUMBER, {"queue": queue, "day": day}).scalar_one()
        return number

    def heads(self, queues: Sequence[str], window: str, taken: Collection[str] = ()) -> list[Ticket]:
        """The first waiting ticket of every queue and class, and all that are bound to `window`; without those in `taken`."""
        self.tickets.flush()
        head, bound = _HEAD, select(T.id).where(tables.BOUND, T.bound == window)
        if taken:
            head, bound = head.where(T.id.not_in(taken)), bound.where(T.id.not_in(taken))
        first = select(head.scalar_subquery()).where(L.queue.in_(queues))
        return self.tickets.find(self.tickets.columns.where(T.id.in_(union_all(first, bound))))

    def take(self, ticket: Ticket) -> bool:
        """Lock a waiting ticket for calling; False when another server is just taking it."""
        if not self.shared:
            return True
        wanted = select(T.id).where(T.id == ticket.id, T.state == ticket.state).with_for_update(skip_locked=True)
        return self.connection.execute(wanted).first() is not None

    def open_period(self, ticket: Ticket, *, at: datetime, clerk: str | None) -> None:
        """Begin the period that the ticket's state and step now name."""
        self._periods[ticket.id, ticket.step] = {
            "ticket": ticket.id, "step": ticket.step, "kind": ticket.state, "started_at": at, "ended_at": None,
            "business_day": ticket.business_day, "queue": ticket.queue, "window": ticket.window, "clerk": clerk,
        }  # fmt: skip

    def close_period(self, ticket: Ticket, *, at: datetime) -> None:
        """End the period that the ticket's step names."""
        fresh = self._periods.get((ticket.id, ticket.step))
        if fresh is not None:
            fresh["ended_at"] = at
        else:
            self._closed.append({"b_ticket": ticket.id, "b_step": ticket.step, "b_ended_at": at})

    def add_to_line(
        self, queue: str, class_: str, delta: int, *, called: str | None = None, at: datetime | None = None
    ) -> None:
        """Count `delta` more waiting tickets; `called` is the number that has just been called."""
        line = self._lines.setdefault((queue, class_), {"b_delta": 0, "b_called": None, "b_called_at": None})
        line["b_delta"] += delta
        if called is not None:
            line["b_called"], line["b_called_at"] = called, at

    def line_changes(self) -> dict[tuple[str, str], int]:
        """By how much the lines (queue, class) have grown since the unit began."""
        return {key: line["b_delta"] for key, line in self._lines.items()}

    def append(self, table: Table, row: dict[str, Any]) -> None:
        """Insert a row of an append-only table at the end."""
        self._appended.setdefault(table, []).append(row)

    def ranks(self, queue: str, limit: int) -> list[float]:
        """The smallest `limit` ranks of a queue's line."""
        self.tickets.flush()
        line = select(T.rank).where(tables.WAITING, T.queue == queue).order_by(T.rank).limit(limit)
        return list(self.connection.execute(line).scalars())

    def before(self, ticket: Ticket) -> tuple[int, int]:
        """How many ordinary and how many favoured tickets of its queue stand before a ticket."""
        self.tickets.flush()
        line = select(T.class_, func.count()).where(tables.WAITING, T.queue == ticket.queue, T.rank < ticket.rank)
        counts: dict[str, int] = dict(self.connection.execute(line.group_by(T.class_)).tuples().all())
        ordinary = counts.pop("ordinary", 0)
        return ordinary, sum(counts.values())

    def flush(self) -> None:
        """Write everything; the caller commits."""
        for rows in (self.tickets, self.services, self.windows):
            rows.flush()
        if self._closed:
            self.connection.execute(_CLOSE_PERIOD, self._closed)
        if self._periods:
            self.connection.execute(insert(tables.periods), list(self._periods.values()))
        for table, appended in self._appended.items():
            self.connection.execute(insert(table), appended)
        if self._lines:
            changes = [{"b_queue": q, "b_class": c, **self._lines[q, c]} for q, c in sorted(self._lines)]
            self.connection.execute(_ADD_TO_LINE, changes)


def ensure(
    connection: Connection, *, windows: Iterable[str], queues: Iterable[str], classes: Iterable[str], now: datetime
) -> None:
    """Add the rows that a hall's windows and lines need and do not have yet, and count the lines afresh."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    classes = list(classes)
    wanted_windows = [{"id": w, "state": "closed", "since": now, "calls": 0, "tally": 0} for w in windows]
    wanted_lines = [{"queue": q, "class_": c, "waiting": 0} for q in queues for c in classes]
    for table, rows in ((tables.windows, wanted_windows), (tables.lines, wanted_lines)):
        if rows:
            connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)
    if connection.dialect.name == "postgresql":
        connection.execute(select(L.queue).with_for_update())
    waiting = select(func.count(literal_column("1"))).where(tables.WAITING, T.queue == L.queue, T.class_ == L.class_)
    connection.execute(update(tables.lines).values(waiting=waiting.correlate(tables.lines).scalar_subquery()))


def window_rows(connection: Connection) -> list[tuple[Window, str | None, str | None]]:
    """Every window with the number and the queue of the ticket at it."""
    windows = tables.windows
    columns = [windows.c[f.name] for f in fields(Window)]
    at_them = select(*columns, T.number, T.queue).join_from(windows, tables.tickets, T.id == windows.c.ticket, isouter=True)
    wanted = at_them.order_by(windows.c.id)
    return [(Window(*values), number, queue) for *values, number, queue in connection.execute(wanted)]
