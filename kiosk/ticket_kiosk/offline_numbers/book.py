"""The numbers that this kiosk holds, on its disk: every step is written, with fsync, before the next is taken.

free ─→ taken ─→ printed ─┐
          │ ├──→ shown   ─┤
          │ ├──→ failed  ─┼─→ told       the server has it in its ledger
          │ └──→ unsure  ─┘ └→ refused   the server never gave us this number; kept for a look at it
          └ the power went while it was being printed

Whatever was taken once is never free again. A number belongs to one business day and is forgotten after it, unless it was
given out and the server does not know yet.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from contract.wire.answers import LeaseAnswer, MergeAnswer
from kiosk.ticket_kiosk.offline_numbers.state import CLOCKS_APART, LeasedNumber, LeaseIs, Result, TakeLeased

LOG = logging.getLogger(__name__)
MAX_MERGED = 50
"""Tickets in one merge-tickets."""
KEPT = timedelta(days=30)
SCHEMA = """
CREATE TABLE IF NOT EXISTS leases (
    business_day TEXT NOT NULL, queue TEXT NOT NULL, leased_at TEXT NOT NULL, expires TEXT NOT NULL, open TEXT NOT NULL,
    windows TEXT NOT NULL, PRIMARY KEY (business_day, queue)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (
    ticket TEXT PRIMARY KEY, business_day TEXT NOT NULL, queue TEXT NOT NULL, place INTEGER NOT NULL, number TEXT NOT NULL,
    token TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'free', class TEXT, item TEXT, issued_at TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS numbers_line ON numbers (state, queue, business_day, place);
"""


class BadLease(ValueError):
    """An answer to lease-numbers that is not what the contract says."""


class LeaseBook:
    """The book in one SQLite file. Used by one thread; raises sqlite3.Error when the disk does not let us."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open the book or make it. One that cannot be read is put aside: its numbers are lost, but never given twice."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            self.close()
            aside = self.path.with_suffix(".broken")
            LOG.error("the numbers in %s cannot be read (%s); the file is kept as %s", self.path, error, aside)
            self.path.replace(aside)
            for rest in ("-wal", "-shm"):
                self.path.with_name(self.path.name + rest).unlink(missing_ok=True)
            self._open()
        self._do("UPDATE numbers SET state = 'unsure' WHERE state = 'taken'")

    def _open(self) -> None:
        self._file = sqlite3.connect(self.path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(SCHEMA)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def add(self, answer: LeaseAnswer) -> None:
        """Further numbers; what is left of earlier days goes. Raise BadLease for a business day that is none."""
        try:
            day = date.fromisoformat(answer.business_day)
        except ValueError as error:
            raise BadLease(f"numbers on lease that cannot be read: {error}") from None
        spans = [[span.from_.isoformat(), span.until.isoformat()] for span in answer.open]
        with self._transaction():
            self._do(
                "INSERT INTO leases VALUES (?,?,?,?,?,?) ON CONFLICT (business_day, queue) "
                "DO UPDATE SET expires = excluded.expires, open = excluded.open, windows = excluded.windows",
                day.isoformat(),
                answer.queue,
                answer.leased_at.isoformat(),
                answer.expires.isoformat(),
                json.dumps(spans),
                json.dumps(answer.windows),
            )
            for each in answer.numbers:
                self._do(
                    "INSERT OR IGNORE INTO numbers (ticket, business_day, queue, place, number, token) VALUES (?,?,?,?,?,?)",
                    each.ticket,
                    day.isoformat(),
                    answer.queue,
                    _place(each.number),
                    each.number,
                    each.token,
                )
            self._forget(day)

    def take(self, request: TakeLeased) -> LeasedNumber | None:
        """The next number of a queue, written down as taken; None when there is none left that is good at that time."""
        with self._transaction():
            found = self._do(
                "SELECT ticket, number, token, windows, leased_at, expires FROM numbers JOIN leases "
                "USING (business_day, queue) WHERE state = 'free' AND queue = ? ORDER BY business_day DESC, place LIMIT 1",
                request.queue,
            )
            if not found:
                return None
            ticket, number, token, windows, since, expires = found[0]
            if not datetime.fromisoformat(since) - CLOCKS_APART <= request.at < datetime.fromisoformat(expires):
                return None
            self._do(
                "UPDATE numbers SET state = 'taken', class = ?, item = ?, issued_at = ? WHERE ticket = ?",
                request.class_,
                request.item,
                request.at.isoformat(),
                ticket,
            )
        return LeasedNumber(ticket, number, token, request.queue, request.class_, request.at, tuple(json.loads(windows)))

    def settle(self, ticket: str, result: Result) -> None:
        """What became of the paper of a number that was taken."""
        self._do("UPDATE numbers SET state = ? WHERE ticket = ? AND state = 'taken'", result, ticket)

    def merged(self, answer: MergeAnswer) -> list[str]:
        """The server has these tickets; return those that it refused, for they were never ours."""
        with self._transaction():
            for ticket in answer.tickets:
                self._do(
                    "UPDATE numbers SET state = ? WHERE ticket = ? AND state IN ('printed', 'shown', 'failed', 'unsure')",
                    "refused" if ticket.state == "refused" else "told",
                    ticket.id,
                )
        return [ticket.id for ticket in answer.tickets if ticket.state == "refused"]

    def holding(self) -> LeaseIs:
        """What is held of the latest business day, and what the server does not know yet."""
        columns = "business_day, min(leased_at), max(expires), open"
        latest = self._do(f"SELECT {columns} FROM leases GROUP BY business_day ORDER BY business_day DESC LIMIT 1")  # noqa: S608
        unmerged = tuple(
            {"ticket": ticket, "issued_at": issued_at, "result": state, "class": class_, "item": item}
            for ticket, issued_at, state, class_, item in self._do(
                "SELECT ticket, issued_at, state, class, item FROM numbers "
                "WHERE state IN ('printed', 'shown', 'failed', 'unsure') ORDER BY issued_at, ticket LIMIT ?",
                MAX_MERGED,
            )
        )
        if not latest:
            return LeaseIs({}, None, None, (), unmerged)
        day, since, expires, spans = latest[0]
        left = self._do("SELECT queue, count(*) FROM numbers WHERE state = 'free' AND business_day = ? GROUP BY queue", day)
        opened = tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in json.loads(spans))
        return LeaseIs(dict(left), datetime.fromisoformat(since), datetime.fromisoformat(expires), opened, unmerged)

    def _forget(self, day: date) -> None:
        """Numbers of earlier days that nobody took; after a month also those that the server knows, and the leases."""
        self._do("DELETE FROM numbers WHERE state = 'free' AND business_day < ?", day.isoformat())
        old = (day - KEPT).isoformat()
        self._do("DELETE FROM numbers WHERE state IN ('told', 'refused') AND business_day < ?", old)
        self._do("DELETE FROM leases WHERE business_day < ?", old)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, on the disk when it ends; a commit that the disk refuses is taken back too."""
        assert self._file is not None, "the book is open"
        with self._file:
            self._do("BEGIN IMMEDIATE")
            yield

    def _do(self, statement: str, *values: object) -> list[Any]:
        assert self._file is not None, "the book is open"
        return self._file.execute(statement, values).fetchall()


def _place(number: str) -> int:
    """The count in a number: A1000 comes behind A999."""
    return int("".join(c for c in number if c.isdigit()))
