"""Reads a whole log and finds the first row that is not as it was written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.exc import DBAPIError

from queue_server.logs.hash_chain import EVENTS, KEYED, START, ChainedLog, LogRow, first_hash, hash_of
from queue_server.store import log_beginnings
from queue_server.store.hall_key import log_key

BATCH = 200
"""Rows that are read at once: so few that whoever else runs in this process need not wait long."""
NO_TIME = (TypeError, ValueError, OverflowError, OSError)
"""What comes of a time that somebody has spoilt."""
WHY = {
    "no-hash": "it has no hash, or one that was made without the hall's key",
    "no-beginning": "it is not signed from which row on the log must have hashes: somebody has changed that",
    "added": "there are more or fewer rows before the first one with a hash than there were",
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
    connection: Connection,
    log: ChainedLog = EVENTS,
    expect: str = "",
    progress: Callable[[int], None] = lambda _rows: None,
    batch: int = BATCH,
) -> Verdict:
    """Read a whole log and compare; `expect` is a hash to look for in it. `batch` rows are read at once; then `progress` is
    called with how many were read; what it raises ends the reading."""
    reading = _Reading(connection, log, expect)
    latest: LogRow | None = None
    try:
        for number, row in enumerate(_rows(connection, log, batch), 1):
            reason = reading.wrong(row)
            if reason:
                return reading.verdict(row["id"], reason, row)
            latest = row
            if number % batch == 0:
                progress(number)
    except _Unreadable as error:
        reading.rows += 1
        return reading.verdict(error.row, "unreadable")
    if latest is not None and reading.missing():
        return reading.verdict(latest["id"], "added", latest)
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
        self._beginning = log_beginnings.of(connection, log.table.name)
        self._key = log_key(connection) if self._beginning is not None else b""
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._heads: dict[str, bytes] = {}
        chains = connection.execute(select(log.table.c.chain).distinct()).scalars()
        self._followed = {str(chain).partition("-")[0] for chain in chains if chain}
        """What the names of the chains begin with: only of these hashes it matters whether they were there."""
        self._seen: set[str] = set()

    def wrong(self, row: LogRow) -> str:
        """What is wrong with the next row, as one of WHY; nothing if it is as it was written."""
        self.rows += 1
        if self._beginning is None:
            return "no-beginning"
        older = row["id"] < self._beginning.first
        reason = ("" if row["hash"] is None else "changed") if older else self._without_hash(row) or self._broken(row)
        if reason:
            return reason
        try:
            self._last = row["at"]
        except NO_TIME:
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

    def verdict(self, broken: int | None = None, reason: str = "", row: LogRow | None = None) -> Verdict:
        """What was found, up to the row that is broken."""
        at = None
        if row is not None:
            with contextlib.suppress(*NO_TIME):
                at = row["at"]
        return Verdict(
            self.rows, self._older, len(self._heads), self._end, broken, reason, self._found, self._first, self._last, at
        )

    def missing(self) -> bool:
        """Whether rows from before there were hashes have come or gone, as far as the log was read."""
        return self._beginning is not None and self._older != self._beginning.older

    def _without_hash(self, row: LogRow) -> str:
        """Whether a row has not the hash that it must have."""
        assert self._beginning is not None, "it was looked at before"
        chain = row["chain"]
        if row["hash"] is None or not chain:
            return "no-hash"
        if isinstance(chain, str) and row["id"] >= self._beginning.keyed and not chain.endswith(KEYED):
            return "no-hash"
        return "added" if not self._heads and self.missing() else ""

    def _broken(self, row: LogRow) -> str:
        """What is wrong with a row, behind all rows before it; its hash becomes the head of its chain."""
        chain, kept = row["chain"], row["hash"]
        if not isinstance(kept, bytes | memoryview) or not isinstance(chain, str):
            return "unreadable"
        if chain not in self._heads:
            begins = chain.partition("-")[0]
            if begins not in self._seen and not (begins == START and not self._heads):
                return "rows-missing"
            self._heads[chain] = first_hash(chain, self._key)
        try:
            wanted = hash_of(self._heads[chain], chain, self._log.content(row), self._key)
            same = wanted == bytes(kept)
        except NO_TIME:
            return "unreadable"
        self._heads[chain] = wanted
        return "" if same else "changed"


class _Unreadable(Exception):
    """A row whose columns are not of their kinds; `row` is its id."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def _rows(connection: Connection, log: ChainedLog, batch: int) -> Iterator[RowMapping]:
    """Every row of a log by its id. Raise _Unreadable at the first that cannot be read: a batch in which there is one is
    read again row by row."""
    number = log.table.c.id
    behind, count = select(log.table).order_by(number), batch
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
