"""A ledger that version 0.1.0 has written opens with this program: all of its content, the same times, both logs as written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Boolean, Column, Double, create_engine, select, text

from queue_server.logs.audit_log import AuditLog
from queue_server.logs.hash_chain import EVENTS, WEB_ACTIONS, ChainedLog
from queue_server.logs.verify import Verdict, verify
from queue_server.privacy import Sealer
from queue_server.rollouts.repository import RolloutRepository
from queue_server.store import tables
from queue_server.store.database import Database, migrations, sqlite_url
from queue_server.store.hall_key import hall_key
from queue_server.web.auth.accounts import Accounts
from queue_server.web.auth.lock_out import LogInPlace
from queue_server.web.fleet.alert_owners import AlertOwners
from tests.postgres import PrivatePostgres
from tests.web_hall import QUICK, now

OLD = Path(__file__).with_name("ledger_of_0_1_0.sql").read_text(encoding="utf-8")
KEY = b"the key of a ledger of long ago!"
EMPTY = {"reprints", "used_codes"}

Content = dict[str, list[dict[str, Any]]]


@pytest.fixture
def was() -> Content:
    """What stood in the old ledger, table by table, as SQLite gives it."""
    with closing(sqlite3.connect(":memory:")) as old:
        old.executescript(OLD)
        old.row_factory = sqlite3.Row
        (there,) = zip(*old.execute("SELECT name FROM sqlite_master WHERE type = 'table'"), strict=True)
        names = [name for name in tables.metadata.tables if name in there]
        return {name: [dict(row) for row in old.execute(f'SELECT * FROM "{name}"')] for name in names}


@pytest.fixture
def database(tmp_path: Path, request: pytest.FixtureRequest, database_url: str, was: Content) -> Iterator[Database]:
    """The old ledger, opened by this program: the file itself, or its rows in a PostgreSQL of the old schema."""
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'old.sqlite'}"
        with closing(sqlite3.connect(tmp_path / "old.sqlite")) as old:
            old.executescript(OLD)
    else:
        postgres: PrivatePostgres = request.getfixturevalue("postgres")
        url = postgres.empty_database()
        _fill(url, was)
    database = Database(url, Sealer(KEY))
    database.open()
    yield database
    database.close()


def _fill(url: str, was: Content) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0015")
    with engine.begin() as connection:
        for name, rows in was.items():
            for row in rows:
                values = {key: _of_postgres(name, key, value) for key, value in row.items()}
                columns = ", ".join(f'"{key}"' for key in row)
                connection.execute(
                    text(f'INSERT INTO "{name}" ({columns}) VALUES ({", ".join(f":{key}" for key in row)})'), values
                )
            if rows and "id" in rows[0] and isinstance(rows[0]["id"], int):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {rows[-1]['id']})"))
    engine.dispose()


def _of_postgres(table: str, column: str, value: Any) -> Any:
    """SQLite keeps truth as a number."""
    return bool(value) if (table, column) in {("accounts", c) for c in ("active", "must_change", "example")} else value


def as_it_should_be(column: Column[Any], value: Any) -> Any:
    """A value of the old ledger as this program reads it: seconds since 1970 are an instant, rounded to the microsecond."""
    match column.type:
        case _ if value is None:
            return None
        case tables.Instant() if isinstance(value, float):
            return datetime.fromtimestamp(value, UTC)
        case tables.Instant():
            return tables.EPOCH + value * tables.MICROSECOND
        case JSON():
            return json.loads(value)
        case Boolean():
            return bool(value)
    return value


def test_everything_is_still_there_with_the_same_times(database: Database, was: Content) -> None:
    assert {name for name, rows in was.items() if not rows} == EMPTY
    with database.look() as connection:
        for table in (table for table in tables.metadata.sorted_tables if table.name in was):
            rows = was[table.name]
            kept = [column for column in table.c if not rows or column.name in rows[0]]
            expected = [tuple(as_it_should_be(column, row[column.name]) for column in kept) for row in rows]
            found = [tuple(row) for row in connection.execute(select(*kept))]
            assert sorted(found, key=str) == sorted(expected, key=str), table.name


def test_the_only_times_in_floating_point_are_places_in_a_line_and_what_was_hashed_before() -> None:
    columns = [column for table in tables.metadata.tables.values() for column in table.c]
    floating = {f"{column.table.name}.{column.name}" for column in columns if isinstance(column.type, Double)}
    assert floating == {"tickets.rank", "audit.hashed_at"}


def verdict(database: Database, log: ChainedLog) -> Verdict:
    with database.look() as connection:
        return verify(connection, log)


def test_both_logs_are_as_they_were_written_and_go_on(database: Database, was: Content) -> None:
    for log, name in ((EVENTS, "events"), (WEB_ACTIONS, "audit")):
        found = verdict(database, log)
        assert (found.rows, found.older, found.broken) == (len(was[name]), 0, None)
        assert found.end == was[name][-1]["hash"].hex()
        assert found.chains == len({row["chain"] for row in was[name]})
    AuditLog(database, now).append("admin", "log-in", "admin")
    assert verdict(database, WEB_ACTIONS).broken is None and verdict(database, WEB_ACTIONS).chains == 3


@pytest.mark.parametrize(
    "changed",
    [
        "UPDATE audit SET at = at + 1 WHERE id = 4",
        "UPDATE audit SET at = at + 60000000 WHERE id = 4",
        "UPDATE audit SET hashed_at = hashed_at + 60 WHERE id = 4",
        "UPDATE audit SET hashed_at = hashed_at + 60, at = at + 60000000 WHERE id = 4",
        "UPDATE audit SET hashed_at = NULL WHERE id = 4",
        "UPDATE audit SET hashed_at = 1e300 WHERE id = 4",
        "UPDATE audit SET detail = '' WHERE id = 4",
    ],
)
def test_a_web_action_of_that_time_cannot_be_changed_unseen(database: Database, changed: str) -> None:
    with database.writer.begin() as connection:
        connection.exec_driver_sql(changed)
    assert verdict(database, WEB_ACTIONS).broken == 4


@pytest.mark.parametrize("spoilt", ["'yesterday'", "1e300", "-1e300"])
def test_a_time_that_was_spoilt_before_is_found_and_does_not_keep_the_server_from_starting(tmp_path: Path, spoilt: str) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as old:
        old.executescript(OLD)
        old.execute(f"UPDATE audit SET at = {spoilt} WHERE id = 4")
        old.commit()
    database = Database(sqlite_url(tmp_path), Sealer(KEY))
    database.open()
    assert verdict(database, WEB_ACTIONS).broken == 4
    database.close()


def test_the_program_reads_what_it_finds_there(database: Database) -> None:
    writer, reader = database.writer, database.reader
    with writer.begin() as connection:
        assert len(hall_key(connection)) == 32
    accounts = Accounts(database, AuditLog(database, now), now, hasher=QUICK)
    assert [account.name for account in accounts.all()] == ["admin", "0101", "entry"]
    assert accounts.check("0101", "Sunny-day7", LogInPlace("10.0.0.9")).clerk == "0101"
    (rollout,) = RolloutRepository(writer, reader).latest()
    assert [(target.terminal, target.state, target.since is None) for target in rollout.targets] == [
        ("kiosk-1", "asked", False),
        ("kiosk-2", "waiting", True),
    ]
    since = datetime(2026, 11, 23, 1, 4, 58, 118024, tzinfo=UTC)
    assert AlertOwners(writer, reader).all({"device-printer-1": since}) == {"device-printer-1": "admin"}


def test_the_old_program_could_read_it_again_after_the_way_back(database: Database, was: Content) -> None:
    with database.writer.connect() as connection:
        command.downgrade(migrations(connection), "0015")
        for name in ("audit", "web_sessions", "certificates", "item_notes"):
            columns = [key for key in was[name][0] if key in ("at", "expires_at", "issued_at", "revoked_at")]
            found = sorted(tuple(row) for row in connection.exec_driver_sql(f"SELECT {', '.join(columns)} FROM {name}"))
            expected = sorted(tuple(row[key] for key in columns) for row in was[name])
            for row, old in zip(found, expected, strict=True):
                assert row == (old if name == "audit" else pytest.approx(old, abs=1e-6))
