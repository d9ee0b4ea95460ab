"""What guards codes that people show or type: those that were used, and wrong guesses."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from queue_server.store.tables.columns import Instant, metadata

used_codes = Table(
    "used_codes",
    metadata,
    Column("nonce", String(128), primary_key=True),
    Column("until", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

wrong_guesses = Table(
    "wrong_guesses",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("subject", String(128), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("wrong_guesses_subject", wrong_guesses.c.subject, wrong_guesses.c.at)
