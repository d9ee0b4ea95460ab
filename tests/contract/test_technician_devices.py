"""The technician's tests of devices that a part of the kiosk holds open: A4 printer, voice, and those that do not work."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Any

import pytest

from contract.configuration.hall import Device
from contract.configuration.hall_files import load
from kiosk.flow.device_test import Result, Tried
from kiosk.ticket_kiosk.a4_print.state import A4PrinterIs, JobIs
from kiosk.ticket_kiosk.a4_print.worker import A4Worker
from kiosk.ticket_kiosk.read_aloud.state import VoiceIs
from kiosk.ticket_kiosk.read_aloud.voice import TEST_SENTENCES, GuideVoice
from tests.contract.ippeve import running_printer

HALL = load(Path(__file__).parents[2] / "assets" / "halls" / "wushan")
WAIT_S = 60


class Events(queue.Queue[Any]):
    """What a part has told; what comes from two of its threads comes in any order."""

    def until(self, kind: type, wanted: Any = lambda _event: True) -> Any:
        """The next event of a kind that is wanted; others wait until they are asked for."""
        passed = []
        while True:
            event = self.get(timeout=WAIT_S)
            if isinstance(event, kind) and wanted(event):
                break
            passed.append(event)
        for other in passed:
            self.put(other)
        return event


def a4(address: str) -> Device:
    return Device(id="a4-1", kind="a4", model="ipp", address=address)


def test_a_test_page_comes_out_of_the_a4_printer_and_without_paper_the_technician_is_told(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_printer(tmp_path_factory.mktemp("ippeve")) as rig:
        rig.paper(100)
        events = Events()
        copier = A4Worker(a4(rig.uri), HALL, tmp_path / "papers")
        copier.open(events.put)
        try:
            events.until(A4PrinterIs, lambda event: event.a4.condition == "ok")
            copier.try_device(events.put)
            assert events.until(Tried) == Tried("a4-1", Result(True))
            events.until(JobIs, lambda event: event.job.state == "done")
            rig.paper(0)
            events.until(A4PrinterIs, lambda event: event.a4.condition == "paper-low")
            copier.try_device(events.put)
            assert events.until(Tried).result == Result(True), "the tray only reports that it is empty"
            events.until(A4PrinterIs, lambda event: event.a4.condition == "paper-out")
            copier.try_device(events.put)
            assert events.until(Tried).result == Result(False, "paper-out")
        finally:
            copier.close()


def test_the_voice_says_a_sentence_in_each_language_and_a_missing_one_says_why(tmp_path: Path) -> None:
    events = Events()
    for model, address in (("espeak-ng", f"wav://{tmp_path}"), ("no-such-model", "wav://nowhere")):
        reader = GuideVoice(Device(id="voice-2", kind="voice", model=model, address=address), HALL, tmp_path)
        reader.open(events.put)
        try:
            condition = events.until(VoiceIs).condition
            reader.try_device(events.put)
            tried = events.until(Tried)
            assert tried.device == "voice-2" and tried.result.well is (condition == "ok")
        finally:
            reader.close()
    assert len(list(tmp_path.rglob("*.wav"))) == len(TEST_SENTENCES)
    assert tried.result.well is False and tried.result.text
