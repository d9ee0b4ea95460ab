"""What a server knows of itself and must find again: answers it has given, and its secrets."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from queue_server.store.tables.columns import Instant, metadata

requests = Table(
    "requests",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("verb", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
