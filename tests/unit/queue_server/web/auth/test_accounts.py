"""Accounts, lock-out, sessions: what the web pages rely on to know who somebody is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queue_server.logs.audit_log import AuditLog
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key
from queue_server.web.auth import known_devices
from queue_server.web.auth.accounts import AccountRefused, Accounts, is_strong, new_password
from queue_server.web.auth.command import main as account_command
from queue_server.web.auth.command import reset
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD, example_accounts, first_administrator
from queue_server.web.auth.known_devices import KnownDevices
from queue_server.web.auth.lock_out import FAILURES_FROM_ANYWHERE, FAILURES_FROM_ONE_PLACE, LOCK, LogInPlace
from queue_server.web.auth.sessions import LIFE, Sessions
from queue_server.web.auth.turns import MOST_WAITING, TooManyWait, Turns
from tests.ledgers import ledger_in
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
    database = Database(ledger_in(tmp_path))
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
        accounts.check(name, password, LogInPlace(place))
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
    assert accounts.check("0101", GOOD, LogInPlace("10.0.0.9")).name == "0101"
    clock.now += LOCK + SECOND
    assert accounts.check("0101", GOOD, LogInPlace("10.0.0.5")).name == "0101"


def test_wrong_passwords_from_many_places_lock_the_account(accounts: Accounts) -> None:
    accounts.create("0101", GOOD, "clerk")
    for place in range(FAILURES_FROM_ANYWHERE):
        refusal(accounts, "0101", "Wrong-pass1", f"10.0.1.{place}")
    assert refusal(accounts, "0101", GOOD, "10.0.0.9") == "locked"
    accounts.set_password("0101", "Other-day8")
    assert accounts.check("0101", "Other-day8", LogInPlace("10.0.0.9")).name == "0101"


def test_nobody_learns_whether_a_name_exists(accounts: Accounts) -> None:
    accounts.create("0101", GOOD, "clerk")
    assert refusal(accounts, "0101", "Wrong-pass1") == refusal(accounts, "0999", "Wrong-pass1") == "wrong"


def test_a_barred_account_is_out_at_once(accounts: Accounts, sessions: Sessions) -> None:
    token = sessions.start(accounts.create("0101", GOOD, "clerk"))
    accounts.set_active("0101", False)
    assert sessions.find(token) is None
    assert refusal(accounts, "0101", GOOD) == "wrong"


def test_a_refused_log_in_is_in_the_audit_once_a_place_and_again_when_it_locks(
    accounts: Accounts, database: Database, clock: Clock
) -> None:
    accounts.create("0101", GOOD, "clerk")
    for _ in range(40):
        refusal(accounts, "0101", "Wrong-pass1", "10.0.0.7")
    rows = AuditLog(database, clock).latest()
    assert [(row.account, row.action, row.address) for row in rows] == [
        ("0101", "log-in-locked", "10.0.0.7"),
        ("0101", "log-in-refused", "10.0.0.7"),
    ]


def test_names_that_somebody_invents_do_not_fill_the_audit(accounts: Accounts, database: Database, clock: Clock) -> None:
    for number in range(40):
        refusal(accounts, f"My-pass-word{number}", "Wrong-pass1", "10.0.0.7")
    rows = AuditLog(database, clock).latest()
    assert [(row.account, row.subject, row.detail, row.address) for row in rows] == [("", "", "", "10.0.0.7")]


def test_strangers_never_lock_a_device_from_which_somebody_has_logged_in(accounts: Accounts) -> None:
    accounts.create("admin", GOOD, "administrator")
    for place in range(2 * FAILURES_FROM_ANYWHERE):
        refusal(accounts, "admin", "Wrong-pass1", f"10.0.1.{place}")
    assert refusal(accounts, "admin", GOOD, "10.0.0.9") == "locked"
    assert accounts.check("admin", GOOD, LogInPlace("10.0.1.1", "0123456789abcdef")).name == "admin"


def test_a_known_device_has_a_few_tries_of_its_own(accounts: Accounts, clock: Clock) -> None:
    accounts.create("admin", GOOD, "administrator")
    stolen = LogInPlace("10.0.0.5", "0123456789abcdef")
    for _ in range(FAILURES_FROM_ONE_PLACE):
        with pytest.raises(AccountRefused, match="wrong"):
            accounts.check("admin", "Wrong-pass1", stolen)
    with pytest.raises(AccountRefused, match="locked"):
        accounts.check("admin", GOOD, LogInPlace("10.0.0.77", "0123456789abcdef"))
    assert accounts.check("admin", GOOD, LogInPlace("10.0.0.9")).name == "admin"


def test_the_addresses_of_one_network_of_ipv6_are_one_place(accounts: Accounts) -> None:
    accounts.create("0101", GOOD, "clerk")
    for host in range(FAILURES_FROM_ONE_PLACE):
        refusal(accounts, "0101", "Wrong-pass1", f"2001:db8:1:2::{host + 1}")
    assert refusal(accounts, "0101", GOOD, "2001:db8:1:2:ffff::1") == "locked"


def test_locked_accounts_are_listed_and_can_be_unlocked(accounts: Accounts) -> None:
    for name in ("0101", "0102"):
        accounts.create(name, GOOD, "clerk")
    for _ in range(FAILURES_FROM_ONE_PLACE):
        refusal(accounts, "0101", "Wrong-pass1")
    assert accounts.locked() == {"0101"}
    accounts.unlock("0101")
    assert accounts.locked() == set()
    assert accounts.check("0101", GOOD, LogInPlace("10.0.0.5")).name == "0101"


@pytest.mark.parametrize(
    "spoil",
    [lambda c: "", lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"), lambda c: "f" + c[1:] if c[0] != "f" else "e" + c[1:]],
)
def test_a_device_is_known_by_its_own_cookie_only(database: Database, clock: Clock, spoil: Callable[[str], str]) -> None:
    with database.writer.begin() as connection:
        hall_key(connection)
    devices = KnownDevices(database, clock)
    cookie = given(devices, "", "0101")
    device = devices.device(cookie, "0101")
    assert device is not None and devices.device(given(devices, cookie, "0101"), "0101") == device
    assert devices.device(spoil(cookie), "0101") is None
    clock.now += known_devices.LIFE + timedelta(days=1)
    assert devices.device(cookie, "0101") is None


def given(devices: KnownDevices, cookie: str, account: str) -> str:
    cookie_now = devices.cookie(cookie, account)
    assert cookie_now is not None
    return cookie_now


def test_a_device_is_known_for_the_accounts_that_logged_in_from_it_and_for_no_other(database: Database, clock: Clock) -> None:
    with database.writer.begin() as connection:
        hall_key(connection)
    devices, cookie = KnownDevices(database, clock), ""
    names = [f"01{number:02}" for number in range(known_devices.MOST_ACCOUNTS + 2)]
    for name in names:
        cookie = given(devices, cookie, name)
        assert devices.device(cookie, name) and devices.device(cookie, "admin") is None
    for name in reversed(names[3:]):  # the same browser again and again adds nothing
        cookie = given(devices, cookie, name)
    assert [devices.device(cookie, name) is not None for name in names] == [False] * 2 + [True] * known_devices.MOST_ACCOUNTS
    assert len(cookie) < 512
    clock.now += known_devices.LIFE
    cookie = given(devices, cookie, names[5])
    clock.now += timedelta(days=1)
    assert [name for name in names if devices.device(cookie, name)] == [names[5]]


def test_one_account_makes_a_few_devices_known_a_day(database: Database, clock: Clock) -> None:
    with database.writer.begin() as connection:
        hall_key(connection)
    devices = KnownDevices(database, clock)
    first = given(devices, "", "0101")
    made = [devices.cookie("", "0101") for _ in range(known_devices.MOST_NEW_A_DAY)]
    assert [cookie is None for cookie in made] == [False] * (known_devices.MOST_NEW_A_DAY - 1) + [True]
    assert devices.cookie(first, "0101") and devices.cookie("", "0102")
    clock.now += timedelta(days=1)
    assert devices.cookie("", "0101")


def test_a_reset_at_the_server_lets_somebody_in_again(
    accounts: Accounts, database: Database, clock: Clock, sessions: Sessions
) -> None:
    token = sessions.start(accounts.create("admin", GOOD, "administrator"))
    accounts.set_active("admin", False)
    for place in range(FAILURES_FROM_ANYWHERE):
        refusal(accounts, "admin", "Wrong-pass1", f"10.0.1.{place}")
    password = reset(database, "admin", clock)
    assert accounts.check("admin", password, LogInPlace("10.0.0.5")).must_change
    assert refusal(accounts, "admin", GOOD) == "wrong"
    assert sessions.find(token) is None
    row = next(row for row in AuditLog(database, clock).latest() if row.action == "account-reset")
    assert (row.account, row.subject) == ("command-line", "admin")


def test_the_command_resets_an_account_and_names_those_that_there_are(
    hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_hall = ["--hall", str(hall_folder), "--state", str(tmp_path)]
    database = Database(ledger_in(tmp_path))
    database.open()
    Accounts(database, AuditLog(database, Clock()), Clock()).create("admin", GOOD, "administrator")
    database.close()
    assert account_command(["reset", "nobody", *of_hall]) == 1
    assert "no account 'nobody'; known: admin" in capsys.readouterr().err
    assert account_command(["list", *of_hall]) == 0
    assert capsys.readouterr().out.split() == ["admin", "administrator"]
    assert account_command(["reset", "admin", *of_hall]) == 0
    assert is_strong(capsys.readouterr().out.partition("password: ")[2].split()[0])


@pytest.mark.parametrize("_turn", range(20))
def test_a_made_password_keeps_the_rule(_turn: int) -> None:
    assert is_strong(new_password())


def test_turns_for_strangers_are_few_and_known_devices_have_their_own() -> None:
    async def story() -> tuple[int, int]:
        turns, end, refused = Turns(), asyncio.Event(), 0

        async def hold(who: str) -> None:
            nonlocal refused
            try:
                async with turns.turn(who, known=False):
                    await end.wait()
            except TooManyWait:
                refused += 1

        waiting = [asyncio.create_task(hold(f"10.0.0.{number}")) for number in range(100)]
        await asyncio.sleep(0)
        async with turns.turn("device-1", known=True):
            served = True
        end.set()
        await asyncio.gather(*waiting)
        return refused, served

    assert asyncio.run(story()) == (100 - MOST_WAITING, True)


def test_example_accounts_log_in_only_where_examples_are_allowed(database: Database, clock: Clock, accounts: Accounts) -> None:
    assert "0101" in example_accounts(accounts, ["0101"])
    assert refusal(accounts, "0101", EXAMPLE_PASSWORD) == "wrong"
    demonstration = Accounts(database, AuditLog(database, clock), clock, hasher=QUICK, examples=True)
    assert demonstration.check("0101", EXAMPLE_PASSWORD, LogInPlace("10.0.0.5")).example


def test_a_hall_that_turns_real_after_a_demonstration_gets_an_administrator_of_its_own(accounts: Accounts) -> None:
    example_accounts(accounts, ["0101"])
    password = first_administrator(accounts, written_down=False)
    assert password is not None
    assert accounts.check("admin", password, LogInPlace("10.0.0.5")).must_change
    assert first_administrator(accounts, written_down=True) is None


def test_a_session_does_not_end_during_a_working_day(accounts: Accounts, clock: Clock, sessions: Sessions) -> None:
    token = sessions.start(accounts.create("0101", GOOD, "clerk"))
    for _ in range(3):
        clock.now += LIFE - 60 * SECOND
        assert sessions.find(token) is not None
        sessions.prolong()
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


@pytest.mark.parametrize("name", ["ａdmin", "аdmin", "admin\u200b", "ad min", "", "a" * 65])
def test_no_name_looks_like_another_one(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountRefused, match="name"):
        accounts.create(name, GOOD, "supervisor")


@pytest.mark.parametrize("name", ["0101", "王小明", "x.li-3_@hall"])
def test_names_are_written_in_chinese_or_in_latin_letters(accounts: Accounts, name: str) -> None:
    assert accounts.create(name, GOOD, "supervisor").name == name
