"""The calls that a voice did not say although their windows still made them: logged, counted, told the staff for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from contract.wire.messages import Announce
from drivers.device_health import WELL, DeviceHealth
from drivers.voice.line import AnnouncementQueue

LOG = logging.getLogger(__name__)
TOLD_S = 600.0
"""So long the staff is told that calls were not said."""
NAMED = 5
"""How many of them are named."""


class MissedCalls:
    """Those of one line of calls; `name` is the device that should have said them."""

    def __init__(self, name: str, line: AnnouncementQueue, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.count = 0
        self._name, self._line, self._clock = name, line, clock
        self._told: list[tuple[float, Announce]] = []
        """The calls that were missed lately, and when that was noticed."""

    def look(self) -> bool:
        """Count and keep what was lost, and forget what the staff was told for long enough; whether there is news of it."""
        now, before = self._clock(), list(self._told)
        for call in self._line.lost():
            self.count += 1
            self._told.append((now, call))
            LOG.warning("%s did not say %s to window %s; missed so far: %d", self._name, call.number, call.window, self.count)
        self._told = [(at, call) for at, call in self._told if now - at < TOLD_S]
        return self._told != before

    def health(self) -> DeviceHealth:
        """Well, or which calls were missed."""
        if not self._told:
            return WELL
        named = ", ".join(f"{call.number} → {call.window}" for _, call in self._told[-NAMED:])
        more = f" (+{len(self._told) - NAMED})" if len(self._told) > NAMED else ""
        return DeviceHealth("calls-missed", named + more)
