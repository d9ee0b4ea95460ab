"""Windows, and what is done at them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from queue_server.store.tables.columns import Instant, metadata

windows = Table(
    "windows",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("clerk", String(64)),
    Column("ticket", String(64)),
    Column("calls", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("tally", Integer, nullable=False),
    Column("ask", JSON(none_as_null=True)),
    Column("ask_expires_at", Instant),
    Column("called_at", Instant),
    Column("pause_reason", String(500)),
    sqlite_with_rowid=False,
)

services = Table(
    "services",
    metadata,
    Column("id", String(72), primary_key=True),
    Column("ticket", String(64), nullable=False, index=True),
    Column("number", String(8), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("item", Text),
    Column("window", String(64), nullable=False),
    Column("clerk", String(64)),
    Column("business_day", String(10), nullable=False),
    Column("called_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ask_expires_at", Instant),
    sqlite_with_rowid=False,
)
Index("services_queue", services.c.queue, services.c.ended_at)
Index("services_ended", services.c.ended_at)
