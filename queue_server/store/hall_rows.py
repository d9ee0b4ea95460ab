"""The rows that every hall has from its first start on: its windows, and the lines of its queues."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, literal_column, select, update

from queue_server.store import tables
from queue_server.store.database import upsert
from queue_server.store.rows import WindowRow

L, T = tables.lines.c, tables.tickets.c


def ensure(
    connection: Connection, *, windows: Iterable[str], queues: Iterable[str], classes: Iterable[str], now: datetime
) -> None:
    """Add the rows that a hall's windows and lines need and do not have yet, and count the lines afresh."""
    classes = list(classes)
    wanted_windows = [{"id": w, "state": "closed", "since": now, "calls": 0, "tally": 0} for w in windows]
    wanted_lines = [{"queue": q, "class_": c, "waiting": 0} for q in queues for c in classes]
    for table, rows in ((tables.windows, wanted_windows), (tables.lines, wanted_lines)):
        if rows:
            connection.execute(upsert(connection, table).on_conflict_do_nothing(), rows)
    if connection.dialect.name == "postgresql":
        connection.execute(select(L.queue).with_for_update())
    waiting = sum(_count(line) for line in (tables.UNBOUND, tables.BOUND))  # each has an index of its own
    connection.execute(update(tables.lines).values(waiting=waiting))


def _count(line: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many tickets of such a line wait in each row of `lines`."""
    tickets = select(func.count(literal_column("1"))).where(line, T.queue == L.queue, T.class_ == L.class_)
    return tickets.correlate(tables.lines).scalar_subquery()


def line_queues(connection: Connection, but: Collection[str] = ()) -> list[str]:
    """Every queue that has a line, also those of an earlier configuration; without those of `but`."""
    return list(connection.execute(select(L.queue).where(L.queue.not_in(but)).distinct().order_by(L.queue)).scalars())


def youngest(connection: Connection, queues: Iterable[str]) -> datetime:
    """When the youngest ticket of the latest business day was issued; long ago when there is none."""
    latest = connection.execute(select(func.max(T.business_day))).scalar()
    of_day = select(func.max(T.issued_at)).where(T.business_day == latest)
    issued = (connection.execute(of_day.where(T.queue == queue)).scalar() for queue in queues)
    return max((at for at in issued if at is not None), default=tables.EPOCH)


def window_rows(connection: Connection) -> list[tuple[WindowRow, str | None, str | None]]:
    """Every window with the number and the queue of the ticket at it."""
    windows = tables.windows
    columns = [windows.c[f.name] for f in fields(WindowRow)]
    at_them = select(*columns, T.number, T.queue).join_from(windows, tables.tickets, T.id == windows.c.ticket, isouter=True)
    wanted = at_them.order_by(windows.c.id)
    return [(WindowRow(*values), number, queue) for *values, number, queue in connection.execute(wanted)]
