"""Connections to the ledger: how they are made, what they are asked to be, and how long they wait.

SQLite in WAL mode with synchronous=FULL (an answered request survives a power cut), or PostgreSQL.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from queue_server.store.silence import Silence

BEGUN = "begun_on_the_driver"
"""The option of a connection whose transactions are begun and ended on the driver."""
PATIENCE = "busy_timeout_ms"
"""What a connection keeps of how long it waits."""
BUSY_TIMEOUT_MS = 2000
"""How long whoever writes beside the ledger (the pages, a command) waits for the lock of SQLite."""
PATIENCE_MS, PATIENCE_IN_TROUBLE_MS = 1000, 100
"""How long the ledger waits for the lock: a citizen stands there. Once it was refused, it only looks whether that is over."""
HUNG_MS = 3000
"""PostgreSQL takes the locks of a server that falls silent in the middle of a transaction: another one has work to do."""
CONNECT_S = 2
"""PostgreSQL answers whoever connects within this time; libpq knows no shorter one."""
GONE_MS = 5000
"""So long what was sent may stay unconfirmed before a connection counts as broken."""


def engine(url: str, silence: Silence, *, writes: bool) -> Engine:
    """An engine that writes to the ledger at `url`, or one that only looks. It connects when it is first used. The engines of
    one ledger share what is known of its `silence`."""
    if url.startswith("sqlite"):
        made = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
        event.listen(made, "connect", _sqlite_writer if writes else _sqlite_reader)
        event.listen(made, "begin", _Beginning().begin_immediate if writes else _begin)
        return made
    parsed = make_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    options: dict[str, str | int] = {
        "connect_timeout": CONNECT_S,
        "tcp_user_timeout": GONE_MS,
        "application_name": "jiaohao-server",
    }
    if writes:
        limits = f"-c lock_timeout={PATIENCE_MS} -c idle_in_transaction_session_timeout={HUNG_MS}"
        options["options"] = f"{limits} -c synchronous_commit=on"  # what was answered survives a power cut
    isolation: IsolationLevel = "READ COMMITTED" if writes else "REPEATABLE READ"
    made = create_engine(parsed, connect_args=options, pool_pre_ping=True, isolation_level=isolation)
    silence.limit(made)
    return made


SQLITE_WRITES = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
"""What was answered survives a power cut, and what was deleted is overwritten."""


def _sqlite_writer(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (*SQLITE_WRITES, "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_reader(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("query_only=ON", "cache_size=-16384", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class _Beginning:
    """Begins the transactions of an engine that writes. Once the lock was refused, nobody waits long for it until it is had."""

    def __init__(self) -> None:
        self._in_trouble = False

    def begin_immediate(self, connection: Connection) -> None:
        """Take the lock of SQLite."""
        if connection.get_execution_options().get(BEGUN):
            return
        patience_ms = PATIENCE_IN_TROUBLE_MS if self._in_trouble else BUSY_TIMEOUT_MS
        if connection.info.get(PATIENCE, BUSY_TIMEOUT_MS) != patience_ms:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={patience_ms}")
            connection.info[PATIENCE] = patience_ms
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError:
            self._in_trouble = True
            raise
        self._in_trouble = False


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
