"""Makes a ledger old: a million finished tickets of past days with their periods and services, written straight into SQLite."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

TICKETS = 1_000_000
A_DAY = 1000
"""Tickets of one past day; a million tickets are a thousand days."""

_NUMBERS = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {TICKETS}), " \
    f"t AS (SELECT i, date('2026-01-01', '-' || (i / {A_DAY}) || ' days') AS day, " \
    f"printf('%03d', i % {A_DAY} + 1) AS number, 1500000000000000 + i * 30000000 AS at FROM n) "  # fmt: skip
_ID = "replace(day, '-', '') || '-a' || number"
_STATEMENTS = (
    'INSERT INTO tickets (id, number, queue, "class", business_day, state, rank, issued_at, changed_at, channel, "window", '
    f"recalls, services, step) {_NUMBERS} SELECT {_ID}, 'A' || number, 'qa', 'ordinary', day, 'finished', at / 1e6, at, "
    "at + 900000000, 'web', '01', 0, 1, 3 FROM t",
    'INSERT INTO periods (ticket, step, kind, started_at, ended_at, business_day, queue, "window") '
    f"{_NUMBERS} SELECT {_ID}, k.step, k.kind, at, at + 300000000, day, 'qa', '01' FROM t, "
    "(SELECT 0 AS step, 'waiting' AS kind UNION ALL SELECT 1, 'called' UNION ALL SELECT 2, 'serving') AS k",
    'INSERT INTO services (id, ticket, number, queue, "window", business_day, called_at, started_at, ended_at) '
    f"{_NUMBERS} SELECT {_ID} || '-s1', {_ID}, 'A' || number, 'qa', '01', day, at, at, at + 300000000 FROM t",
    f"INSERT INTO events (at, \"type\", actor, body) {_NUMBERS} SELECT at, 'ticket-issued', 'old', '{{}}' FROM t",
)


def grow_old(path: Path) -> float:
    """Add the past to the ledger at `path`; seconds that it took."""
    begun = time.monotonic()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        for statement in _STATEMENTS:
            connection.execute(statement)
    connection.close()
    return time.monotonic() - begun
