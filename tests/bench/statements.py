"""What prepared statements save: processor time of requests on the ledger, beside the same statements executed by SQLAlchemy.

Both in this process, alternately, on SQLite: a day's numbers are given out and called, without wire.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Connection

from queue_server.store.database import sqlite_url
from queue_server.store.prepared import Prepared, Row, Values
from tests.bed import Bed
from tests.bench import report
from tests.small_hall import write_hall

GROUPS = 60
ROUNDS = 8
AIM = 0.9
"""What is not at least a tenth faster is not worth a compiler cache of our own (docs/decisions/0023-prepared-statements.md)."""
ISSUE = ("issue-ticket", {"queue": "household", "channel": "web"})
CALL = ("call-next", {"window": "01"})
MISSED = ("no-show", {"window": "01"})


def executed(prepared: Prepared, connection: Connection, values: Values) -> list[Row]:
    """`Prepared.run` as SQLAlchemy does it."""
    result = connection.execute(prepared.statement, dict(values))
    return [tuple(row) for row in result] if result.returns_rows else []


def executed_many(prepared: Prepared, connection: Connection, rows: Iterable[Values]) -> None:
    """`Prepared.run_many` as SQLAlchemy does it."""
    connection.execute(prepared.statement, [dict(row) for row in rows])


def rows() -> Iterator[report.Row]:
    """One row for a number given out, one for a call."""
    with tempfile.TemporaryDirectory() as folder:
        bed = Bed(write_hall(Path(folder) / "hall"), sqlite_url(Path(folder)), always_open=True).open()
        bed.ok("open-window", window="01", clerk="0101")
        for what, asked in (
            ("issue-ticket", (ISSUE,)),
            ("issue-ticket, 16 at once", (ISSUE,) * 16),
            ("call-next and no-show", (CALL, MISSED)),
        ):
            ours, core = measure(bed, asked)
            beside = f"SQLAlchemy's execution {core:.0f} µs"
            yield report.Row(
                f"statements: {what}", f"{ours:.0f} µs of processor", beside, ours / core, f"{AIM} of it", ours <= AIM * core
            )
        bed.close()


def measure(bed: Bed, asked: tuple[tuple[str, dict[str, str]], ...]) -> tuple[float, float]:
    """Microseconds of processor time of one group of requests (prepared, executed by SQLAlchemy); medians of rounds."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 * ROUNDS + 2):
        ours = number % 2 == 0
        run, run_many = (Prepared.run, Prepared.run_many) if ours else (executed, executed_many)
        with patch.object(Prepared, "run", run), patch.object(Prepared, "run_many", run_many):
            begun = time.process_time()
            for _ in range(GROUPS):
                assert all(answer.status == "ok" for answer in bed.group(*asked)), "a request was refused"
            used = (time.process_time() - begun) / GROUPS * 1e6
        if number > 1:
            times[ours].append(used)
    return statistics.median(times[True]), statistics.median(times[False])
