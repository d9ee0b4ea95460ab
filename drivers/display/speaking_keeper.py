"""Keeps a display that has a voice of its own: it shows what the hall wants, and says the calls of its window.

A call is said as any voice says it (drivers/voice): not before its text is on the display, once, again when the display was
away, and not when it is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from contract.wire.messages import Announce, DisplayDesired, Text
from drivers.device_health import USUAL, DeviceHealth, Timing
from drivers.display.keeper import DisplayKeeper, Report
from drivers.ports import Busy, DeviceRefused, SpeakingDisplay
from drivers.voice.line import AnnouncementQueue
from drivers.voice.missed import MissedCalls
from drivers.voice.wording import worded

SETTLES_S = 0.5
"""A call and the text for it come in either order: the text is shown first."""


class WindowLine(AnnouncementQueue):
    """The calls of one window, of all windows when `window` is None. `news` is told of each that comes."""

    def __init__(self, window: str | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock=clock)
        self._window = window
        self.news: Callable[[], None] = lambda: None

    def put(self, call: Announce, *, after_s: float = 0.0) -> None:
        if self._window in (None, call.window):
            super().put(call, after_s=max(after_s, SETTLES_S))
            self.news()


class SpeakingKeeper(DisplayKeeper):
    """One display with a voice. `line` holds what it has to say; any thread may put calls there."""

    def __init__(
        self,
        name: str,
        driver: SpeakingDisplay,
        report: Report,
        *,
        window: str | None,
        brief: Callable[[Announce], Text],
        timing: Timing = USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, driver, report, timing=timing, clock=clock)
        self.line = WindowLine(window, clock=clock)
        self.missed = MissedCalls(name, self.line, clock=clock)
        self._voice, self._brief = driver, brief
        self._silent_at = 0.0
        """When it has finished what it says."""

    def due(self) -> tuple[float, bool, bool]:
        at, trouble, routine = super().due()
        say_at = self._say_at()
        return (say_at, trouble, False) if say_at <= at else (at, trouble, routine)

    def failed(self, error: Exception) -> None:
        self.line.not_said(refused=isinstance(error, DeviceRefused) and not isinstance(error, Busy))
        super().failed(error)

    def _do(self, wanted: DisplayDesired | None, now: float) -> None:
        if now >= self._say_at():
            self._say()
        else:
            super()._do(wanted, now)

    def _say_at(self) -> float:
        """When the next call is to be said: behind the text that is wanted, and behind what is being said."""
        if not self._is_open or self._shown is None or self._shown is not self._wanted:
            return float("inf")
        return max(self.line.next_at(), self._free_at, self._silent_at)

    def _say(self) -> None:
        turn = self.line.take(0)
        if turn is not None and self._shown is not None:
            seconds = self._voice.say(worded(turn, self._voice.languages, self._brief), self._shown)
            self.line.said()
            self._written_at = self._clock()
            self._free_at = self._written_at + self._driver.min_interval_s
            self._silent_at = self._written_at + seconds
        self._look_for_missed()

    def _check(self) -> None:
        super()._check()
        self._look_for_missed()

    def _look_for_missed(self) -> None:
        if self.missed.look():
            self._is_well(None if self._shown is None else self._shown.seq)

    def _health(self) -> DeviceHealth:
        return self.missed.health()
