"""The last retained payload of every topic of the hall, published or received, and whoever watches for changes.

The server's thread writes, web pages read and watch from their own event loop.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

WATCHER_BUFFER = 512
"""Changes that a watcher may be behind before it is dropped."""


class TooSlow(RuntimeError):
    """The watcher fell too far behind and was dropped; read the states afresh and watch again."""


class RetainedTopics:
    """Relative topic → payload; an empty payload removes the topic, as it does at the broker."""

    def __init__(self) -> None:
        self._payloads: dict[str, bytes] = {}
        self._watchers: set[_Watcher] = set()
        self._lock = threading.Lock()

    def put(self, topic: str, payload: bytes, *, retained: bool = True) -> None:
        """Keep `payload` (if `retained`) and notify the watchers."""
        if retained:
            if payload:
                self._payloads[topic] = payload
            else:
                self._payloads.pop(topic, None)
        if not self._watchers:
            return
        with self._lock:
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher.notify(topic, payload)

    def get(self, topic: str) -> bytes | None:
        """The last payload of a topic, or None."""
        return self._payloads.get(topic)

    def under(self, prefix: str) -> dict[str, bytes]:
        """Every topic that begins with `prefix`, with its payload."""
        return {topic: payload for topic, payload in self._payloads.copy().items() if topic.startswith(prefix)}

    async def watch(self) -> AsyncIterator[tuple[str, bytes]]:
        """Changes from now on, as (relative topic, payload); raises TooSlow when the reader cannot keep up."""
        watcher = _Watcher(asyncio.get_running_loop())
        with self._lock:
            self._watchers.add(watcher)
        try:
            while True:
                change = await watcher.changes.get()
                if change is None:
                    raise TooSlow("changes were lost; read the states afresh and watch again")
                yield change
        finally:
            with self._lock:
                self._watchers.discard(watcher)


class _Watcher:
    """One reader in its event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.changes: asyncio.Queue[tuple[str, bytes] | None] = asyncio.Queue()
        self.dropped = False

    def notify(self, topic: str, payload: bytes) -> None:
        """Hand a change over, from the server's thread; a loop that has ended is no concern of the server."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._take, (topic, payload))

    def _take(self, change: tuple[str, bytes]) -> None:
        if self.dropped:
            return
        if self.changes.qsize() >= WATCHER_BUFFER:
            self.dropped = True
            self.changes.put_nowait(None)
        else:
            self.changes.put_nowait(change)
