"""Much is written in transactions that are too short to be noticed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection

from queue_server.store.database import Database
from queue_server.store.slices import write_in_slices
from tests.ledgers import ledger_in

LONGEST_S = 0.05


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(ledger_in(tmp_path))
    database.open()
    yield database
    database.close()


class Disk:
    """A clock that goes on with every row that is written, and with every pause."""

    def __init__(self, a_row_s: float) -> None:
        self.a_row_s, self.now = a_row_s, 100.0
        self.slices: list[float] = []
        self.pauses: list[float] = []
        self.written: list[int] = []

    def write(self, _connection: Connection, rows: Sequence[int]) -> None:
        self.written += rows
        self.slices.append(len(rows) * self.a_row_s)
        self.now += self.slices[-1]

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.mark.parametrize("a_row_s", [1e-6, 1e-4, 1e-3])
def test_no_slice_takes_longer_than_may_be_and_others_have_as_much_time(database: Database, a_row_s: float) -> None:
    disk, rows = Disk(a_row_s), list(range(5000))
    write_in_slices(database.writer, rows, disk.write, monotonic=lambda: disk.now, sleep=disk.sleep)
    assert disk.written == rows
    assert max(disk.slices) <= LONGEST_S + 1e-9
    assert len(disk.pauses) == len(disk.slices) - 1
    assert all(pause >= took - 1e-9 for pause, took in zip(disk.pauses, disk.slices, strict=False))


def test_a_disk_that_becomes_slow_gets_smaller_slices_at_once(database: Database) -> None:
    disk = Disk(1e-5)

    def write(connection: Connection, rows: Sequence[int]) -> None:
        disk.write(connection, rows)
        disk.a_row_s = 1e-3 if len(disk.written) >= 500 else 1e-5

    write_in_slices(database.writer, list(range(3000)), write, monotonic=lambda: disk.now, sleep=disk.sleep)
    slow = disk.slices.index(max(disk.slices))
    assert max(disk.slices[slow + 1 :]) <= LONGEST_S


def test_a_slice_that_fails_ends_it_and_those_before_stay(database: Database) -> None:
    seen: list[int] = []

    def write(_connection: Connection, rows: Sequence[int]) -> None:
        if 60 in rows:
            raise ZeroDivisionError
        seen.extend(rows)

    with pytest.raises(ZeroDivisionError):
        write_in_slices(database.writer, list(range(500)), write)
    assert seen == list(range(50))
