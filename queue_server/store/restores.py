"""A ledger that was put back from a copy: what it must not do again, and who has read what that means."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from queue_server.store import tables
from queue_server.store.way_back import WENT_BACK

R = tables.restores.c
SALT_BYTES = 16


@dataclass(frozen=True)
class Restore:
    """The ledger was put back at `restored_at` as it was at `made_at`. Of `business_day` its numbers count from behind `first`,
    and their tokens carry `salt`: those that it gave in between are unknown to it."""

    business_day: str
    first: int
    salt: bytes
    made_at: datetime
    restored_at: datetime
    read_by: str


def all_of(connection: Connection) -> tuple[Restore, ...]:
    """Every restore, in the order in which numbers went on."""
    rows = connection.execute(select(tables.restores).order_by(R.business_day, R.first))
    return tuple(
        Restore(row.business_day, row.first, bytes(row.salt), row.made_at, row.restored_at, row.read_by) for row in rows
    )


def note(connection: Connection, day: date, first: int, made_at: datetime, now: datetime) -> None:
    """Let a ledger that was just put back count its numbers of `day` from behind `first` on."""
    row = {
        "business_day": day.isoformat(),
        "first": first,
        "salt": secrets.token_bytes(SALT_BYTES),
        "made_at": made_at,
        "restored_at": now,
        "read_by": "",
    }
    connection.execute(insert(tables.restores), row)
    counters = tables.counters
    behind = update(counters).where(counters.c.business_day == day.isoformat(), counters.c.last < first)
    connection.execute(behind.values(last=first))


def went_back(connection: Connection) -> datetime | None:
    """When the copy was made to which a ledger was put back before a migration, told once; None for any other ledger."""
    marks = tables.marks
    value: int | None = connection.execute(select(marks.c.value).where(marks.c.name == WENT_BACK)).scalar()
    if value is None:
        return None
    connection.execute(delete(marks).where(marks.c.name == WENT_BACK))
    made_at: datetime = tables.EPOCH + value * tables.MICROSECOND
    return made_at


def read(connection: Connection, by: str) -> None:
    """Somebody has read what was lost."""
    connection.execute(update(tables.restores).where(R.read_by == "").values(read_by=by))
