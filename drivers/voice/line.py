"""Calls that wait to be said: one after another, none cut off. A call leaves the line when it was said or is over, or as lost.

Nothing leaves it unseen: what was not said although its window still calls is handed to whoever reports it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from contract.wire.messages import Announce

LIFE_S = 180.0
"""So long a call that its window still makes is worth saying."""
ALONE = 4
"""Up to so many waiting calls each has a sentence of its own."""
TOGETHER = 4
"""How many calls share a sentence beyond that."""
REFUSALS = 2
"""So often a device may refuse a call by itself before the call is lost."""


@dataclass(eq=False)
class _Entry:
    call: Announce
    since: float
    ready_at: float
    refused: int = 0


class VoiceTurn(NamedTuple):
    """What is to be said next, and how many calls wait in all."""

    calls: list[Announce]
    waiting: int


class AnnouncementQueue:
    """The calls that a voice has still to say; any thread may put, one takes.

    A newer call of a window replaces the one that still waits for it, at its place: a recall is said once, and nobody is called
    to a window that has moved on. What was taken counts as waiting until `said` or `not_said` is told.
    """

    def __init__(self, *, life_s: float = LIFE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self.life_s, self._clock = life_s, clock
        self._waiting: list[_Entry] = []
        self._taken: list[_Entry] = []
        self._lost: list[Announce] = []
        self._news = threading.Condition()

    def __len__(self) -> int:
        with self._news:
            return len(self._waiting) + len(self._taken)

    def put(self, call: Announce, *, after_s: float = 0.0) -> None:
        """Add a call, to be said in `after_s` at the earliest."""
        now = self._clock()
        with self._news:
            same = next((entry for entry in self._waiting if entry.call.window == call.window), None)
            if same is None:
                self._waiting.append(_Entry(call, now, now + after_s))
            else:
                since = same.since if same.call.number == call.number else now
                self._waiting[self._waiting.index(same)] = _Entry(call, since, now + after_s)
            self._news.notify()

    def next_at(self) -> float:
        """When the next call is to be said, by this line's clock; infinite while none waits."""
        with self._news:
            return min((entry.ready_at for entry in self._waiting), default=float("inf"))

    def window_calls(self, window: str, number: str | None, seq: int) -> None:
        """The window calls `number` now, or nobody; this was told with `seq`. Older calls of others are over."""

        def stands(call: Announce) -> bool:
            return call.window != window or call.number == number or call.seq > seq

        with self._news:
            self._waiting = [entry for entry in self._waiting if stands(entry.call)]
            self._taken = [entry for entry in self._taken if stands(entry.call)]

    def take(self, timeout_s: float) -> VoiceTurn | None:
        """What to say next, or None if nothing came in time."""
        deadline = time.monotonic() + timeout_s
        with self._news:
            while True:
                self._lose_old()
                if turn := self._turn():
                    return turn
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._news.wait(min([left, *(max(0.01, entry.ready_at - self._clock()) for entry in self._waiting)]))

    def said(self) -> None:
        """What was taken was said to its end."""
        with self._news:
            self._taken = []

    def not_said(self, *, refused: bool) -> None:
        """What was taken was not said to its end: it goes back to the front unless its window has called anew. A call that the
        device refuses again and again by itself is lost."""
        with self._news:
            alone = len(self._taken) == 1
            back = []
            for entry in self._taken:
                entry.refused += refused
                if any(waiting.call.window == entry.call.window for waiting in self._waiting):
                    continue
                if refused and alone and entry.refused > REFUSALS:
                    self._lost.append(entry.call)
                else:
                    back.append(entry)
            self._waiting, self._taken = back + self._waiting, []

    def lost(self) -> list[Announce]:
        """The calls that were not said and will not be; each is told once."""
        with self._news:
            self._lose_old()
            lost, self._lost = self._lost, []
            return lost

    def _turn(self) -> VoiceTurn | None:
        now = self._clock()
        ready = [entry for entry in self._waiting if entry.ready_at <= now]
        if not ready:
            return None
        many = len(ready) > ALONE and not ready[0].refused
        self._taken = [entry for entry in ready[:TOGETHER] if not entry.refused] if many else ready[:1]
        self._waiting = [entry for entry in self._waiting if entry not in self._taken]
        return VoiceTurn([entry.call for entry in self._taken], len(ready))

    def _lose_old(self) -> None:
        now = self._clock()
        self._lost += [entry.call for entry in self._waiting if now - entry.since > self.life_s]
        self._waiting = [entry for entry in self._waiting if now - entry.since <= self.life_s]
