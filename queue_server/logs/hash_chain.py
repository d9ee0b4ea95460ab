"""The logs prove that they were not changed afterwards: every row carries a hash over the row before it and itself.

Each run of a server writes a chain of its own, so that two servers on one PostgreSQL need no lock and nothing is read on the
way of a request. A chain's name begins with the hash of the latest row when it began: that ties the chains to each other. The
hash is SHA-256 (FIPS 180-4) over the previous hash and the row as JSON with sorted keys; before a chain's first row stands
the hash of its name. Rows cut off the very end leave no trace in the log itself: note the hash that `audit verify` prints, and
give it back with --expect. There are two logs: the events of the hall, and who did what on the web pages.
"""

from __future__ import annotations

import argparse
import contextlib
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import DBAPIError

from queue_server.store import tables
from queue_server.store.database import BadDatabase, Database, sqlite_url
from queue_server.store.tables import EPOCH, MICROSECOND

START = "0" * 16
BATCH = 200
"""Rows that are read at once: so few that whoever else runs in this process need not wait long."""
RESTORE = "restore the ledger from a backup and compare"
_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class ChainedLog:
    """A table whose rows are chained by their columns `chain` and `hash`. `row` is what the command calls one of them;
    `content` is what is hashed of it, in JSON's own kinds; `at` is when it was written."""

    row: str
    table: Table
    content: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    at: Callable[[Mapping[str, Any]], datetime] = lambda row: row["at"]


def _event(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["at"] - EPOCH) // MICROSECOND, row["type"], row["actor"], row["body"]


EVENTS = ChainedLog("event", tables.events, _event)


class Chain:
    """The chain of one writer. `link` inside the transaction, `committed` after it, `broken` when it failed."""

    def __init__(self, log: ChainedLog = EVENTS) -> None:
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


WHY = {
    "no-hash": "it has no hash",
    "rows-missing": "rows before it are missing: the row that its chain follows is not there",
    "unreadable": "it cannot be read",
    "changed": "it was changed, or rows between it and the one before it in its chain were removed or added",
}


@dataclass(frozen=True)
class Verdict:
    """`broken` is the id of the first row that is not as it was written, None when all are; `reason`, one of WHY, says what is
    wrong with it, `broken_at` when it says it was written.

    `rows` were looked at, `older` of them were written before there was a chain; `end` is the hash of the latest row that is as
    it was written, `first` and `last` when the first and that one were; `found` says whether the expected hash is among them.
    """

    rows: int
    older: int
    chains: int
    end: str
    broken: int | None = None
    reason: str = ""
    found: bool = False
    first: datetime | None = None
    last: datetime | None = None
    broken_at: datetime | None = None

    @property
    def why(self) -> str:
        """What is wrong with the broken row, in words."""
        return WHY.get(self.reason, "")


def verify(
    connection: Connection, log: ChainedLog = EVENTS, expect: str = "", progress: Callable[[int], None] = lambda _rows: None
) -> Verdict:
    """Read a whole log and compare; `expect` is a hash to look for in it. `progress` is called every BATCH rows with how many
    that were; what it raises ends the reading."""
    reading = _Reading(connection, log, expect)
    try:
        for number, row in enumerate(_rows(connection, log), 1):
            reason = reading.wrong(row)
            if reason:
                return reading.verdict(row["id"], reason, row)
            if number % BATCH == 0:
                progress(number)
    except _Unreadable as error:
        reading.rows += 1
        return reading.verdict(error.row, "unreadable")
    return reading.verdict()


def size(connection: Connection, log: ChainedLog) -> int:
    """How many rows a log has."""
    return connection.execute(select(func.count()).select_from(log.table)).scalar_one()


class _Reading:
    """What is known of a log behind the rows that were read so far."""

    def __init__(self, connection: Connection, log: ChainedLog, expect: str) -> None:
        self.rows = 0
        self._log, self._expect = log, expect
        self._older, self._end, self._found = 0, "", False
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._heads: dict[str, bytes] = {}
        chains = connection.execute(select(log.table.c.chain).distinct()).scalars()
        self._followed = {str(chain).partition("-")[0] for chain in chains if chain}
        """What the names of the chains begin with: only of these hashes it matters whether they were there."""
        self._seen: set[str] = set()

    def wrong(self, row: Any) -> str:
        """What is wrong with the next row, as one of WHY; nothing if it is as it was written."""
        self.rows += 1
        reason = "" if row["hash"] is None and not self._heads else self._broken(row)
        if reason:
            return reason
        try:
            self._last = self._log.at(row)
        except (TypeError, ValueError, OverflowError, OSError):
            return "unreadable"
        self._first = self._first or self._last
        if row["hash"] is None:
            self._older += 1
            return ""
        self._end = bytes(row["hash"]).hex()
        self._found = self._found or self._end == self._expect
        if self._end[:16] in self._followed:
            self._seen.add(self._end[:16])
        return ""

    def verdict(self, broken: int | None = None, reason: str = "", row: Any = None) -> Verdict:
        """What was found, up to the row that is broken."""
        at = None
        if row is not None:
            with contextlib.suppress(TypeError, ValueError, OverflowError, OSError):
                at = self._log.at(row)
        return Verdict(
            self.rows, self._older, len(self._heads), self._end, broken, reason, self._found, self._first, self._last, at
        )

    def _broken(self, row: Any) -> str:
        """What is wrong with a row, behind all rows before it; its hash becomes the head of its chain."""
        chain, kept = row["chain"], row["hash"]
        if kept is None or not chain:
            return "no-hash"
        if not isinstance(kept, bytes | memoryview) or not isinstance(chain, str):
            return "unreadable"
        if chain not in self._heads:
            begins = chain.partition("-")[0]
            if begins not in self._seen and not (begins == START and not self._heads):
                return "rows-missing"
            self._heads[chain] = sha256(chain.encode()).digest()
        try:
            wanted = _hash(self._heads[chain], chain, self._log.content(row))
            same = wanted == bytes(kept)
        except (TypeError, ValueError):
            return "unreadable"
        self._heads[chain] = wanted
        return "" if same else "changed"


class _Unreadable(Exception):
    """A row whose columns are not of their kinds; `row` is its id."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def _rows(connection: Connection, log: ChainedLog) -> Iterator[Any]:
    """Every row of a log by its id. Raise _Unreadable at the first that cannot be read: a batch in which there is one is
    read again row by row."""
    number = log.table.c.id
    behind, count = select(log.table).order_by(number), BATCH
    least = select(func.min(number))
    while True:
        try:
            rows = connection.execute(behind.limit(count)).mappings().all()
        except (TypeError, ValueError, OverflowError, DBAPIError) as error:
            if isinstance(error, DBAPIError) and "decode" not in str(error.orig):
                raise  # the database is in trouble, not a row of it
            if count == 1:
                raise _Unreadable(connection.execute(least).scalar_one()) from None
            count = 1
            continue
        yield from rows
        if len(rows) < count:
            return
        behind = select(log.table).where(number > rows[-1]["id"]).order_by(number)
        least = select(func.min(number)).where(number > rows[-1]["id"])


def command(words: list[str]) -> int:
    """`jiaohao-server audit verify`; the exit code: 0 all well, 1 a broken row, 2 the log cannot be read."""
    from queue_server.web.auth.accounts import WEB_LOG

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


def _say(verdicts: Sequence[tuple[ChainedLog, Verdict]], expect: str) -> int:
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
