"""Who looks after which alert."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from queue_server.store.tables.columns import Instant, metadata

alert_takers = Table(
    "alert_takers",
    metadata,
    Column("alert", String(128), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("account", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
