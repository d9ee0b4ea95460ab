"""PostgreSQL that falls silent: stopped, or waiting for storage that hangs. Nobody waits without end for it.

The machine of a stopped server still takes connections and confirms what is sent, so neither the network nor PostgreSQL's own
time limits tell. Every statement has a limit on this side; a connection that exceeds it is closed. From then on one thread at
a time asks for a new connection, and everybody else is refused at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

T = TypeVar("T")
SILENT_S = 2.0
"""How long the ledger waits for a statement (it has waited for locks before that), and the pool for a sign of life."""
QUERY_S = 10.0
"""How long a page or a periodic job waits for one statement: a report of a year is much work."""
QUIET_S = 1.0
"""So long nobody asks for a connection after there was no answer."""


class LimitedConnection(psycopg.Connection[tuple[object, ...]]):
    """A connection that is closed, with OperationalError, when a statement takes longer than `limit_s`; None: it may."""

    limit_s: float | None = SILENT_S
    silence: Silence | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """As psycopg waits, with the limit."""
        limit_s, began = self.limit_s, time.monotonic()
        try:
            return super().wait(gen, interval, limit_s if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if limit_s is None or time.monotonic() - began < limit_s:
                raise
            self.close()
            if self.silence is not None:
                self.silence.noticed()
            raise psycopg.OperationalError(f"the database has not answered for {limit_s:g} s") from error


class Silence:
    """Whether one database answers; shared by the engines that use it."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._silent, self._quiet_until = False, 0.0

    def noticed(self) -> None:
        """There was no answer."""
        self._silent, self._quiet_until = True, time.monotonic() + QUIET_S

    def limit(self, engine: Engine) -> None:
        """From now on the connections of this engine are limited."""
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "checkout", _given_out)
        event.listen(engine, "checkin", _given_back)

    def _connect(
        self, _dialect: Dialect, _record: ConnectionPoolEntry, words: Sequence[str], options: Mapping[str, object]
    ) -> LimitedConnection:
        if not self._silent:
            return self._ask(words, options)
        if time.monotonic() < self._quiet_until or not self._asking.acquire(blocking=False):
            raise psycopg.OperationalError("the database does not answer")
        try:
            return self._ask(words, options)
        finally:
            self._asking.release()

    def _ask(self, words: Sequence[str], options: Mapping[str, object]) -> LimitedConnection:
        connect: Callable[..., LimitedConnection] = LimitedConnection.connect  # what SQLAlchemy has put together for it
        try:
            connection = connect(*words, **options)
        except psycopg.errors.ConnectionTimeout:
            self.noticed()
            raise
        connection.silence, self._silent = self, False
        return connection


def wait_for_ever(connection: DBAPIConnection | None) -> None:
    """What follows on this connection may take its time: a migration, or waiting for another server's."""
    if isinstance(connection, LimitedConnection):
        connection.limit_s = None


def wait_shortly(connection: DBAPIConnection | None) -> None:
    """A citizen waits for what follows on this connection."""
    if isinstance(connection, LimitedConnection):
        connection.limit_s = SILENT_S


def _given_out(connection: DBAPIConnection, _record: ConnectionPoolEntry, _given: PoolProxiedConnection) -> None:
    if isinstance(connection, LimitedConnection):
        connection.limit_s = QUERY_S


def _given_back(connection: DBAPIConnection | None, _record: ConnectionPoolEntry) -> None:
    wait_shortly(connection)
