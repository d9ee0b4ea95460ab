"""The machine's clock jumps, and nobody in the hall loses a place. On a ledger of either kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from queue_server.broker.published_states import PublishedStates
from queue_server.broker.retained import RetainedTopics
from queue_server.domain.hall_clock import HallClock
from queue_server.ledger.ledger import Ledger
from queue_server.store import marks
from queue_server.store.database import Database
from tests.bed import Bed

MakeBed = Callable[..., Bed]


class ClockedBed:
    """A bed whose ledger lives by a HallClock, as the server's does."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.start()

    def start(self) -> None:
        """Start, or start again."""
        bed = self.bed
        bed.close()
        self.hall = HallClock(lambda: bed.clock.now, lambda: bed.clock.monotonic, bed.hall.day, bed.hall.next_open)
        bed.database = Database(bed.database.url)
        bed.ledger = Ledger(
            bed.database, bed.hall, clock=self.hall.now, monotonic=lambda: bed.clock.monotonic, settled=self.hall.settled
        )
        bed.open()
        with bed.database.look() as connection:
            self.hall.begin(marks.newest_known(connection))

    def jump(self, **duration: float) -> None:
        """The machine's clock jumps, and the server looks at it."""
        self.bed.clock.now += timedelta(**duration)
        self.bed.ledger.pass_time()


@pytest.fixture
def clocked(make_bed: MakeBed) -> ClockedBed:
    clocked = ClockedBed(make_bed(always_open=True))
    clocked.bed.ok("open-window", window="01", clerk="0101")
    return clocked


def states(bed: Bed) -> list[str]:
    return [row[0] for row in bed.rows("SELECT state FROM tickets ORDER BY id")]


@pytest.mark.parametrize("days", [1, 366])
def test_a_clock_that_is_ahead_for_a_moment_ends_no_day(clocked: ClockedBed, days: int):
    bed = clocked.bed
    for _ in range(3):
        bed.issue()
    bed.call()
    clocked.jump(days=days)
    during = bed.issue()
    bed.pass_time(seconds=1.5)
    clocked.jump(days=-days)
    assert states(bed) == ["called", "waiting", "waiting", "waiting"]
    assert during["business_day"] == "2026-11-23" and during["number"] == "A004"
    assert bed.ok("finish-service", window="01") if bed.ok("start-service", window="01") else None
    assert [bed.call() for _ in range(1)] == ["A002"]


def test_a_clock_that_is_wrong_at_the_start_ends_no_day_until_somebody_confirms_it(clocked: ClockedBed):
    bed = clocked.bed
    bed.issue()
    bed.ledger.keep_marks(1)
    bed.clock.now += timedelta(days=366)
    clocked.start()
    bed.ledger.pass_time()
    assert states(bed) == ["waiting"] and clocked.hall.doubt == "long-off"
    bed.ledger.keep_marks(1)
    clocked.start()
    assert clocked.hall.doubt == "long-off", "a second start does not make it right"
    clocked.hall.confirm()
    bed.ledger.pass_time()
    assert states(bed) == ["expired"]


def test_after_the_clock_went_back_newcomers_stand_behind_those_who_wait(clocked: ClockedBed):
    bed = clocked.bed
    numbers = [bed.issue()["number"] for _ in range(3)]
    clocked.jump(hours=-1)
    numbers += [bed.issue()["number"] for _ in range(2)]
    clocked.start()
    numbers += [bed.issue()["number"] for _ in range(2)]
    called = []
    for _ in numbers:
        called.append(bed.call())
        bed.ok("start-service", window="01")
        bed.ok("finish-service", window="01")
        bed.clock.advance(minutes=2)
    assert called == numbers == [f"A00{n}" for n in range(1, 8)]


def test_the_numbers_of_messages_grow_across_a_restart_with_a_clock_that_went_back(clocked: ClockedBed, tmp_path: Path):
    bed = clocked.bed
    before = PublishedStates(RetainedTopics(), lambda *_: None, clock=lambda: bed.clock.now)
    latest = [before.next_seq() for _ in range(5)][-1]
    bed.ledger.keep_marks(before.seq)
    bed.clock.now -= timedelta(hours=1)
    clocked.start()
    after = PublishedStates(RetainedTopics(), lambda *_: None, clock=lambda: bed.clock.now)
    after.seq = bed.ledger.seq()
    assert after.next_seq() > latest
    bed.ledger.keep_marks(0)
    assert bed.ledger.seq() == latest, "a mark never goes back"
