"""Prepared statements do what SQLAlchemy's own execution of the same statement does, on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update

from queue_server.store.database import Database
from queue_server.store.prepared import Prepared
from queue_server.store.tables import windows
from tests.web_hall import now

AT = now()
FIRST = {"id": "01", "state": "closed", "since": AT, "calls": 0, "tally": 0, "ask": None, "called_at": None}
SECOND = FIRST | {"id": "02", "state": "serving", "ask": {"service": "s1", "number": "A001"}, "called_at": AT}


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    database = Database(database_url)
    database.open()
    with database.writer.begin() as connection:
        yield connection
    database.close()


def test_what_is_written_is_read_back_with_its_types(connection: Connection) -> None:
    Prepared(insert(windows), list(FIRST)).run_many(connection, [FIRST, SECOND])
    wanted = select(*(windows.c[name] for name in FIRST)).where(windows.c.id == bindparam("id"))
    for row in (FIRST, SECOND):
        assert Prepared(wanted).run(connection, {"id": row["id"]}) == [tuple(row.values())]
        assert connection.execute(wanted, {"id": row["id"]}).all() == [tuple(row.values())]


def test_an_update_sets_the_named_columns_of_each_row_and_gives_no_rows(connection: Connection) -> None:
    connection.execute(insert(windows), [FIRST, SECOND])
    change = Prepared(update(windows).where(windows.c.id == bindparam("of_id")), ["state", "ask"])
    change.run_many(
        connection, [{"of_id": "01", "state": "idle", "ask": SECOND["ask"]}, {"of_id": "02", "state": "idle", "ask": None}]
    )
    found = connection.execute(select(windows.c.state, windows.c.ask, windows.c.since).order_by(windows.c.id)).all()
    assert found == [("idle", SECOND["ask"], AT), ("idle", None, AT)]
    assert change.run(connection, {"of_id": "03", "state": "idle", "ask": None}) == []


def test_a_value_that_stands_in_the_statement_need_not_be_given(connection: Connection) -> None:
    connection.execute(insert(windows), [FIRST, SECOND])
    serving = Prepared(select(windows.c.id).where(windows.c.state == "serving"))
    assert serving.run(connection, {}) == [("02",)]
