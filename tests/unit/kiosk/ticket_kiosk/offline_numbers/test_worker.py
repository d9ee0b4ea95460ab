"""The thread that keeps the kiosk's numbers on lease: what it is asked is done in order, and a disk that fails gives no number."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from kiosk.ticket_kiosk.offline_numbers.state import KeepLease, LeaseIs, MarkMerged, NoNumber, NumberGiven, Settle
from kiosk.ticket_kiosk.offline_numbers.worker import LeaseWorker
from tests.unit.kiosk.ticket_kiosk.offline_numbers.test_book import answer, merged, wish


class Kept:
    """A keeper, and the events that it sends."""

    def __init__(self, path: Path) -> None:
        self.events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.keeper = LeaseWorker(path)
        self.keeper.open(self.events.put)

    def does(self, effect: Any, *kinds: type) -> list[Any]:
        """Ask for something; the events that come, which must be of these kinds."""
        self.keeper.perform(effect, self.events.put)
        events = [self.events.get(timeout=60) for _ in kinds]
        assert [type(event) for event in events] == list(kinds)
        return events


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path / "numbers.db")
    assert kept.events.get(timeout=60) == LeaseIs({}, None, None, (), ())
    yield kept
    kept.keeper.close()


def test_a_number_goes_from_the_lease_to_the_citizen_to_the_server(kept: Kept):
    assert kept.does(KeepLease(answer("A901", "A902")), LeaseIs)[0].left == {"household": 2}
    given, holding = kept.does(wish(), NumberGiven, LeaseIs)
    assert (given.request, given.given.number, holding.left, holding.unmerged) == ("order", "A901", {"household": 1}, ())
    [holding] = kept.does(Settle("20261123-a901", "printed"), LeaseIs)
    assert [ticket["result"] for ticket in holding.unmerged] == ["printed"]
    assert kept.does(MarkMerged(merged(a901="waiting")), LeaseIs)[0].unmerged == ()


def test_there_is_no_number_when_none_is_left(kept: Kept):
    assert kept.does(wish(), NoNumber, LeaseIs)[0] == NoNumber("order")


def test_a_number_that_cannot_be_written_down_is_not_given(kept: Kept, tmp_path: Path):
    kept.does(KeepLease(answer("A901")), LeaseIs)
    with closing(sqlite3.connect(tmp_path / "numbers.db")) as other, other:
        other.execute("CREATE TRIGGER full BEFORE UPDATE ON numbers BEGIN SELECT RAISE(FAIL, 'disk full'); END")
    assert kept.does(wish(), NoNumber) == [NoNumber("order")]
    with closing(sqlite3.connect(tmp_path / "numbers.db")) as other, other:
        other.execute("DROP TRIGGER full")
    assert kept.does(wish(), NumberGiven, LeaseIs)[0].given.number == "A901"


def test_an_answer_that_cannot_be_read_is_dropped_and_the_keeper_goes_on(kept: Kept):
    kept.does(KeepLease(structs.replace(answer("A901"), business_day="?")))
    assert kept.does(KeepLease(answer("A901")), LeaseIs)[0].left == {"household": 1}


def test_a_refused_ticket_is_said_in_the_log_and_kept(kept: Kept, caplog: pytest.LogCaptureFixture):
    kept.does(KeepLease(answer("A901")), LeaseIs)
    kept.does(wish(), NumberGiven, LeaseIs)
    kept.does(Settle("20261123-a901", "printed"), LeaseIs)
    assert kept.does(MarkMerged(merged(a901="refused")), LeaseIs)[0].unmerged == ()
    assert "20261123-a901 was leased to this kiosk" in caplog.text


def test_a_folder_that_cannot_be_used_is_said_in_the_log_and_gives_no_numbers(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "file").write_text("")
    kept = Kept(tmp_path / "file" / "numbers.db")
    kept.keeper.close()
    assert kept.events.empty() and "cannot be used" in caplog.text
