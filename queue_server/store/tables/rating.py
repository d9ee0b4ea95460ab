"""Ratings of services."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from queue_server.store.tables.columns import Instant, metadata

ratings = Table(
    "ratings",
    metadata,
    Column("service", String(72), primary_key=True),
    Column("ticket", String(64), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("item", Text),
    Column("window", String(64), nullable=False),
    Column("clerk", String(64)),
    Column("level", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index("ratings_day", ratings.c.business_day)
