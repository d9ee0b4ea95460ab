"""A migration leaves a copy, an older program takes it, and nothing that was given in between is given again or lost silently."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queue_server.privacy import Sealer
from queue_server.store import way_back
from queue_server.store.database import BadDatabase, Database, sqlite_url
from queue_server.store.ledger_copy import schema_of
from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.small_hall import write_hall

OLD = Path(__file__).with_name("ledger_of_0_1_0.sql").read_text(encoding="utf-8")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def bed(tmp_path: Path, state: Path) -> Iterator[Bed]:
    bed = Bed(write_hall(tmp_path / "hall"), ledger_in(state)).open()
    yield bed
    bed.close()


def ask(ledger: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(ledger)) as connection, connection:
        return connection.execute(sql).fetchall()


def migrated(bed: Bed, state: Path) -> int:
    """A newer program takes the ledger over and gives two tickets; the schema from before."""
    bed.close()
    copy = state / f"ledger.before-{schema_of(state / 'ledger.sqlite')}.sqlite"
    with closing(sqlite3.connect(state / "ledger.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    stamp(copy, bed.clock.now)
    bed.open()
    bed.clock.advance(minutes=3)
    for _ in range(2):
        bed.issue()
    bed.close()
    ask(state / "ledger.sqlite", "UPDATE alembic_version SET version_num = '9999'")
    return len(ask(copy, "SELECT id FROM tickets"))


def stamp(file: Path, at: datetime) -> None:
    os.utime(file, (at.timestamp(), at.timestamp()))


def test_a_ledger_is_copied_before_it_is_migrated(state: Path):
    with closing(sqlite3.connect(state / "ledger.sqlite")) as old:
        old.executescript(OLD)
    was = ask(state / "ledger.sqlite", "SELECT * FROM events")
    database = Database(sqlite_url(state), Sealer(b"the key of a ledger of long ago!"))
    for _ in range(2):
        database.open()
        database.close()
    copy = state / "ledger.before-0015.sqlite"
    assert schema_of(copy) == "0015" and ask(copy, "SELECT * FROM events") == was
    assert copy.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in state.iterdir()) == ["ledger.before-0015.sqlite", "ledger.sqlite"]


def test_an_older_program_goes_on_from_the_copy_and_gives_nothing_again(bed: Bed, state: Path):
    first = bed.issue()
    assert migrated(bed, state) == 1
    newer = ask(state / "ledger.sqlite", "SELECT number FROM tickets")
    again = bed.again()
    assert again.state(first) == "waiting"
    fresh = again.issue()["number"]
    assert (fresh,) not in newer and int(fresh[1:]) > 10_000
    assert ask(state / "ledger.newer-9999.sqlite", "SELECT number FROM tickets") == newer, "what was done since is kept"
    assert again.rows("SELECT count(*) FROM restores") == [(1,)]
    later = again.again()
    assert later.rows("SELECT count(*) FROM restores") == [(1,)], "once"
    later.close()


def test_what_was_done_for_longer_than_a_day_is_not_left_behind_without_a_word(bed: Bed, state: Path):
    bed.issue()
    migrated(bed, state)
    stamp(state / f"ledger.before-{head()}.sqlite", bed.clock.now - timedelta(days=2))
    with pytest.raises(BadDatabase, match=r"newer version.*2 tickets|newer version.*3 tickets"):
        bed.database.open()
    assert ask(state / "ledger.sqlite", "SELECT version_num FROM alembic_version") == [("9999",)]


def test_without_a_copy_the_newer_ledger_is_refused(bed: Bed, state: Path):
    migrated(bed, state)
    (state / f"ledger.before-{head()}.sqlite").unlink()
    with pytest.raises(BadDatabase, match=r"newer version.*install that version again"):
        bed.database.open()


def test_copies_do_not_keep_for_ever_what_was_deleted(state: Path):
    now = datetime(2026, 11, 23, tzinfo=UTC)
    for name, days in (("ledger.before-0016.sqlite", 15), ("ledger.newer-0018.sqlite", 15), ("ledger.before-0017.sqlite", 13)):
        (state / name).touch()
        stamp(state / name, now - timedelta(days=days))
    (state / "ledger.sqlite").touch()
    stamp(state / "ledger.sqlite", now - timedelta(days=99))
    way_back.forget(state, now)
    assert sorted(path.name for path in state.iterdir()) == ["ledger.before-0017.sqlite", "ledger.sqlite"]


def head() -> str:
    versions = Path(way_back.__file__).parent / "migrations/versions"
    return max(path.name[:4] for path in versions.glob("0*.py"))
