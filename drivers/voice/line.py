"""Announcements that wait for their turn: one after another, none cut off, and never so many that they are out of date."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from contract.wire.messages import Announce

LIMIT = 12
KEEP_S = 60.0


@dataclass
class _Entry:
    announcement: Announce
    since: float


class AnnouncementQueue:
    """The announcements that a voice has still to say; any thread may put, one takes.

    A newer announcement for a window replaces the one that still waits for that window, at its place: a recall is said once,
    and nobody is called to a window that has moved on. When `limit` wait the oldest goes; what waited longer than `keep_s`
    is dropped.
    """

    def __init__(self, *, limit: int = LIMIT, keep_s: float = KEEP_S, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.keep_s, self._clock = limit, keep_s, clock
        self.dropped = 0
        """How many were never said."""
        self._waiting: list[_Entry] = []
        self._news = threading.Condition()

    def __len__(self) -> int:
        with self._news:
            return len(self._waiting)

    def put(self, announcement: Announce) -> None:
        """Add an announcement."""
        entry = _Entry(announcement, self._clock())
        with self._news:
            same = next((i for i, e in enumerate(self._waiting) if e.announcement.window == announcement.window), None)
            if same is not None:
                self._waiting[same] = entry
                self.dropped += 1
            else:
                self._waiting.append(entry)
            if len(self._waiting) > self.limit:
                del self._waiting[0]
                self.dropped += 1
            self._news.notify()

    def take(self, timeout_s: float) -> Announce | None:
        """The next announcement, or None if none came in time."""
        deadline = time.monotonic() + timeout_s
        with self._news:
            while True:
                self._drop_old()
                if self._waiting:
                    return self._waiting.pop(0).announcement
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._news.wait(left)

    def _drop_old(self) -> None:
        now = self._clock()
        fresh = [entry for entry in self._waiting if now - entry.since <= self.keep_s]
        self.dropped += len(self._waiting) - len(fresh)
        self._waiting = fresh
