"""The logs prove that they were not changed afterwards: every row carries a hash over the row before it and itself.

Each run of a server writes a chain of its own, so that two servers on one PostgreSQL need no lock and nothing is read on the
way of a request. A chain's name begins with the hash of the latest row when it began: that ties the chains to each other. The
hash is HMAC-SHA256 (RFC 2104) over the previous hash and the row as JSON with sorted keys, under a key derived from the hall's:
whoever can write to the database cannot make one. Before a chain's first row comes the hash of its name. Chains of earlier
versions were made without a key; from which row on there must be a hash, and one with the key, is noted and signed
(`queue_server.store.log_beginnings`), so that a log without hashes is as broken as one with wrong ones. Rows cut off the very
end leave no trace in the log itself: note the hash that `audit verify` prints, and give it back with --expect. There are two
logs: the events of the hall, and who did what on the web pages.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Table, select

from queue_server.store import tables
from queue_server.store.hall_key import log_key
from queue_server.store.tables import EPOCH, MICROSECOND

LogRow = RowMapping | Mapping[str, Any]
"""A row of a log by its columns."""
Content = tuple[int | float | str | None, ...]
START = "0" * 16
KEYED = "k"
"""The end of the name of a chain whose hashes are made with the key."""
_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class ChainedLog:
    """A table whose rows are chained by their columns `chain` and `hash`. `row` is what the command calls one of them;
    `content` is what is hashed of it, in JSON's own kinds; `at` is when it was written."""

    row: str
    table: Table
    content: Callable[[LogRow], Content]
    at: Callable[[LogRow], datetime] = lambda row: row["at"]


def _event(row: LogRow) -> Content:
    return (row["at"] - EPOCH) // MICROSECOND, row["type"], row["actor"], row["body"]


def _web_action(row: LogRow) -> Content:
    return (_seconds(row), *(row[name] for name in ("account", "action", "subject", "detail", "address")))


def _seconds(row: LogRow) -> float:
    """The time of a web action as it is hashed, in seconds since 1970: for a row of version 0.1.0 `hashed_at`, which is finer
    than `at`, as long as both say the same."""
    at: datetime = row["at"]
    hashed: float | None = row.get("hashed_at")
    return at.timestamp() if hashed is None or datetime.fromtimestamp(hashed, UTC) != at else hashed


EVENTS = ChainedLog("event", tables.events, _event)
WEB_ACTIONS = ChainedLog("web action", tables.audit, _web_action)
"""Chained like the events, so that nobody can take an action of theirs out of it unseen."""


class Chain:
    """The chain of one writer. `link` inside the transaction, `committed` after it, `broken` when it failed."""

    def __init__(self, log: ChainedLog = EVENTS) -> None:
        self._log = log
        self._name, self._key = "", b""
        self._head = self._next = b""

    def link(self, connection: Connection, rows: Sequence[dict[str, object]]) -> None:
        """Give new rows of the log their chain and hash, in the order in which they will be inserted."""
        if not rows:
            return
        if not self._name:
            self._begin(connection)
        head, name = self._head, self._name
        for row in rows:
            head = hash_of(head, name, self._log.content(row), self._key)
            row["chain"], row["hash"] = name, head
        self._next = head

    def committed(self) -> None:
        """What was linked last is in the database."""
        self._head = self._next

    def broken(self) -> None:
        """Whether the last rows are in the database is not known: the next ones begin another chain."""
        self._name = ""

    def _begin(self, connection: Connection) -> None:
        columns = self._log.table.c
        latest = select(columns.hash).where(columns.hash.is_not(None)).order_by(columns.id.desc()).limit(1)
        before = connection.execute(latest).scalar()
        self._key = log_key(connection)
        self._name = f"{START if before is None else bytes(before)[:8].hex()}-{secrets.token_hex(4)}{KEYED}"
        self._head = self._next = first_hash(self._name, self._key)


def first_hash(chain: str, key: bytes) -> bytes:
    """What comes before the first row of a chain."""
    return _digest(chain, chain.encode(), key)


def hash_of(before: bytes, chain: str, content: Content, key: bytes) -> bytes:
    """The hash of a row with this content, behind the hash `before` it in its chain."""
    return _digest(chain, before + _ENCODER.encode((chain, *content)), key)


def _digest(chain: str, content: bytes, key: bytes) -> bytes:
    return hmac.digest(key, content, "sha256") if chain.endswith(KEYED) else sha256(content).digest()
