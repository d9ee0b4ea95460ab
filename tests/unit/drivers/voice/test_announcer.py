"""A voice at work: what fails is said again, what is lost is told."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from contract.wire.messages import Announce, Text
from drivers.device_health import DeviceHealth, Timing
from drivers.ports import DeviceError, DeviceRefused, InUse, NoReply, Voice
from drivers.voice.announcer import Announcer
from drivers.voice.line import AnnouncementQueue
from tests.programs import PATIENCE_S

QUICK = Timing(first_retry_s=0.001, longest_retry_s=0.001)


def call(number: str, window: str = "01") -> Announce:
    return Announce(1, window, number, Text(f"请{number}号", f"Number {number}"))


class Mouth(Voice):
    """A voice that keeps what it says; each of `troubles` is raised once, in the middle of a word."""

    def __init__(self, *troubles: DeviceError) -> None:
        self.languages = ["zh", "en"]
        self.troubles = deque(troubles)
        self.cannot = ""
        self.said: list[str] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def check(self) -> None: ...

    def speak(self, announcement: Announce) -> None:
        if self.troubles:
            raise self.troubles.popleft()
        if self.cannot and self.cannot in announcement.texts.zh:
            raise DeviceRefused("no recording says it")
        self.said.append(announcement.number)


class Stage:
    def __init__(self, mouth: Mouth, line: AnnouncementQueue | None = None) -> None:
        self.health: list[DeviceHealth] = []
        self.news = threading.Condition()
        self.mouth = mouth
        self.saying: list[list[str]] = []
        self.voice = Announcer("voice-1", mouth, self._report, saying=self._says, timing=QUICK, line=line)

    def _says(self, calls: Sequence[Announce]) -> None:
        self.saying.append([call.number for call in calls])

    def _report(self, health: DeviceHealth) -> None:
        with self.news:
            self.health.append(health)
            self.news.notify_all()

    def until(self, condition: Callable[[], bool]) -> bool:
        with self.news:
            return self.news.wait_for(condition, PATIENCE_S)


def test_a_call_during_which_the_device_fell_silent_is_said_when_it_is_back():
    for trouble in (NoReply("silent"), InUse("another program has the sound card")):
        stage = Stage(Mouth(trouble, trouble))
        stage.voice.line.put(call("A001"))
        stage.voice.open()
        assert stage.until(lambda said=stage.mouth.said: said == ["A001"])
        assert stage.until(lambda told=stage.health: told[-1].state == "ok")
        assert stage.voice.missed.count == 0 and any(told.state in ("no-reply", "in-use") for told in stage.health)
        stage.voice.close()


def test_what_cannot_be_said_is_counted_and_told_with_its_number_and_the_others_are_said():
    mouth = Mouth()
    mouth.cannot = "A002"
    stage = Stage(mouth)
    for place in range(1, 10):
        stage.voice.line.put(call(f"A00{place}", f"0{place}"))
    stage.voice.open()
    assert stage.until(lambda: stage.health[-1:] == [DeviceHealth("calls-missed", "A002 → 02")])
    assert stage.until(lambda: len(stage.voice.line) == 0)
    assert sorted("-".join(mouth.said).split("-")) == [f"A00{place}" for place in range(1, 10) if place != 2]
    assert stage.voice.missed.count == 1
    stage.voice.close()


def test_a_voice_that_stays_silent_tells_how_it_is_and_then_what_was_missed():
    now = [0.0]
    mouth = Mouth(*[NoReply("silent")] * 3)
    stage = Stage(mouth, AnnouncementQueue(life_s=60, clock=lambda: now[0]))
    stage.voice.line.put(call("A001"))
    now[0] = 61
    stage.voice.line.put(call("B001", "02"))
    stage.voice.open()
    assert stage.until(lambda: mouth.said == ["B001"] and stage.health[-1].state == "calls-missed")
    assert stage.health[-1].detail == "A001 → 01"
    stage.voice.close()


def test_screens_are_told_what_is_said_and_when_it_has_ended_also_badly():
    stage = Stage(Mouth(NoReply("silent")))
    stage.voice.line.put(call("A001"))
    stage.voice.open()
    assert stage.until(lambda: stage.mouth.said == ["A001"])
    stage.voice.close()
    assert stage.saying == [["A001"], [], ["A001"], []]
