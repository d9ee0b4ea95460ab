"""The diary of a terminal keeps what a technician did until the hall's log has it, over restarts and broken files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.service_pages.action_log import MOST_KEPT, NAME, ActionLog
from kiosk.service_pages.events import Forget, Note
from kiosk.service_pages.state import UnreportedActs

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def opened(folder: Path, told: list[Any]) -> ActionLog:
    diary = ActionLog(folder, lambda: NOW)
    diary.open(told.append)
    return diary


def test_acts_outlive_the_program_and_are_numbered_on(tmp_path: Path) -> None:
    told: list[UnreportedActs] = []
    diary = opened(tmp_path / "state", told)
    assert told[-1].acts == ()
    diary.perform(Note("entered-offline"), told.append)
    diary.perform(Note("tested", "printer-1", "paper-out"), told.append)
    again: list[UnreportedActs] = []
    diary = opened(tmp_path / "state", again)
    assert again == [told[-1]] and [act["number"] for act in again[0].acts] == [1, 2]
    expected = {"number": 2, "at": "2026-11-22T09:30:00+08:00", "act": "tested", "subject": "printer-1", "result": "paper-out"}
    assert again[0].acts[1] == expected
    diary.perform(Forget(again[0].diary, 1), again.append)
    assert [act["number"] for act in again[-1].acts] == [2]
    diary.perform(Forget(again[0].diary, 2), again.append)
    diary.perform(Note("left"), again.append)
    assert [act["number"] for act in again[-1].acts] == [3], "numbers are never used twice"
    diary.perform(Forget("another diary", 99), again.append)
    assert [act["number"] for act in again[-1].acts] == [3]


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"id": "x", "last": 1, "acts": []}'])
def test_a_file_that_cannot_be_read_is_begun_anew_under_another_name(tmp_path: Path, broken: str) -> None:
    (tmp_path / NAME).write_text(broken)
    told: list[UnreportedActs] = []
    opened(tmp_path, told).perform(Note("left"), told.append)
    assert json.loads((tmp_path / NAME).read_text())["id"] == told[-1].diary and [act["number"] for act in told[-1].acts] == [1]


def test_a_disk_that_takes_nothing_does_not_keep_the_technician_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    told: list[UnreportedActs] = []
    opened(tmp_path / "state", told).perform(Note("left"), told.append)
    assert len(told[-1].acts) == 1 and "cannot be written" in caplog.text


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    told: list[UnreportedActs] = []
    diary = opened(tmp_path, told)
    (tmp_path / NAME).write_text(
        json.dumps({"id": told[0].diary, "last": MOST_KEPT, "acts": [{"number": n} for n in range(1, MOST_KEPT + 1)]})
    )
    diary = opened(tmp_path, told)
    diary.perform(Note("left"), told.append)
    assert len(told[-1].acts) == MOST_KEPT and told[-1].acts[-1]["number"] == MOST_KEPT + 1
