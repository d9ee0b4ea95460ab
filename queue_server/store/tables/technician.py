"""The technician's page of terminals: codes that open it, and what was done behind it."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from queue_server.store.tables.columns import Instant, metadata

technician_codes = Table(
    "technician_codes",
    metadata,
    Column("terminal", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

technician_diaries = Table(
    "technician_diaries",
    metadata,
    Column("terminal", String(64), primary_key=True),
    Column("diary", String(36), nullable=False),
    Column("known", Integer, nullable=False),
    Column("since", Instant),
    Column("taken", Integer),
    sqlite_with_rowid=False,
)
"""How much of what was done behind a terminal's technician page is in the log: acts are numbered within a diary. `taken` were
written `since`, in the terminal's present hour."""
