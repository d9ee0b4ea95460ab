"""Speaks the announcements of the hall on one voice, in a thread of its own, and opens the voice again after trouble."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from contract.wire.messages import Announce, Text
from drivers.device_health import USUAL, DeviceHealth, Timing, trouble
from drivers.ports import Busy, DeviceError, DeviceRefused, Voice
from drivers.voice.line import AnnouncementQueue, VoiceTurn
from drivers.voice.missed import MissedCalls
from drivers.voice.wording import worded

LOG = logging.getLogger(__name__)
TAKE_S = 0.5


class Announcer:
    """One voice. `line` holds what it has to say; any thread may put calls there. `brief` gives a call's short text;
    `saying` is told which calls are being said, and of none when nothing is said any more."""

    def __init__(
        self,
        name: str,
        driver: Voice,
        report: Callable[[DeviceHealth], None],
        *,
        brief: Callable[[Announce], Text] = lambda call: call.texts,
        saying: Callable[[Sequence[Announce]], None] = lambda _calls: None,
        timing: Timing = USUAL,
        line: AnnouncementQueue | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.line = AnnouncementQueue() if line is None else line
        self.missed = MissedCalls(name, self.line, clock=clock)
        self._driver, self._report, self._timing = driver, report, timing
        self._brief, self._saying, self._clock = brief, saying, clock
        self._ended = threading.Event()
        self._trouble: DeviceHealth | None = None
        self._thread = threading.Thread(target=self._run, name=f"voice {name}", daemon=True)

    def open(self) -> None:
        """Start to speak."""
        self._thread.start()

    def close(self, timeout_s: float = 3.0) -> None:
        """Fall silent, in the middle of a word."""
        self._ended.set()
        self._driver.close()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        backoff = self._timing.backoff()
        while not self._ended.is_set():
            try:
                self._driver.open()
                self._is_well()
                backoff.reset()
                self._speak()
            except Exception as error:  # a voice that fails is tried again for as long as the hall is open
                self._failed(error)
                self._driver.close()
                self._ended.wait(backoff.next())

    def _speak(self) -> None:
        """Speak until the end. Raise DeviceError."""
        check_at = self._clock() + self._timing.check_s
        while not self._ended.is_set():
            turn = self.line.take(TAKE_S)
            if turn is not None:
                self._say(turn)
                self.line.said()
            elif self._clock() >= check_at:
                self._driver.check()
                check_at = self._clock() + self._timing.check_s
            self.missed.look()
            self._report(self.missed.health())

    def _say(self, turn: VoiceTurn) -> None:
        """Say a turn to its end. Raise DeviceError."""
        self._saying(turn.calls)
        try:
            self._driver.speak(worded(turn, self._driver.languages, self._brief))
        finally:
            self._saying(())

    def _is_well(self) -> None:
        if self._trouble is not None:
            LOG.info("%s speaks again", self.name)
        self._trouble = None
        self._report(self.missed.health())

    def _failed(self, error: Exception) -> None:
        if self._ended.is_set():
            return
        self.line.not_said(refused=isinstance(error, DeviceRefused) and not isinstance(error, Busy))
        if self._trouble is None or not isinstance(error, DeviceError):
            LOG.warning("%s: %s", self.name, error, exc_info=not isinstance(error, DeviceError))
        self._trouble = trouble(error)
        self.missed.look()
        self._report(self._trouble)
