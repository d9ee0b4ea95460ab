"""Speaks the announcements of the hall on one voice, in a thread of its own, and opens the voice again after trouble."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from contract.wire.messages import Announce
from drivers.device_health import USUAL, WELL, DeviceHealth, Timing, trouble
from drivers.ports import DeviceError, Voice
from drivers.voice.line import AnnouncementQueue

LOG = logging.getLogger(__name__)
TAKE_S = 0.5


class Announcer:
    """One voice. `announce` may be called from any thread."""

    def __init__(
        self,
        name: str,
        driver: Voice,
        report: Callable[[DeviceHealth], None],
        *,
        timing: Timing = USUAL,
        line: AnnouncementQueue | None = None,
    ) -> None:
        self.name = name
        self._driver, self._report, self._timing = driver, report, timing
        self._line = line or AnnouncementQueue()
        self._ended = threading.Event()
        self._well = True
        self._thread = threading.Thread(target=self._run, name=f"voice {name}", daemon=True)

    def open(self) -> None:
        """Start to speak."""
        self._thread.start()

    def close(self, timeout_s: float = 3.0) -> None:
        """Fall silent, in the middle of a word."""
        self._ended.set()
        self._driver.close()
        self._thread.join(timeout_s)

    def announce(self, announcement: Announce) -> None:
        """Say it when its turn comes."""
        self._line.put(announcement)

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
        check_at = time.monotonic() + self._timing.check_s
        while not self._ended.is_set():
            announcement = self._line.take(TAKE_S)
            if announcement is not None:
                self._driver.speak(announcement)
            elif time.monotonic() >= check_at:
                self._driver.check()
                check_at = time.monotonic() + self._timing.check_s

    def _is_well(self) -> None:
        if not self._well:
            LOG.info("%s speaks again", self.name)
        self._well = True
        self._report(WELL)

    def _failed(self, error: Exception) -> None:
        if self._ended.is_set():
            return
        if self._well or not isinstance(error, DeviceError):
            LOG.warning("%s: %s", self.name, error, exc_info=not isinstance(error, DeviceError))
        self._well = False
        self._report(trouble(error))
