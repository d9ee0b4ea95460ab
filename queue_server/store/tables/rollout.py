"""Bundles on the shelf, and rollouts to groups of terminals."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text, false

from queue_server.store.tables.columns import Instant, metadata

bundles = Table(
    "bundles",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("version", String(64), nullable=False),
    Column("compatible", String(128), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("added_by", String(64), nullable=False),
)

rollouts = Table(
    "rollouts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("bundle", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("group", String(64), nullable=False),
    Column("at_most", Integer, nullable=False),
    Column("may_fail", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("paused_by", String(12), nullable=False),
    Column("forgiven", Integer, nullable=False),
    Column("started_by", String(64), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("older", Boolean, nullable=False, server_default=false()),
)

rollout_terminals = Table(
    "rollout_terminals",
    metadata,
    Column("rollout", String(36), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("terminal", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("since", Instant),
    Column("order", String(36), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("detail", Text, nullable=False),
)
