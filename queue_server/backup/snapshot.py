"""One moment of a ledger as one SQLite file, whichever database it is in, and the way from there into a database.

The hall goes on meanwhile: a copy is read from one consistent state, SQLite's by VACUUM INTO, which also leaves behind what was
deleted, PostgreSQL's by one transaction that sees the state at its beginning.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Integer, TextClause, delete, func, insert, make_url, select, text

from contract import durable
from queue_server.store.database import Database, sqlite_url
from queue_server.store.ledger_copy import copy_of
from queue_server.store.tables import log_beginnings, metadata, secrets

BATCH = 1000
OWN = (secrets, log_beginnings)
"""What a new ledger has from its beginning on."""


class NotWhole(RuntimeError):
    """A ledger that was copied is not whole; the text says what SQLite has found."""


def take(database: Database, target: Path) -> None:
    """Copy the open ledger into the new file `target`. Raise one of store.database.ERRORS, OSError."""
    if database.shared:
        copy = Database(sqlite_url_of(target))
        copy.open()
        try:
            with database.look() as source, copy.writer.begin() as connection:
                _pour(source, connection)
        finally:
            copy.close()
        one_file(target)
        return
    path = make_url(database.url).database
    assert path is not None, "the ledger is a file"
    copy_of(Path(path), target)


def check(file: Path) -> int:
    """Read a copied ledger from its first page to its last; how many tickets it has. Raise NotWhole."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as connection:
            found: list[str] = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            if found != ["ok"]:
                raise NotWhole("; ".join(found))
            (tickets,) = connection.execute("SELECT count(*) FROM tickets").fetchone()
    except sqlite3.Error as error:
        raise NotWhole(str(error)) from None
    return int(tickets)


def put_into(database: Database, ledger: Path) -> None:
    """Fill an empty ledger, which is open, with the rows of a copied one. Raise NotWhole if it has rows already."""
    source = Database(sqlite_url_of(ledger))
    source.open()  # brings an older copy to the schema of this program
    try:
        with source.look() as rows, database.writer.begin() as connection:
            others = [table for table in metadata.sorted_tables if table not in OWN]
            if any(connection.execute(select(func.count()).select_from(table)).scalar() for table in others):
                raise NotWhole(f"the database {database.name} has rows already; give an empty one")
            _pour(rows, connection)
            for sequence in _sequences(connection):
                connection.execute(sequence)
    finally:
        source.close()


def sqlite_url_of(file: Path) -> str:
    """The URL of a SQLite file."""
    return sqlite_url(file.parent).removesuffix("ledger.sqlite") + file.name


def _pour(source: Connection, target: Connection) -> None:
    """All rows of all tables; what `target` has made for itself is not kept."""
    for own in OWN:
        target.execute(delete(own))
    for table in metadata.sorted_tables:
        keys = [column.key for column in table.c]
        rows = source.execution_options(yield_per=BATCH).execute(select(table))
        for some in rows.partitions(BATCH):
            target.execute(insert(table), [dict(zip(keys, row, strict=True)) for row in some])


def _sequences(connection: Connection) -> Iterator[TextClause]:
    """What makes PostgreSQL count on behind the rows that were put in."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        key = list(table.primary_key.columns)
        if len(key) == 1 and isinstance(key[0].type, Integer):
            name = f'"{table.name}"'
            yield text(
                f"SELECT setval(pg_get_serial_sequence('{name}', '{key[0].name}'), "  # noqa: S608
                f"(SELECT COALESCE(max({key[0].name}), 0) + 1 FROM {name}), false)"
            )


def one_file(ledger: Path) -> None:
    """Put everything that belongs to a closed ledger into its one file, and that on the disk; leave no companion files."""
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with ledger.open("rb+") as file:
        durable.flush(file)
