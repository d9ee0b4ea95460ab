"""A citizen asks how a case stands: cases come in by a file, the kiosk's flow asks the real server over the real broker."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.wire import codec, messages
from kiosk.flow.event import Answered, Ask, Connected, Received
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.case_progress.state import OpenCaseQuery, SubmitCaseQuery
from kiosk.ticket_kiosk.events import GoHome
from kiosk.ticket_kiosk.state import Business, KioskState, Setting
from kiosk.ticket_kiosk.typed_number import FieldTyped, PickField
from link import Link
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, Watcher

NAME, PERSON = "欧阳娜娜", "620524199001010011"
CASE = {
    "number": "WS-20261120-1",
    "item": "食品经营许可",
    "state": "examining",
    "department": "市场监管局",
    "applicant": NAME,
    "id_last_four": "001X",
    "person": PERSON,
    "received_on": str(date.today() - timedelta(days=3)),
    "promised_on": str(date.today() + timedelta(days=30)),
    "handler": "工号0103",
    "contact": "0938-0000102",
}


class Kiosk:
    """The flow of the hall kiosk on a real connection: what it asks is sent, what comes back it is told."""

    def __init__(self, link: Link, status: messages.ServerStatus) -> None:
        self.link = link
        self.state: KioskState = flow.first(Setting("kiosk-1", (Business("household", "personal"),)), uuid.uuid4())
        self.answers: list[str] = []
        self.does(Connected(True), Received(("server", "status"), status))

    def does(self, *events: Any) -> KioskState:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            for effect in effects:
                if isinstance(effect, Ask):
                    answer = self.link.request(effect.verb, effect.body, request_id=effect.request_id, timeout_s=60).result()
                    self.answers.append(str(answer))
                    self.does(Answered(effect.request_id, answer))
        return self.state

    def asks(self, number: str, last_four: str) -> KioskState:
        """What somebody types, from the home page on."""
        typed = (OpenCaseQuery(), PickField("number"), FieldTyped(number), PickField("last_four"), FieldTyped(last_four))
        return self.does(GoHome(), *typed, SubmitCaseQuery())


def taken_in(hall: Path, server: RunningServer, file: Path) -> subprocess.CompletedProcess[str]:
    """What the command says of a file with cases."""
    where = ("--hall", str(hall), "--state", str(server.state))
    command = [sys.executable, "-m", "queue_server.main", "case", "import", str(file), *where]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.fixture
def kiosk(broker: PrivateBroker, server: RunningServer) -> Iterator[Kiosk]:
    link = broker.link()
    watcher = Watcher(link, "server/status")
    link.open()
    yield Kiosk(link, codec.decode(watcher.wait("server/status", "ready"), messages.ServerStatus))
    link.close()


def test_a_case_from_a_file_is_found_by_number_and_last_four_and_shown_masked(
    kiosk: Kiosk, hall_folder: Path, server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([CASE]), encoding="utf-8")
    assert taken_in(hall_folder, server, file).returncode == 0
    state = kiosk.asks("ws-20261120-1", "001x")
    assert (state.page, state.shown) == ("case", "case")
    assert state.case_query.case is not None
    assert (state.case_query.case.item, state.case_query.case.number) == (CASE["item"], CASE["number"])
    assert not any(secret in answer for answer in kiosk.answers for secret in (NAME, PERSON, "001X")), "masked on the wire"
    assert NAME not in server.log and PERSON not in server.log
    assert kiosk.does(GoHome()).case_query.case is None


def test_wrong_last_four_and_unknown_numbers_sound_alike_and_do_not_go_on_for_ever(
    kiosk: Kiosk, hall_folder: Path, server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([CASE]), encoding="utf-8")
    assert taken_in(hall_folder, server, file).returncode == 0
    wrong = kiosk.asks(CASE["number"], "0019")
    assert (wrong.page, wrong.case_query.case, wrong.case_query.last_four) == ("progress", None, "")
    unknown = kiosk.asks("WS-99999999-9", "0019")
    assert wrong.case_query.refusal == unknown.case_query.refusal is not None
    for _ in range(5):
        kiosk.asks(CASE["number"], "0018")
    assert kiosk.asks(CASE["number"], "001X").page == "progress", "after so many guesses not even the right one is answered"


def test_a_file_with_one_bad_case_changes_nothing(
    kiosk: Kiosk, hall_folder: Path, server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([CASE, CASE | {"number": "WS-2", "state": "lost"}]), encoding="utf-8")
    refused = taken_in(hall_folder, server, file)
    assert refused.returncode != 0 and "state" in refused.stderr
    assert kiosk.asks(CASE["number"], "001X").case_query.case is None
