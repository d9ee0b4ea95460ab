"""A technician's code opens one terminal once, within ten minutes, after few wrong tries; and no other terminal's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contract.totp import matching_step
from queue_server.main import main
from queue_server.privacy import Sealer, key
from queue_server.technician_codes import repository
from queue_server.technician_codes.action_log import MOST_AN_HOUR
from tests.bed import Bed, Clock
from tests.ledgers import ledger_in
from tests.small_hall import write_hall

TWO_MORE = """
[[terminal]]
id = "kiosk-2"
role = "hall"

[[terminal]]
id = "screen-1"
role = "screen"
"""
AT_KIOSK = "kiosk-1-0badcafe"


@pytest.fixture
def terminals(tmp_path: Path, database_url: str) -> Iterator[Bed]:
    folder = write_hall(tmp_path / "hall")
    with (folder / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(TWO_MORE)
    bed = Bed(folder, database_url).open()
    bed.actor = AT_KIOSK
    yield bed
    bed.close()


def made(bed: Bed, terminal: str = "kiosk-1") -> str:
    with bed.database.writer.begin() as connection:
        return repository.new_code(connection, bed.ledger.signer, terminal, "technician", bed.clock.now)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def try_code(bed: Bed, code: str) -> str:
    return bed.refused("check-technician-code", code=code)


def events(bed: Bed) -> list[str]:
    return [kind for (kind,) in bed.rows("SELECT type FROM events ORDER BY id") if kind.startswith("technician-")]


def test_a_code_opens_its_terminal_once(terminals: Bed) -> None:
    code = made(terminals)
    assert len(code) == 8 and terminals.ok("check-technician-code", code=code) == {"technician": "technician"}
    assert try_code(terminals, code) == "not-authorised"
    assert events(terminals) == ["technician-entered", "technician-refused"]


def test_a_lost_answer_is_given_again_and_uses_no_code_up_twice(terminals: Bed) -> None:
    code = made(terminals)
    for _ in range(2):
        assert terminals.ask("check-technician-code", "one-and-the-same-id", code=code).status == "ok"
    assert events(terminals) == ["technician-entered"]


def test_a_code_opens_no_other_terminal_and_nobody_else_may_ask(terminals: Bed) -> None:
    code = made(terminals)
    for actor in ("kiosk-2-0badcafe", "screen-1", "devices-1", "somebody", "kiosk-1-", "kiosk-1-not-hexa"):
        terminals.actor = actor
        assert try_code(terminals, code) == "not-authorised", actor
    terminals.actor = "kiosk-1"
    assert terminals.ok("check-technician-code", code=code), "with TLS the name of the terminal is the whole client id"


def test_a_code_ends_after_ten_minutes_and_with_the_next_one(terminals: Bed) -> None:
    first = made(terminals)
    terminals.clock.advance(minutes=9, seconds=59)
    second = made(terminals)
    assert try_code(terminals, first) == "not-authorised"
    terminals.clock.advance(minutes=10)
    assert try_code(terminals, second) == "not-authorised"


def test_after_five_wrong_tries_the_right_code_is_worthless_until_the_desk_makes_another(terminals: Bed) -> None:
    code = made(terminals)
    assert [try_code(terminals, wrong(code)) for _ in range(6)] == ["not-authorised"] * 5 + ["limit-reached"]
    assert try_code(terminals, code) == "limit-reached"
    terminals.clock.advance(minutes=121)
    assert try_code(terminals, code) == "not-authorised"
    for _ in range(4):
        try_code(terminals, wrong(code))
    assert terminals.ok("check-technician-code", code=made(terminals))


def test_the_code_is_nowhere_in_the_database(terminals: Bed) -> None:
    code = made(terminals)
    terminals.ok("check-technician-code", code=code)
    kept = made(terminals)
    rows: list[Any] = [
        row for table in ("technician_codes", "events", "requests") for row in terminals.rows(f"SELECT * FROM {table}")
    ]
    assert rows and code not in repr(rows) and kept not in repr(rows)


def test_a_terminal_is_told_its_own_secret_and_the_answer_is_not_kept(terminals: Bed) -> None:
    first = terminals.ok("fetch-technician-secret")["secret"]
    assert terminals.ok("fetch-technician-secret")["secret"] == first, "after a restart and from another server it is the same"
    terminals.actor = "kiosk-2"
    assert terminals.ok("fetch-technician-secret")["secret"] != first
    terminals.actor = "devices-1"
    assert terminals.refused("fetch-technician-secret") == "not-authorised"
    assert not any(first.encode() in bytes(answer) for (answer,) in terminals.rows("SELECT answer FROM requests"))


@pytest.mark.parametrize("code", ["1234567", "123456789", "1234567x", ""])
def test_what_cannot_be_a_code_is_a_bad_request(terminals: Bed, code: str) -> None:
    assert try_code(terminals, code) == "bad-request"
    assert events(terminals) == []


def test_on_the_servers_machine_a_command_shows_codes_that_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hall = write_hall(tmp_path / "hall")
    common = ["technician-code", "--hall", str(hall), "--state", str(tmp_path)]
    assert main([*common, "--terminal", "kiosk-1"]) == 0
    once, offline = (line.split()[-1] for line in capsys.readouterr().out.splitlines())
    bed = Bed(
        hall, ledger_in(tmp_path, Sealer(key(tmp_path))), clock=Clock(datetime.now(UTC)), sealer=Sealer(key(tmp_path))
    ).open()
    bed.actor = "kiosk-1"
    try:
        secret = bytes.fromhex(bed.ok("fetch-technician-secret")["secret"])
        assert matching_step(secret, offline, bed.clock.now.timestamp()) is not None
        assert bed.ok("check-technician-code", code=once) == {"technician": "server"}
    finally:
        bed.close()
    assert main([*common, "--terminal", "devices-1"]) == 1
    assert "known there: kiosk-1" in capsys.readouterr().err


DIARY = "0badcafe-0000-4000-8000-000000000000"


def acts(*numbers: int, act: str = "viewed") -> list[dict[str, Any]]:
    return [{"number": n, "at": "2026-11-22T23:59:00+08:00", "act": act, "subject": f"page-{n}"} for n in numbers]


def did(bed: Bed) -> list[str]:
    """The subjects in the log, in order."""
    rows = bed.rows("SELECT body FROM events WHERE type = 'technician-did' ORDER BY id")
    return [(body if isinstance(body, dict) else json.loads(body))["subject"] for (body,) in rows]


def test_what_was_done_without_the_server_comes_to_the_log_once_whatever_happens_to_answers(terminals: Bed) -> None:
    assert terminals.ok("tell-technician-acts", diary=DIARY, acts=acts(1, 2)) == {"known": 2}
    assert terminals.ok("tell-technician-acts", diary=DIARY, acts=acts(1, 2)) == {"known": 2}, "the answer was lost"
    assert terminals.ok("tell-technician-acts", diary=DIARY, acts=acts(2, 4, 3)) == {"known": 4}
    assert did(terminals) == ["page-1", "page-2", "page-3", "page-4"]
    again = terminals.again()
    assert again.ok("tell-technician-acts", diary=DIARY, acts=acts(4, 5)) == {"known": 5}, "also after a restart"
    again.actor = "kiosk-2"
    assert again.ok("tell-technician-acts", diary=DIARY, acts=acts(1)) == {"known": 1}, "every terminal counts for itself"
    again.actor = AT_KIOSK
    other = DIARY.replace("cafe", "beef")
    assert again.ok("tell-technician-acts", diary=other, acts=acts(1)) == {"known": 1}, "a new diary begins at 1"


def test_a_terminal_adds_so_many_acts_to_the_log_in_an_hour_and_what_is_beyond_becomes_an_alert(terminals: Bed) -> None:
    for first in range(1, MOST_AN_HOUR, 50):
        terminals.ok("tell-technician-acts", diary=DIARY, acts=acts(*range(first, first + 50)))
    again = terminals.again()
    for diary in (DIARY, DIARY.replace("cafe", "beef")):
        assert again.refused("tell-technician-acts", diary=diary, acts=acts(MOST_AN_HOUR + 1)) == "limit-reached"
        assert again.changes.flooding == {"kiosk-1"}
    assert len(did(again)) == MOST_AN_HOUR, "also with another diary, and after a restart"
    again.clock.advance(hours=1)
    assert again.ok("tell-technician-acts", diary=DIARY, acts=acts(MOST_AN_HOUR + 1)) == {"known": MOST_AN_HOUR + 1}


def test_nobody_else_tells_of_a_terminals_technician(terminals: Bed) -> None:
    terminals.actor = "devices-1"
    assert terminals.refused("tell-technician-acts", diary=DIARY, acts=acts(1)) == "not-authorised"
    terminals.actor = AT_KIOSK
    assert terminals.refused("tell-technician-acts", diary=DIARY, acts=acts(1, act="danced")) == "bad-request"
    assert did(terminals) == []
