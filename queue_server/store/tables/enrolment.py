"""One-time tokens and certificates of terminals."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table, Text

from queue_server.store.tables.columns import Instant, metadata

enrol_tokens = Table(
    "enrol_tokens",
    metadata,
    Column("name", String(8), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("terminal", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("serial", String(40)),
)

certificates = Table(
    "certificates",
    metadata,
    Column("serial", String(40), primary_key=True),
    Column("terminal", String(64), nullable=False, index=True),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("pem", Text, nullable=False),
)
