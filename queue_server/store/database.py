"""Opens the ledger's database and brings its schema up to date.

SQLite in WAL mode with synchronous=FULL (an answered request survives a power cut), or PostgreSQL by URL.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Table, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoConnection

from queue_server.privacy import Sealer
from queue_server.store import log_beginnings, way_back
from queue_server.store.engines import BEGUN, BUSY_TIMEOUT_MS, PATIENCE_IN_TROUBLE_MS, PATIENCE_MS, engine
from queue_server.store.errors import BadDatabase as BadDatabase
from queue_server.store.errors import DamagedLedger as DamagedLedger
from queue_server.store.hall_key import SEALER
from queue_server.store.silence import Silence, wait_for_ever, wait_shortly

ERRORS = (DBAPIError, NoConnection, sqlite3.Error, psycopg.Error)
"""What a database in trouble raises, through Core or straight from its driver."""
BROKEN_RULES = (IntegrityError, sqlite3.IntegrityError, psycopg.IntegrityError)
"""What it raises when data break a rule of the schema: a mistake of the program, which no waiting mends."""
_GUILTY = (
    *BROKEN_RULES,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    psycopg.DataError,
    psycopg.ProgrammingError,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
"""What one request has brought about: others beside it, or it alone, may be well."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
LEDGER = "ledger.sqlite"
"""The file of a ledger in the state folder."""
MIGRATIONS = Path(__file__).parent / "migrations"
SCRUB_PATIENCE_MS = 20
"""Whoever empties the write-ahead log holds the lock while waiting for readers."""


def passes(error: BaseException) -> bool:
    """Whether an error is a trouble of the database, over as soon as there is room or a connection again."""
    return isinstance(error, ERRORS) and not isinstance(error, BROKEN_RULES)


def is_trouble(error: BaseException) -> bool:
    """Whether the database itself is in trouble: locked, full, broken or away."""
    return isinstance(error, ERRORS) and not isinstance(cause(error), _GUILTY)


def cause(error: BaseException) -> BaseException:
    """What the driver has raised, without the statement that Core puts beside it."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


class Database:
    """One ledger: an engine that writes and one that only looks. Nothing is opened before `open`."""

    def __init__(self, url: str, sealer: Sealer | None = None) -> None:
        """`sealer` seals the hall's own secrets; every connection carries it as its option SEALER."""
        self.url = url
        self._options = {SEALER: sealer}
        self.shared = not url.startswith("sqlite")
        """Whether other servers may write to it as well."""
        self.writer: Engine
        self.reader: Engine

    def open(self) -> None:
        """Connect and migrate; raise BadDatabase."""
        try:
            self._prepare()
            silence = Silence()
            self.writer = engine(self.url, silence, writes=True).execution_options(**self._options)
            self.reader = engine(self.url, silence, writes=False).execution_options(**self._options)
            with self.writer.connect() as connection:
                _migrate(connection)
        except (ArgumentError, NoSuchModuleError) as error:
            raise BadDatabase(f"{self.url!r} is no database URL ({error}); for example postgresql://user@host/ledger") from None
        except (DBAPIError, sqlite3.Error, OSError) as error:
            raise self._unusable(cause(error)) from None

    def _unusable(self, error: BaseException) -> BadDatabase:
        """Why it cannot be opened, with what to do where that is known."""
        why = f"the database {self.name} cannot be used: {str(error).strip()}"
        if isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            return DamagedLedger(f"{why}. Move it away and put a backup back with `jiaohao-server restore`, then start again")
        return BadDatabase(f"{why}; look at the space and the rights on its disk" if not self.shared else why)

    def _prepare(self) -> None:
        """Leave a way back before a migration, or go it. Raise BadDatabase."""
        path = None if self.shared else make_url(self.url).database
        if path is None:
            return
        schemas = _schemas()
        try:
            way_back.prepare(Path(path), schemas, schemas[0])
        except way_back.NoWayBack as error:
            raise BadDatabase(
                f"the database was written by a newer version of this program (it knows {schemas[0]}); {error}"
            ) from None

    def close(self) -> None:
        """Let go of every connection."""
        self.writer.dispose()
        self.reader.dispose()

    def scrub(self) -> bool:
        """Write the write-ahead log back and empty it, so that what was deleted is in no file any more; False while somebody
        reads. PostgreSQL does that by itself, when it vacuums."""
        if self.shared:
            return True
        with self.writer.connect().execution_options(**{BEGUN: True}) as connection:
            connection.exec_driver_sql(
                f"PRAGMA busy_timeout={SCRUB_PATIENCE_MS}"
            )  # it holds the lock while it waits for readers
            try:
                busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return not busy

    @property
    def name(self) -> str:
        """The URL without its password."""
        return make_url(self.url).render_as_string(hide_password=True)

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """A connection that reads one consistent state."""
        with self.reader.connect() as connection:
            yield connection


class Writer:
    """The ledger's one writing connection, with transactions begun and ended on the driver itself.

    Core's own begin and commit cost more than SQLite's. After an error the connection is dropped and made anew.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._patience_ms = PATIENCE_MS

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by an exception."""
        if self._connection is None:
            self._connection = self._database.writer.connect().execution_options(**{BEGUN: True})
            self._be_patient(self._connection.connection.dbapi_connection)
        connection = self._connection
        driver = connection.connection.dbapi_connection
        assert driver is not None, "the connection is open"
        try:
            if isinstance(driver, sqlite3.Connection):
                driver.execute("BEGIN IMMEDIATE")
            yield connection
            driver.commit()
        except BaseException as error:
            self._patience_ms = PATIENCE_IN_TROUBLE_MS if is_trouble(error) else PATIENCE_MS
            self.close()
            raise
        if self._patience_ms != PATIENCE_MS:
            self._patience_ms = PATIENCE_MS
            self._be_patient(driver)
        if connection.in_transaction():
            connection.rollback()  # ends only what Core believes to be open; the driver has committed

    def _be_patient(self, driver: DBAPIConnection | None) -> None:
        wait_shortly(driver)
        if isinstance(driver, sqlite3.Connection):
            driver.execute(f"PRAGMA busy_timeout={self._patience_ms}")

    def close(self) -> None:
        """Give the connection up."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what to do with rows that are there already (`on_conflict_do_…`)."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def sqlite_url(folder: Path) -> str:
    """The URL of the ledger in a state folder."""
    return f"sqlite:///{folder / LEDGER}"


def migrations(connection: Connection | None = None) -> Config:
    """Alembic's configuration for the ledger's migrations, on `connection`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@functools.cache
def _schemas() -> tuple[str, ...]:
    """The schemas that this program knows, the newest first; its scripts are read once."""
    return tuple(script.revision for script in ScriptDirectory.from_config(migrations()).walk_revisions())


def _migrate(connection: Connection) -> None:
    """Upgrade to the newest schema, two servers one after the other; refuse a schema that is newer than this program."""
    newest = _schemas()[0]
    if connection.dialect.name == "postgresql":
        wait_for_ever(connection.connection.dbapi_connection)
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")  # the other server may have much to migrate
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7101)")
    if MigrationContext.configure(connection).get_current_revision() != newest:
        try:
            command.upgrade(migrations(connection), "head")
        except CommandError as error:
            raise BadDatabase(
                f"the database was written by a newer version of this program (it knows schema {newest}: {error}); "
                "install that version again or give another --state folder"
            ) from None
        log_beginnings.sign_new(connection)
    connection.commit()
