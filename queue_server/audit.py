"""The event log proves that it was not changed afterwards: every row carries a hash over the row before it and itself.

Each run of a server writes a chain of its own, so that two servers on one PostgreSQL need no lock and nothing is read on the
way of a request. A chain's name begins with the hash of the latest row when it began: that ties the chains to each other. The
hash is SHA-256 (FIPS 180-4) over the previous hash and the row as JSON with sorted keys; before a chain's first row stands
the hash of its name. Rows cut off the very end leave no trace in the log itself: note the hash that `audit verify` prints, and
give it back with --expect.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from queue_server.store import tables
from queue_server.store.database import BadDatabase, Database, sqlite_url
from queue_server.store.tables import EPOCH, MICROSECOND

START = "0" * 16
BATCH = 2000
_ENCODER = msgspec.json.Encoder(order="sorted")
E = tables.events.c


class Chain:
    """The chain of one writer. `link` inside the transaction, `committed` after it, `broken` when it failed."""

    def __init__(self) -> None:
        self._name = ""
        self._head = self._next = b""

    def link(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Give new rows of `events` their chain and hash, in the order in which they will be inserted."""
        if not rows:
            return
        if not self._name:
            self._begin(connection)
        head, name = self._head, self._name
        for row in rows:
            head = _hash(head, name, row["at"], row["type"], row["actor"], row["body"])
            row["chain"], row["hash"] = name, head
        self._next = head

    def committed(self) -> None:
        """What was linked last is in the database."""
        self._head = self._next

    def broken(self) -> None:
        """Whether the last rows are in the database is not known: the next ones begin another chain."""
        self._name = ""

    def _begin(self, connection: Connection) -> None:
        latest = select(E.hash).where(E.hash.is_not(None)).order_by(E.id.desc()).limit(1)
        before = connection.execute(latest).scalar()
        self._name = f"{START if before is None else bytes(before)[:8].hex()}-{secrets.token_hex(4)}"
        self._head = self._next = sha256(self._name.encode()).digest()


def _hash(before: bytes, chain: str, at: datetime, kind: str, actor: str, body: dict[str, Any]) -> bytes:
    return sha256(before + _ENCODER.encode((chain, (at - EPOCH) // MICROSECOND, kind, actor, body))).digest()


@dataclass(frozen=True)
class Verdict:
    """`broken` is the id of the first row that is not as it was written, None when all are; `why` says what is wrong with it.

    `rows` were looked at, `older` of them were written before there was a chain; `end` is the hash of the latest row.
    """

    rows: int
    older: int
    chains: int
    end: str
    broken: int | None = None
    why: str = ""


def verify(connection: Connection, expect: str = "") -> Verdict:
    """Read the whole event log and compare; `expect` is a hash that must still be in it."""
    heads: dict[str, bytes] = {}
    seen: set[str] = set()
    rows = older = 0
    latest, found = "", not expect
    ordered = select(E.id, E.at, E.type, E.actor, E.body, E.chain, E.hash).order_by(E.id)
    for row in connection.execution_options(yield_per=BATCH).execute(ordered):
        rows += 1
        if row.hash is None and not heads:
            older += 1
            continue
        why = _wrong(row, heads, seen)
        if why:
            return Verdict(rows, older, len(heads), latest, row.id, why)
        latest = bytes(row.hash).hex()
        seen.add(latest[:16])
        found = found or latest == expect
    if not found:
        return Verdict(rows, older, len(heads), latest, -1, "rows are missing at the end: the expected hash is not in the log")
    return Verdict(rows, older, len(heads), latest)


def _wrong(row: Any, heads: dict[str, bytes], seen: set[str]) -> str:
    """What is wrong with a row, behind all rows before it; its hash becomes the head of its chain."""
    if row.hash is None or not row.chain:
        return "it has no hash"
    if row.chain not in heads:
        begins = row.chain.partition("-")[0]
        if begins not in seen and not (begins == START and not heads):
            return "rows before it are missing: the row that its chain follows is not there"
        heads[row.chain] = sha256(row.chain.encode()).digest()
    try:
        wanted = _hash(heads[row.chain], row.chain, row.at, row.type, row.actor, row.body)
    except (TypeError, ValueError):
        return "it cannot be read"
    if wanted != bytes(row.hash):
        return "it was changed, or rows between it and the one before it in its chain were removed or added"
    heads[row.chain] = wanted
    return ""


def command(words: list[str]) -> int:
    """`jiaohao-server audit verify`; the exit code: 0 all well, 1 a broken row, 2 the log cannot be read."""
    parser = argparse.ArgumentParser(prog="jiaohao-server audit", description="Prove that the event log is as it was written.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("verify", help="check every row's hash and name the first broken row")
    check.add_argument("--state", type=Path, metavar="DIR", help="the queue server's data")
    check.add_argument("--database", metavar="URL", help="postgresql://user@host/name instead of DIR/ledger.sqlite")
    check.add_argument("--expect", default="", metavar="HASH", help="a hash that an earlier run printed; it must be there")
    options = parser.parse_args(words)
    if not options.database and not (options.state and (options.state / "ledger.sqlite").exists()):
        print(f"jiaohao-server: there is no ledger in {options.state}; give --state DIR or --database URL", file=sys.stderr)
        return 2
    database = Database(options.database or sqlite_url(options.state))
    try:
        database.open()
        with database.look() as connection:
            verdict = verify(connection, options.expect.lower())
    except BadDatabase as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)
        return 2
    finally:
        database.close()
    return _say(verdict)


def _say(verdict: Verdict) -> int:
    if verdict.broken is None:
        before = f" ({verdict.older} older ones have no hash)" if verdict.older else ""
        print(f"{verdict.rows} events in {verdict.chains} chains are as they were written{before}")
        print(f"the log ends at {verdict.end}")
        return 0
    where = "the end of the log" if verdict.broken < 0 else f"event {verdict.broken}"
    print(f"BROKEN at {where}: {verdict.why}\n{verdict.rows} events were read; restore the ledger from a backup and compare")
    return 1
