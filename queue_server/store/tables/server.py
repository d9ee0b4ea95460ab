"""What a server knows of itself and must find again: answers it has given, its secrets, and how far it had come."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from queue_server.store.tables.columns import Instant, metadata

requests = Table(
    "requests",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("verb", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""`id` is whoever asked and the request's id, with a blank between: nobody gets the answer to another's request."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

restores = Table(
    "restores",
    metadata,
    Column("business_day", String(10), primary_key=True),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("restored_at", Instant, nullable=False),
    Column("read_by", String(64), nullable=False),
    sqlite_with_rowid=False,
)
"""The ledger was put back from a copy made at `made_at`: of that business day its numbers count from behind `first`, and `salt`
goes into their tokens. `read_by` is who has read what that means; empty until then."""

marks = Table(
    "marks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""How far a count or a clock has come, so that it never goes back."""
