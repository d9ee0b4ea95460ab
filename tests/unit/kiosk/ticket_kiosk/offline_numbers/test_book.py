"""The kiosk's book of numbers on lease: what was taken once is never given again, whatever happens."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from contract.wire.answers import LeaseAnswer, LeasedTicket, MergeAnswer, MergedTicket, OpenTime
from kiosk.ticket_kiosk.offline_numbers.book import BadLease, LeaseBook
from kiosk.ticket_kiosk.offline_numbers.state import LeasedNumber, TakeLeased

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MIDNIGHT = datetime(2026, 11, 24, tzinfo=ZoneInfo("Asia/Shanghai"))


def answer(*numbers: str, queue: str = "household", at: datetime = NINE) -> LeaseAnswer:
    """An answer to lease-numbers."""
    begins = at.replace(hour=0, minute=0)
    return LeaseAnswer(
        queue=queue,
        business_day=at.date().isoformat(),
        leased_at=at,
        expires=begins + timedelta(days=1),
        open=[OpenTime(begins.replace(hour=8), begins.replace(hour=17))],
        windows=["01", "02"],
        numbers=[LeasedTicket(f"{at:%Y%m%d}-{number.lower()}", number, f"t-{number}") for number in numbers],
    )


def merged(**states: Any) -> MergeAnswer:
    """An answer to merge-tickets: what became of each ticket, by its number."""
    return MergeAnswer([MergedTicket(f"20261123-{number}", state) for number, state in states.items()])


def wish(at: datetime = NINE, queue: str = "household") -> TakeLeased:
    return TakeLeased("order", queue, "ordinary", None, at)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[LeaseBook]:
    book = LeaseBook(tmp_path / "lease" / "numbers.db")
    book.open()
    yield book
    book.close()


def again(book: LeaseBook) -> LeaseBook:
    """The book after a power cut: nothing was closed."""
    after = LeaseBook(book.path)
    after.open()
    return after


def test_an_empty_book_gives_nothing_and_has_nothing_to_tell(book: LeaseBook):
    assert book.take(wish()) is None
    holding = book.holding()
    assert (holding.left, holding.since, holding.unmerged) == ({}, None, ())


def test_numbers_are_given_in_their_order_and_each_once(book: LeaseBook):
    book.add(answer("A999", "A1000", "A998"))
    book.add(answer("B901", queue="tax"))
    given = [book.take(wish()) for _ in range(4)]
    assert [g and g.number for g in given] == ["A998", "A999", "A1000", None]
    assert given[0] == LeasedNumber("20261123-a998", "A998", "t-A998", "household", "ordinary", NINE, ("01", "02"))
    assert book.holding().left == {"tax": 1}


def test_a_lease_that_comes_again_frees_nothing_that_was_taken(book: LeaseBook):
    book.add(answer("A901", "A902"))
    assert book.take(wish()) is not None
    book.add(answer("A901", "A902"))
    assert book.holding().left == {"household": 1}
    second = book.take(wish())
    assert second is not None and second.number == "A902" and book.take(wish()) is None


def test_what_was_being_printed_when_the_power_went_is_unsure_and_not_given_again(book: LeaseBook):
    book.add(answer("A901", "A902"))
    assert book.take(wish()) is not None
    after = again(book)
    assert [(t["ticket"], t["result"]) for t in after.holding().unmerged] == [("20261123-a901", "unsure")]
    second = after.take(wish())
    assert second is not None and second.number == "A902"
    after.close()


def test_tickets_are_told_in_the_order_in_which_they_were_given_and_until_the_server_has_them(book: LeaseBook):
    book.add(answer("A901", "A902", "A903"))
    for minutes, result in ((5, "printed"), (3, "failed"), (9, "printed")):
        given = book.take(wish(NINE + timedelta(minutes=minutes)))
        assert given is not None
        book.settle(given.ticket, result)  # type: ignore[arg-type]
    unmerged = book.holding().unmerged
    assert [(t["ticket"][-4:], t["result"]) for t in unmerged] == [("a902", "failed"), ("a901", "printed"), ("a903", "printed")]
    assert book.merged(merged(a902="void")) == []
    assert again(book).holding().unmerged == unmerged[1:]
    assert book.merged(merged(a901="waiting", a903="refused")) == ["20261123-a903"]
    assert book.holding().unmerged == ()


def test_a_number_still_being_printed_is_not_told(book: LeaseBook):
    book.add(answer("A901"))
    given = book.take(wish())
    assert given is not None and book.holding().unmerged == ()
    book.settle(given.ticket, "printed")
    book.settle(given.ticket, "failed")
    assert [t["result"] for t in book.holding().unmerged] == ["printed"], "the first word counts"


@pytest.mark.parametrize(
    "at", [MIDNIGHT, NINE - timedelta(minutes=6), NINE + timedelta(days=400), NINE - timedelta(days=20000)]
)
def test_after_midnight_and_with_a_wrong_clock_nothing_is_given(book: LeaseBook, at: datetime):
    book.add(answer("A901"))
    assert book.take(wish(at)) is None
    assert book.holding().left == {"household": 1}


def test_a_new_day_replaces_what_is_left_of_the_old_but_keeps_what_is_untold(book: LeaseBook):
    book.add(answer("A901", "A902"))
    given = book.take(wish())
    assert given is not None
    book.settle(given.ticket, "printed")
    tomorrow = NINE + timedelta(days=1)
    book.add(answer("A901", at=tomorrow))
    holding = book.holding()
    assert holding.left == {"household": 1} and holding.since == tomorrow
    assert [t["ticket"] for t in holding.unmerged] == ["20261123-a901"]
    anew = book.take(wish(tomorrow))
    assert anew is not None and anew.ticket == "20261124-a901"


def test_what_was_told_is_forgotten_after_a_month(book: LeaseBook):
    book.add(answer("A901"))
    given = book.take(wish())
    assert given is not None
    book.settle(given.ticket, "printed")
    book.merged(merged(a901="waiting"))
    book.add(answer("A901", at=NINE + timedelta(days=31)))
    with closing(sqlite3.connect(book.path)) as file, file:
        assert file.execute("SELECT ticket FROM numbers").fetchall() == [("20261224-a901",)]
        assert file.execute("SELECT count(*) FROM leases").fetchall() == [(1,)]


def test_a_book_that_cannot_be_read_is_put_aside_and_a_new_one_begun(tmp_path: Path):
    path = tmp_path / "numbers.db"
    path.write_bytes(b"what a dying disk leaves behind" * 400)
    book = LeaseBook(path)
    book.open()
    book.add(answer("A901"))
    assert book.take(wish()) is not None
    book.close()
    assert path.with_suffix(".broken").read_bytes().startswith(b"what a dying disk")


def test_an_answer_for_a_day_that_is_none_changes_nothing(book: LeaseBook):
    with pytest.raises(BadLease):
        book.add(structs.replace(answer("A901"), business_day="tomorrow"))
    assert book.holding().left == {}
