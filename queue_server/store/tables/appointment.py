"""Appointments, and which of them are still being taken in."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from queue_server.store.tables.columns import Instant, metadata

appointments = Table(
    "appointments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("queue", String(64), nullable=False),
    Column("item", Text),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("name", String(64), nullable=False),
    Column("person", String(64)),
    Column("state", String(12), nullable=False),
    Column("ticket", String(64)),
    Column("reference", String(64)),
    Column("intake", String(32)),
    Column("taken_at", Instant),
    Column("last_four", String(64)),
    sqlite_with_rowid=False,
)
_OF_MANY = appointments.c.intake.is_not(None)
Index("appointments_reference", appointments.c.reference, unique=True)
Index("appointments_day", appointments.c.state, appointments.c.starts_at)
Index("appointments_person", appointments.c.person, appointments.c.starts_at)
Index("appointments_intake", appointments.c.intake, sqlite_where=_OF_MANY, postgresql_where=_OF_MANY)

intakes = Table(
    "intakes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Many appointments that are being taken in just now: those whose `intake` is one of these are not seen yet."""
