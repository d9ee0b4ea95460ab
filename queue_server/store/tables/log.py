"""The two chained logs, and what the latest check of each has found."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Double, Integer, LargeBinary, String, Table, Text

from queue_server.store.tables.columns import Instant, metadata

events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("type", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("body", JSON, nullable=False),
    Column("chain", String(32)),
    Column("hash", LargeBinary),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("hashed_at", Double),
    Column("account", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", String(64), nullable=False),
    Column("chain", String(32)),
    Column("hash", LargeBinary),
)
"""`hashed_at` is the time, in seconds since 1970, over which the hash of a row of version 0.1.0 was made: it is finer than a
microsecond."""

log_beginnings = Table(
    "log_beginnings",
    metadata,
    Column("log", String(16), primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("older", BigInteger, nullable=False),
    Column("keyed", BigInteger, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)
"""Of each log: the first row that must have a hash, how many there are before it, the first whose hash must be made with the
key; and the code that proves these three."""

log_checks = Table(
    "log_checks",
    metadata,
    Column("log", String(16), primary_key=True),
    Column("by", String(64), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("older", BigInteger, nullable=False),
    Column("chains", Integer, nullable=False),
    Column("first", Instant),
    Column("last", Instant),
    Column("end", String(64), nullable=False),
    Column("expected", String(64), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("broken", BigInteger),
    Column("broken_at", Instant),
    Column("found_at", Instant),
)
