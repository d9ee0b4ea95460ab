"""Keeps one display showing what the hall wants: the newest state, never an older one; after trouble the present one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import msgspec

from contract.wire.messages import DisplayDesired
from drivers.device_health import USUAL, WELL, DeviceHealth, Timing, trouble
from drivers.ports import DeviceError, Display, GaveWay

LOG = logging.getLogger(__name__)
BLINK_S = 0.5
HOLD_S = 0.7
"""So long a display that takes no quick changes keeps back what is no call: a clerk who has finished calls the next one, and
that call must not wait for a greeting."""
DELAY_S, DELAY_EVERY_S = 0.3, 60.0
"""So much of each minute a display that does not answer may take from others on its line that have news,"""
PROBE_S = 0.05
"""of which asking whether it is back takes so much."""
Report = Callable[[DeviceHealth, int | None], None]
"""Takes the health and the `seq` of what is shown, None before anything is."""


class DisplayKeeper:
    """One display. `want` may be called from any thread; the rest belongs to the thread of its line (drivers/bus.py)."""

    def __init__(
        self,
        name: str,
        driver: Display,
        report: Report,
        *,
        timing: Timing = USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._driver, self._report, self._check_s, self._clock = driver, report, timing.check_s, clock
        self.line_gap_s = driver.line_gap_s
        self._lock = threading.Lock()
        self._wanted: DisplayDesired | None = None
        self._wanted_at = 0.0
        """Since when something else is wanted than what is shown."""
        self._shown: DisplayDesired | None = None
        self._on_panel: tuple[object, ...] | None = None
        """What the display itself shows; None when that is not known."""
        self._lit = True
        self._is_open = False
        self._well = True
        self._backoff = timing.backoff()
        self._delays: list[tuple[float, float]] = []
        """When, and for how long, others on the line waited for nothing."""
        self._retry_at = self._free_at = self._check_at = self._written_at = 0.0

    def want(self, desired: DisplayDesired) -> None:
        """From now on `desired` is what it should show; what was not shown yet is forgotten."""
        with self._lock:
            if self._wanted is self._shown:
                self._wanted_at = self._clock()
            self._wanted = desired

    def due(self) -> tuple[float, bool, bool]:
        """For the line: when, whether in trouble, whether without news."""
        if not self._is_open:
            return self._retry_at, not self._well, False
        if self._wanted is not self._shown:
            return self._show_at(), not self._well, False
        blink_at = self._blink_at()
        if blink_at <= self._check_at:
            return blink_at, not self._well, self._lit
        return self._check_at, not self._well, True

    def serve(self) -> None:
        """Open, show, blink or check, whatever is due. Trouble is reported, not raised."""
        began = self._clock()
        try:
            if not self._is_open:
                self._open()
            with self._lock:
                wanted = self._wanted
            self._do(wanted, self._clock())
        except Exception as error:  # whatever happens in one driver, the other devices of the line go on
            if isinstance(error, GaveWay):
                delay_s = error.silent_s if self._well else self._clock() - began
                self._delays.append((self._clock(), delay_s))
            self.failed(error)

    def close(self) -> None:
        """Let the device go; it keeps what it shows."""
        self._is_open = False
        self._driver.close()

    def _do(self, wanted: DisplayDesired | None, now: float) -> None:
        if wanted is not None and wanted is not self._shown and now >= self._show_at():
            self._show(wanted)
        elif now >= self._blink_at():
            self._blink()
        elif now >= self._check_at:
            self._check()

    def _open(self) -> None:
        self._driver.open()
        self._is_open = True
        self._on_panel = self._shown = None
        self._check_at = self._clock() + self._check_s
        if self._wanted is None:
            self._is_well(None)

    def _show_at(self) -> float:
        """When what is wanted may be written."""
        wanted, shown = self._wanted, self._shown
        if shown is None or wanted is None or _blinks(wanted) or self._driver.min_interval_s < HOLD_S:
            return self._free_at
        return max(self._free_at, self._wanted_at + HOLD_S)

    def _show(self, desired: DisplayDesired) -> None:
        self._lit = True
        if _blinks(desired) or self._looks(desired) != self._on_panel:
            self._write(desired)
        self._shown = desired
        self._is_well(desired.seq)

    def _blink(self) -> None:
        assert self._shown is not None
        self._lit = not self._lit
        self._write(self._shown if self._lit else _dark(self._shown))

    def _blink_at(self) -> float:
        shown = self._shown
        if shown is None or self._driver.blinks or not _blinks(shown) or self._driver.stays_lit(shown):
            return float("inf")
        return self._free_at + max(0.0, BLINK_S - self._driver.min_interval_s)

    def _write(self, desired: DisplayDesired) -> None:
        self._on_panel = None
        self._driver.show(desired)
        self._on_panel = self._looks(desired)
        self._written_at = self._clock()
        self._free_at = self._written_at + self._driver.min_interval_s
        self._check_at = self._written_at + self._check_s

    def _check(self) -> None:
        self._driver.check()
        self._check_at = self._clock() + self._check_s
        if self._shown is not None and self._clock() >= self._written_at + self._driver.refresh_s:
            self._write(self._shown if self._lit else _dark(self._shown))
        if not self._well:
            self._is_well(None if self._shown is None else self._shown.seq)

    def _looks(self, desired: DisplayDesired) -> tuple[object, ...]:
        """What can be seen of it: a text that is lit while it blinks looks like one that holds."""
        effects = ("scroll", "blink") if self._driver.blinks else ("scroll",)
        return desired.brightness, *((d.text, d.colour, d.effect if d.effect in effects else "") for d in desired.lines)

    def _is_well(self, seq: int | None) -> None:
        if not self._well:
            LOG.info("%s answers again", self.name)
        self._well = True
        self._backoff.reset()
        self._report(self._health(), seq)

    def _health(self) -> DeviceHealth:
        return WELL

    def failed(self, error: Exception) -> None:
        """The device is in trouble: it is closed, reported, and opened again later."""
        if self._well or not isinstance(error, DeviceError):
            LOG.warning("%s: %s", self.name, error, exc_info=not isinstance(error, DeviceError))
        self._well = self._is_open = False
        self._retry_at = max(self._clock() + self._backoff.next(), self._may_delay_at())
        self._driver.close()
        self._report(trouble(error), None)

    def _may_delay_at(self) -> float:
        """When asking again would not take more from others than is allowed."""
        self._delays = [(at, s) for at, s in self._delays if at > self._clock() - DELAY_EVERY_S]
        taken, may_at = sum(seconds for _, seconds in self._delays), 0.0
        for at, seconds in self._delays:
            if taken + PROBE_S <= DELAY_S:
                break
            taken, may_at = taken - seconds, at + DELAY_EVERY_S
        return may_at


def _blinks(desired: DisplayDesired) -> bool:
    return any(line.effect == "blink" for line in desired.lines)


def _dark(desired: DisplayDesired) -> DisplayDesired:
    """The same with its blinking lines empty."""
    lines = [msgspec.structs.replace(line, text="") if line.effect == "blink" else line for line in desired.lines]
    return msgspec.structs.replace(desired, lines=lines)
