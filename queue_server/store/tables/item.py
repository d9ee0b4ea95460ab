"""The versions of service items, what was done with each, and the English of the guides."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from queue_server.store.tables.columns import Instant, metadata

item_versions = Table(
    "item_versions",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("department", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("state", String(12), nullable=False),
    Column("content", Text, nullable=False),
    Index("item_versions_state", "state", "code"),
)

item_notes = Table(
    "item_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("account", String(64), nullable=False),
    Column("move", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Index("item_notes_code", "code", "number"),
)

unfinished_items = Table(
    "unfinished_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(32), nullable=False),
    Column("department", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("seen", Integer, nullable=False),
    Column("fields", Text, nullable=False),
    Column("account", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("unfinished_items_department", "department"),
)
"""What stands in the form of an item that is no item yet, as JSON. `code` is "" for a new one, `seen` as the library has it."""

guide_translations = Table(
    "guide_translations",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("account", String(64), nullable=False),
)
"""`key` is the SHA-256 of the sentence: sentences are longer than an index may be."""
