"""How far a count or a clock has come, so that a server that starts anew never goes back."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, case, delete, select

from queue_server.store import tables
from queue_server.store.database import upsert

Mark = Literal["seq", "clock"]
"""`seq`: no message has a higher number; `clock`: the newest time of which the hall was sure, in microseconds since 1970."""
M = tables.marks.c


def mark(connection: Connection, name: Mark) -> int | None:
    """How far it has come; None before the first time."""
    value: int | None = connection.execute(select(M.value).where(M.name == name)).scalar()
    return value


def raise_to(connection: Connection, name: Mark, value: int) -> None:
    """It has come at least so far."""
    put = upsert(connection, tables.marks).values(name=name, value=value)
    higher = case((put.excluded.value > M.value, put.excluded.value), else_=M.value)
    connection.execute(put.on_conflict_do_update(index_elements=[M.name], set_={"value": higher}))


def raise_clock(connection: Connection, time: datetime) -> None:
    """The hall was sure of this time."""
    raise_to(connection, "clock", (time - tables.EPOCH) // tables.MICROSECOND)


def set_clock(connection: Connection, time: datetime) -> None:
    """Somebody has said that it is this time, whatever was believed before."""
    connection.execute(delete(tables.marks).where(M.name == "clock"))
    raise_clock(connection, time)


def newest_known(connection: Connection) -> datetime | None:
    """The newest time that a ledger knows: its mark, or else when the latest event was; None for a new one."""
    value = mark(connection, "clock")
    if value is not None:
        return tables.EPOCH + value * tables.MICROSECOND
    latest: datetime | None = connection.execute(
        select(tables.events.c.at).order_by(tables.events.c.id.desc()).limit(1)
    ).scalar()
    return latest
