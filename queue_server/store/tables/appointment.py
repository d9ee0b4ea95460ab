"""Appointments."""

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
    sqlite_with_rowid=False,
)
Index("appointments_reference", appointments.c.reference, unique=True)
Index("appointments_day", appointments.c.state, appointments.c.starts_at)
Index("appointments_person", appointments.c.person, appointments.c.starts_at)
