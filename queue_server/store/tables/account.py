"""Accounts of the web pages, their failed log-ins and their sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from queue_server.store.tables.columns import Instant, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("hash", Text, nullable=False),
    Column("clerk", String(64)),
    Column("active", Boolean, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("example", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("department", String(100)),
    Column("person", String(64)),
)

log_in_failures = Table(
    "log_in_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("log_in_failures_account", "account", "at"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("window_id", String(64)),
    Column("lost_window", String(64)),
    Column("lost_to", String(64)),
    Column("expires_at", Instant, nullable=False),
    Index("web_sessions_window", "window_id"),
)
