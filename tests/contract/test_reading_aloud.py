"""The kiosk's voice with real speech of espeak-ng: what it reads, when it falls silent, what it says of itself."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.configuration.hall import Device
from contract.configuration.hall_files import load
from contract.guides.english import told
from contract.texts import texts
from drivers.voice.sound import read_wav
from kiosk.ticket_kiosk.guides.speech import in_languages, sentences
from kiosk.ticket_kiosk.guides.state import SECTIONS
from kiosk.ticket_kiosk.read_aloud.state import ReadGuide, ReadingEnded, ReadsNow, StopReading, VoiceIs
from kiosk.ticket_kiosk.read_aloud.voice import GuideVoice
from kiosk.ui.page_context import PageContext
from kiosk.ui.theme import Look, Mode
from queue_server.catalogue.load import load as load_catalogue

WUSHAN = Path(__file__).parents[2] / "assets" / "halls" / "wushan"
HALL = load(WUSHAN)
ITEM = max(load_catalogue(WUSHAN).items, key=lambda item: len(item.materials))
WAIT_S = 60


class Kiosk:
    """A reader, and the events that it sends."""

    def __init__(self, address: str, folder: Path, model: str = "espeak-ng") -> None:
        self.folder = folder
        self.reader = GuideVoice(Device(id="voice-2", kind="voice", model=model, address=address), HALL, folder)
        self.events: queue.Queue[Any] = queue.Queue()

    def tell(self, effect: Any) -> None:
        self.reader.perform(effect, self.events.put)

    def until(self, wanted: Callable[[Any], bool]) -> list[Any]:
        """The events up to the one that is wanted."""
        found: list[Any] = []
        while not found or not wanted(found[-1]):
            found.append(self.events.get(timeout=WAIT_S))
        return found

    def said(self) -> list[Path]:
        return sorted(self.folder.rglob("*.wav"))


@pytest.fixture
def kiosk_at(tmp_path: Path) -> Iterator[Callable[..., Kiosk]]:
    opened: list[Kiosk] = []

    def opened_at(address: str, model: str = "espeak-ng") -> Kiosk:
        kiosk = Kiosk(address, tmp_path, model)
        kiosk.reader.open(kiosk.events.put)
        opened.append(kiosk)
        return kiosk

    yield opened_at
    for kiosk in opened:
        kiosk.reader.close()


SLOW = "emulator://voice?pace=100"
"""An emulated voice that speaks on for minutes unless it is ended."""


def test_a_guide_is_read_to_its_end_section_by_section(kiosk_at: Callable[..., Kiosk], tmp_path: Path) -> None:
    kiosk = kiosk_at(f"wav://{tmp_path}")
    kiosk.tell(ReadGuide(1, ITEM, ("summary", "flow"), Mode()))
    events = kiosk.until(lambda event: event == ReadingEnded(1))
    assert events[0] == VoiceIs("ok")
    sections = [event.section for event in events if isinstance(event, ReadsNow)]
    assert sections == sorted(sections, key=("summary", "flow").index)
    assert set(sections) == {"summary", "flow"}
    sounds = [read_wav(path) for path in kiosk.said()]
    assert len(sounds) == len(sections)
    assert sum(sound.seconds for sound in sounds) > 10
    assert all(max(map(abs, sound.samples)) > 3000 for sound in sounds), "every piece can be heard"


def test_elder_mode_is_read_more_slowly(kiosk_at: Callable[..., Kiosk], tmp_path: Path) -> None:
    kiosk = kiosk_at(f"wav://{tmp_path}")
    lengths = []
    for turn, mode in enumerate((Mode(), Mode(elder=True)), 1):
        before = len(kiosk.said())
        kiosk.tell(ReadGuide(turn, ITEM, ("summary",), mode))
        kiosk.until(lambda event, turn=turn: event == ReadingEnded(turn))
        lengths.append(sum(read_wav(path).seconds for path in kiosk.said()[before:]))
    assert lengths[1] > lengths[0] * 1.08


def test_it_falls_silent_at_once_and_reads_again_when_asked(kiosk_at: Callable[..., Kiosk]) -> None:
    kiosk = kiosk_at(SLOW)
    kiosk.tell(ReadGuide(1, ITEM, SECTIONS, Mode()))
    kiosk.until(lambda event: isinstance(event, ReadsNow))
    began = time.monotonic()
    kiosk.tell(StopReading())
    assert time.monotonic() - began < 60, "the screen does not wait for the voice"
    kiosk.until(lambda event: event == ReadingEnded(1))
    assert len(kiosk.said()) <= 1
    kiosk.tell(ReadGuide(2, ITEM, ("summary",), Mode()))
    assert kiosk.until(lambda event: isinstance(event, ReadsNow))[-1] == ReadsNow(2, "summary")


def test_another_guide_is_read_instead_of_the_first(kiosk_at: Callable[..., Kiosk]) -> None:
    kiosk = kiosk_at(SLOW)
    kiosk.tell(ReadGuide(1, ITEM, SECTIONS, Mode()))
    kiosk.until(lambda event: isinstance(event, ReadsNow))
    kiosk.tell(ReadGuide(2, ITEM, ("questions",), Mode()))
    events = kiosk.until(lambda event: isinstance(event, ReadsNow) and event.turn == 2)
    assert ReadingEnded(1) in events


@pytest.mark.parametrize(
    ("address", "model", "condition"),
    [("alsa:///no-such-card", "espeak-ng", "not-found"), ("wav:///x", "recorded", "misconfigured")],
)
def test_a_voice_that_cannot_read_says_so(
    kiosk_at: Callable[..., Kiosk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, model: str, condition: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no program that speaks or plays is there
    assert kiosk_at(address, model).events.get(timeout=WAIT_S) == VoiceIs(condition)


# --- what is read ----------------------------------------------------------------------------------------------------


def context(language: str) -> PageContext:
    return PageContext(Look(1, 1, Mode(language)), HALL, texts(language), lambda _event: None)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_section_of_every_guide_has_something_to_be_heard(language: str) -> None:
    for item in load_catalogue(WUSHAN).items:
        for section in SECTIONS:
            heard = sentences(context(language), told(item, {}, language), section, None, ())
            assert len(heard) >= (2 if section != "questions" or item.faq else 1)
            assert item.code not in "".join(heard)


def test_on_the_english_page_english_and_chinese_have_each_their_voice() -> None:
    parts = in_languages(context("en"), "Where: 县政务服务中心01号窗口")
    assert parts == [("Where:", "en"), ("县政务服务中心01号窗口", "zh")]
    assert in_languages(context("en"), "Bring: Resident ID card") == [("Bring: Resident ID card", "en")]
    assert in_languages(context("zh"), "登录App办理") == [("登录App办理", "zh")]
