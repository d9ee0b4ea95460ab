"""The migrations make what the program expects, on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Connection

from queue_server.store.database import Database, migrations
from tests.postgres import PrivatePostgres


@pytest.fixture
def ledger(database_url: str, postgres: PrivatePostgres) -> Iterator[Connection]:
    """A connection to a ledger that this program made from nothing."""
    url = database_url if database_url.startswith("sqlite") else postgres.empty_database()
    database = Database(url)
    database.open()
    with database.writer.connect() as connection:
        yield connection
    database.close()


def test_the_migrations_make_exactly_the_tables_of_the_program(ledger: Connection) -> None:
    command.check(migrations(ledger))
