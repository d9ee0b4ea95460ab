"""The logs prove that they were not changed afterwards: every row carries a hash over the row before it and itself.

Each run of a server writes a chain of its own, so that two servers on one PostgreSQL need no lock and nothing is read on the
way of a request. A chain's name begins with the hash of the latest row when it began: that ties the chains to each other. The
hash is SHA-256 (FIPS 180-4) over the previous hash and the row as JSON with sorted keys; before a chain's first row stands
the hash of its name. Rows cut off the very end leave no trace in the log itself: note the hash that `audit verify` prints, and
give it back with --expect. There are two logs: the events of the hall, and who did what on the web pages.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from queue_server.store import tables
from queue_server.store.database import BadDatabase, Database, sqlite_url
from queue_server.store.tables import EPOCH, MICROSECOND

START = "0" * 16
BATCH = 2000
RESTORE = "restore the ledger from a backup and compare"
_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class Log:
    """A table whose rows are chained by their columns `chain` and `hash`. `row` is what the command calls one of them;
    `content` is what is hashed of it, in JSON's own kinds."""

    row: str
    table: Table
    content: Callable[[Mapping[str, Any]], tuple[Any, ...]]


def _event(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["at"] - EPOCH) // MICROSECOND, row["type"], row["actor"], row["body"]


EVENTS = Log("event", tables.events, _event)


class Chain:
    """The chain of one writer. `link` inside the transaction, `committed` after it, `broken` when it failed."""

    def __init__(self, log: Log = EVENTS) -> None:
        self._log = log
        self._name = ""
        self._head = self._next = b""

    def link(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Give new rows of the log their chain and hash, in the order in which they will be inserted."""
        if not rows:
            return
        if not self._name:
            self._begin(connection)
        head, name = self._head, self._name
        for row in rows:
            head = _hash(head, name, self._log.content(row))
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
        self._name = f"{START if before is None else bytes(before)[:8].hex()}-{secrets.token_hex(4)}"
        self._head = self._next = sha256(self._name.encode()).digest()


def _hash(before: bytes, chain: str, content: tuple[Any, ...]) -> bytes:
    return sha256(before + _ENCODER.encode((chain, *content))).digest()


@dataclass(frozen=True)
class Verdict:
    """`broken` is the id of the first row that is not as it was written, None when all are; `why` says what is wrong with it.

    `rows` were looked at, `older` of them were written before there was a chain; `end` is the hash of the latest row;
    `found` says whether the expected hash is among them.
    """

    rows: int
    older: int
    chains: int
    end: str
    broken: int | None = None
    why: str = ""
    found: bool = False


def verify(connection: Connection, log: Log = EVENTS, expect: str = "") -> Verdict:
    """Read a whole log and compare; `expect` is a hash to look for in it."""
    heads: dict[str, bytes] = {}
    seen: set[str] = set()
    rows = older = 0
    latest, found = "", False
    ordered = select(log.table).order_by(log.table.c.id)
    for row in connection.execution_options(yield_per=BATCH).execute(ordered).mappings():
        rows += 1
        if row["hash"] is None and not heads:
            older += 1
            continue
        why = _wrong(log, row, heads, seen)
        if why:
            return Verdict(rows, older, len(heads), latest, row["id"], why)
        latest = bytes(row["hash"]).hex()
        seen.add(latest[:16])
        found = found or latest == expect
    return Verdict(rows, older, len(heads), latest, found=found)


def _wrong(log: Log, row: Any, heads: dict[str, bytes], seen: set[str]) -> str:
    """What is wrong with a row, behind all rows before it; its hash becomes the head of its chain."""
    chain, kept = row["chain"], row["hash"]
    if kept is None or not chain:
        return "it has no hash"
    if chain not in heads:
        begins = chain.partition("-")[0]
        if begins not in seen and not (begins == START and not heads):
            return "rows before it are missing: the row that its chain follows is not there"
        heads[chain] = sha256(chain.encode()).digest()
    try:
        wanted = _hash(heads[chain], chain, log.content(row))
    except (TypeError, ValueError):
        return "it cannot be read"
    if wanted != bytes(kept):
        return "it was changed, or rows between it and the one before it in its chain were removed or added"
    heads[chain] = wanted
    return ""


def command(words: list[str]) -> int:
    """`jiaohao-server audit verify`; the exit code: 0 all well, 1 a broken row, 2 the log cannot be read."""
    from queue_server.web.accounts import WEB_LOG

    parser = argparse.ArgumentParser(prog="jiaohao-server audit", description="Prove that the logs are as they were written.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("verify", help="check every row of both logs and name the first broken row of each")
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
            verdicts = [(log, verify(connection, log, options.expect.lower())) for log in (EVENTS, WEB_LOG)]
    except BadDatabase as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)
        return 2
    finally:
        database.close()
    return _say(verdicts, options.expect)


def _say(verdicts: Sequence[tuple[Log, Verdict]], expect: str) -> int:
    for log, verdict in verdicts:
        if verdict.broken is None:
            before = f" ({verdict.older} older ones have no hash)" if verdict.older else ""
            print(f"{verdict.rows} {log.row}s in {verdict.chains} chains are as they were written{before}")
            print(f"the log of {log.row}s ends at {verdict.end}")
        else:
            print(f"BROKEN at {log.row} {verdict.broken}: {verdict.why}\n{verdict.rows} {log.row}s were read; {RESTORE}")
    well = all(verdict.broken is None for _, verdict in verdicts)
    if well and expect and not any(verdict.found for _, verdict in verdicts):
        print(f"BROKEN at the end of a log: rows are missing, the expected hash is in none of them; {RESTORE}")
        return 1
    return 0 if well else 1
