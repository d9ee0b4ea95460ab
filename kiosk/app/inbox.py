"""Events on their way to the flow, from whatever thread they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from kiosk.app.main_loop import MainLoop


class Inbox:
    """Keeps events until the UI thread takes them, and wakes it."""

    def __init__(self, loop: MainLoop) -> None:
        self._loop = loop
        self._events: deque[object] = deque()
        self._announce: Callable[[], object] = lambda: None

    def open(self, announce: Callable[[], object]) -> None:
        """From now on `announce` is called for every event, in its thread: it has them taken before the next frame."""
        self._announce = announce
        if self._events:
            announce()

    def send(self, event: object) -> None:
        """Keep an event; from any thread."""
        self._events.append(event)
        self._announce()
        self._loop.wake()

    def take(self) -> Iterator[object]:
        """Every event there is, the oldest first, also those that come meanwhile."""
        while self._events:
            yield self._events.popleft()
