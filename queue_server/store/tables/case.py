"""Cases of the approval platform."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from queue_server.store.tables.columns import Instant, metadata

cases = Table(
    "cases",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("number_key", String(64), nullable=False, index=True),  # what it is found by: contract.wire.case_number.key
    Column("person", String(64), index=True),
    Column("last_four", String(64)),
    Column("content", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("state", String(12), nullable=False),
    Column("binding_on", String(10)),
    sqlite_with_rowid=False,
)
Index("cases_state", cases.c.state, cases.c.binding_on)
