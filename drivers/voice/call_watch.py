"""What a voice knows of the hall's windows: which calls it was told, which it missed while its connection was away, which are
over. The states of windows are retained, so that whoever comes back learns from them what was called meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contract.configuration.call_texts import announcement
from contract.configuration.hall import HallConfig
from contract.wire.messages import Announce, WindowState
from contract.wire.topics import expiry_s
from drivers.voice.line import AnnouncementQueue

MISSED_S = float(expiry_s("announce"))
"""A call that was missed is said for as long as its announcement would have been worth something."""
FOLLOWS_S = 2.0
"""So soon after the state of a window its announcement comes, if it comes."""


@dataclass(frozen=True)
class _Heard:
    number: str
    calls: int | None
    seq: int


class CallWatch:
    """Feeds the lines of the voices. Used by the thread of the link."""

    def __init__(
        self,
        hall: HallConfig,
        lines: list[AnnouncementQueue],
        *,
        now: Callable[[], datetime] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hall, self._lines = hall, lines
        self._now, self._clock = now or (lambda: datetime.now(hall.zone)), clock
        self._calling: dict[str, tuple[str, int]] = {}
        """By window: the number that it calls, and how often."""
        self._heard: dict[str, _Heard] = {}
        self._lost_at: float | None = None
        self._away_s: float | None = None
        """How long the connection was away; None before it was ever lost."""

    def connection_changed(self, up: bool) -> None:
        """The connection is lost, or up again."""
        if not up:
            self._lost_at = self._clock()
        elif self._lost_at is not None:
            self._away_s = self._clock() - self._lost_at

    def announced(self, call: Announce) -> None:
        """An announcement came."""
        number, calls = self._calling.get(call.window, ("", 0))
        self._heard[call.window] = _Heard(call.number, calls if number == call.number else None, call.seq)
        for line in self._lines:
            line.put(call)

    def window_is(self, window: str, state: WindowState, *, retained: bool) -> None:
        """The state of a window came: what waits for others there is over, and what it calls must have been announced."""
        number = state.ticket.number if state.state == "calling" and state.ticket is not None else None
        for line in self._lines:
            line.window_calls(window, number, state.seq)
        if number is None:
            self._calling.pop(window, None)
            self._heard.pop(window, None)
            return
        self._calling[window] = number, state.calls
        heard = self._heard.get(window)
        known = heard is not None and heard.number == number and (heard.calls in (None, state.calls) or state.seq < heard.seq)
        if not known and self._is_young(state, retained):
            missed = Announce(state.seq, window, number, announcement(self._hall, window, number))
            for line in self._lines:  # its announcement, if it follows, takes its place in the line
                line.put(missed, after_s=FOLLOWS_S)
        self._heard[window] = _Heard(number, state.calls, max(state.seq, heard.seq if heard is not None else 0))

    def _is_young(self, state: WindowState, retained: bool) -> bool:
        """Whether the call is worth saying: made a moment ago by the clock, or while the connection was away for a moment."""
        if abs((self._now() - state.since).total_seconds()) <= MISSED_S:
            return True
        return retained and self._away_s is not None and self._away_s <= MISSED_S
