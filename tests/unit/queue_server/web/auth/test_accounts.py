"""Accounts, lock-out, sessions: what the web pages rely on to know who somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queue_server.logs.audit_log import AuditLog
from queue_server.store.database import Database, sqlite_url
from queue_server.web.auth.accounts import AccountRefused, Accounts, is_strong
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD, example_accounts, first_administrator
from queue_server.web.auth.lock_out import FAILURES_FROM_ANYWHERE, FAILURES_FROM_ONE_PLACE, LOCK
from queue_server.web.auth.sessions import LIFE, Sessions
from tests.web_hall import QUICK

GOOD = "Sunny-day7"
SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2027, 1, 15, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path))
    database.open()
    yield database
    database.close()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    return Accounts(database, AuditLog(database, clock), clock, hasher=QUICK)


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Sessions:
    return Sessions(database, clock)


def refusal(accounts: Accounts, name: str, password: str, place: str = "10.0.0.5") -> str:
    with pytest.raises(AccountRefused) as refused:
        accounts.check(name, password, place)
    return refused.value.reason


@pytest.mark.parametrize("password", ["abc1-", "abcdefgh", "12345678", "abcd1234", "abcd-efg", "1234-567", "a1-" * 100])
def test_a_password_without_digit_letter_and_special_character_or_too_short_is_refused(
    accounts: Accounts, password: str
) -> None:
    assert not is_strong(password)
    with pytest.raises(AccountRefused, match="weak"):
        accounts.create("0101", password, "clerk")


def test_the_database_keeps_no_password(accounts: Accounts, tmp_path: Path) -> None:
    accounts.create("0101", GOOD, "clerk")
    assert all(GOOD.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_name_exists_once(accounts: Accounts) -> None:
    accounts.create("0101", GOOD, "clerk")
    with pytest.raises(AccountRefused, match="taken"):
        accounts.create("0101", GOOD, "clerk")


def test_wrong_passwords_lock_the_place_they_come_from_but_not_the_clerk_elsewhere(accounts: Accounts, clock: Clock) -> None:
    accounts.create("0101", GOOD, "clerk")
    for _ in range(FAILURES_FROM_ONE_PLACE):
        assert refusal(accounts, "0101", "Wrong-pass1") == "wrong"
    assert refusal(accounts, "0101", GOOD) == "locked"
    assert accounts.check("0101", GOOD, "10.0.0.9").name == "0101"
    clock.now += LOCK + SECOND
    assert accounts.check("0101", GOOD, "10.0.0.5").name == "0101"


def test_wrong_passwords_from_many_places_lock_the_account(accounts: Accounts) -> None:
    accounts.create("0101", GOOD, "clerk")
    for place in range(FAILURES_FROM_ANYWHERE):
        refusal(accounts, "0101", "Wrong-pass1", f"10.0.1.{place}")
    assert refusal(accounts, "0101", GOOD, "10.0.0.9") == "locked"
    accounts.set_password("0101", "Other-day8")
    assert accounts.check("0101", "Other-day8", "10.0.0.9").name == "0101"


def test_nobody_learns_whether_a_name_exists(accounts: Accounts) -> None:
    accounts.create("0101", GOOD, "clerk")
    assert refusal(accounts, "0101", "Wrong-pass1") == refusal(accounts, "0999", "Wrong-pass1") == "wrong"


def test_a_barred_account_is_out_at_once(accounts: Accounts, sessions: Sessions) -> None:
    token = sessions.start(accounts.create("0101", GOOD, "clerk"))
    accounts.set_active("0101", False)
    assert sessions.find(token) is None
    assert refusal(accounts, "0101", GOOD) == "wrong"


def test_every_refused_log_in_is_in_the_audit(accounts: Accounts, database: Database, clock: Clock) -> None:
    refusal(accounts, "0999", "Wrong-pass1", "10.0.0.7")
    row = AuditLog(database, clock).latest()[0]
    assert (row.account, row.action, row.address) == ("0999", "log-in-refused", "10.0.0.7")


def test_example_accounts_log_in_only_where_examples_are_allowed(database: Database, clock: Clock, accounts: Accounts) -> None:
    assert "0101" in example_accounts(accounts, ["0101"])
    assert refusal(accounts, "0101", EXAMPLE_PASSWORD) == "wrong"
    demonstration = Accounts(database, AuditLog(database, clock), clock, hasher=QUICK, examples=True)
    assert demonstration.check("0101", EXAMPLE_PASSWORD, "10.0.0.5").example


def test_a_hall_that_turns_real_after_a_demonstration_gets_an_administrator_of_its_own(accounts: Accounts) -> None:
    example_accounts(accounts, ["0101"])
    password = first_administrator(accounts, written_down=False)
    assert password is not None
    assert accounts.check("admin", password, "10.0.0.5").must_change
    assert first_administrator(accounts, written_down=True) is None


def test_a_session_does_not_end_during_a_working_day(accounts: Accounts, clock: Clock, sessions: Sessions) -> None:
    token = sessions.start(accounts.create("0101", GOOD, "clerk"))
    for _ in range(3):
        clock.now += LIFE - 60 * SECOND
        assert sessions.find(token) is not None
    clock.now += LIFE + SECOND
    assert sessions.find(token) is None


def test_a_cookie_cannot_be_read_back_from_the_database(accounts: Accounts, tmp_path: Path, sessions: Sessions) -> None:
    token = sessions.start(accounts.create("0101", GOOD, "clerk"))
    assert all(token.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_who_takes_a_window_later_has_it_and_the_first_is_told_by_whom(accounts: Accounts, sessions: Sessions) -> None:
    first = sessions.find(sessions.start(accounts.create("0101", GOOD, "clerk")))
    second = sessions.find(sessions.start(accounts.create("0102", GOOD, "clerk")))
    assert first and second
    assert sessions.take_window(first, "01") == []
    assert sessions.take_window(second, "01") == ["0101"]
    told, holder = sessions.again(first.id), sessions.again(second.id)
    assert told and holder
    assert (told.window, told.lost_window, told.lost_to) == (None, "01", "0102")
    assert holder.window == "01"


def test_a_new_password_ends_the_other_sessions_of_the_account(accounts: Accounts, sessions: Sessions) -> None:
    account = accounts.create("0101", GOOD, "clerk")
    here, elsewhere = sessions.start(account), sessions.start(account)
    kept = sessions.find(here)
    assert kept
    sessions.end_all("0101", but=kept.id)
    assert sessions.find(here) is not None
    assert sessions.find(elsewhere) is None
