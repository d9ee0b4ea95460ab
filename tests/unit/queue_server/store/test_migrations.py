"""The migrations make what the program expects, on either database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from queue_server.cases import repository
from queue_server.store.database import Database, migrations
from tests.postgres import PrivatePostgres


@pytest.fixture
def ledger(database_url: str, tmp_path: Path, postgres: PrivatePostgres) -> Iterator[Connection]:
    """A connection to a ledger that this program made from nothing."""
    url = f"sqlite:///{tmp_path / 'new.sqlite'}" if database_url.startswith("sqlite") else postgres.empty_database()
    database = Database(url)
    database.open()
    with database.writer.connect() as connection:
        yield connection
    database.close()


def test_the_migrations_make_exactly_the_tables_of_the_program(ledger: Connection) -> None:
    command.check(migrations(ledger))


def test_every_migration_goes_up_and_back_and_up_again(ledger: Connection) -> None:
    config = migrations(ledger)
    command.downgrade(config, "base")
    for revision in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        command.upgrade(config, revision.revision)
        command.downgrade(config, "-1")
        command.upgrade(config, revision.revision)
    command.check(config)


def test_cases_of_an_earlier_version_are_found_by_their_numbers_in_any_spelling(ledger: Connection) -> None:
    config = migrations(ledger)
    command.downgrade(config, "0028")
    given = {
        "number": "ws-2026-1",
        "item": "i",
        "state": "accepted",
        "department": "d",
        "applicant": "a",
        "received_on": "2026-11-20",
    }
    row = {"number": "ws-2026-1", "content": json.dumps(given), "changed_at": 0, "state": "accepted"}
    columns = ", ".join(row)
    ledger.execute(text(f"INSERT INTO cases ({columns}) VALUES ({', '.join(f':{name}' for name in row)})"), row)
    command.upgrade(config, "0029")
    for written in ("WS20261", "ws-2026-1", "WS〔2026〕1号"):
        found = repository.find(ledger, written)
        assert found is not None and found.number == "ws-2026-1"
