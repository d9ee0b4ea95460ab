"""Makes a ledger old: a million finished tickets of past days with their periods and services, written straight into SQLite."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

TICKETS = 1_000_000
A_DAY = 1000
"""Tickets of one past day; a million tickets are a thousand days."""

_STATEMENTS = (
    "CREATE TEMP TABLE old AS WITH RECURSIVE n(i) AS "
    f"(SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {TICKETS}), "
    f"d(i, day, number) AS (SELECT i, date('2023-01-01', '+' || (i / {A_DAY}) || ' days'), printf('A%03d', i % {A_DAY} + 1) FROM n) "
    "SELECT replace(day, '-', '') || '-' || lower(number) AS id, number, day, 1672531200000000 + i * 30000000 AS at FROM d",
    'INSERT INTO tickets (id, number, queue, "class", business_day, state, rank, issued_at, changed_at, channel, "window", '
    "recalls, services, step) SELECT id, number, 'qa', 'ordinary', day, 'finished', at / 1e6, at, at + 900000000, 'web', "
    "'01', 0, 1, 3 FROM old",
    'INSERT INTO periods (ticket, step, kind, started_at, ended_at, business_day, queue, "window") '
    "SELECT id, k.step, k.kind, at, at + 300000000, day, 'qa', '01' FROM old CROSS JOIN "
    "(SELECT 0 AS step, 'waiting' AS kind UNION ALL SELECT 1, 'serving') AS k",
    'INSERT INTO services (id, ticket, number, queue, "window", business_day, called_at, started_at, ended_at) '
    "SELECT id || '-s1', id, number, 'qa', '01', day, at, at, at + 300000000 FROM old",
    "INSERT INTO events (at, \"type\", actor, body) SELECT at, 'ticket-issued', 'old', '{}' FROM old",
)


def grow_old(path: Path) -> float:
    """Add the past to the ledger at `path`; seconds that it took."""
    begun = time.monotonic()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        for statement in _STATEMENTS:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("rb+") as file:  # what is still on its way to the disk must not slow the server down
        os.fsync(file.fileno())
    return time.monotonic() - begun
