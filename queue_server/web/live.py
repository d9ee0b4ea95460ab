"""Live pages by server-sent events: a stream sends the parts of a page that changed, all of them after every reconnect.

There is one watch on the hall for all streams together, however many phones look on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from math import inf
from time import monotonic
from typing import Any, Generic, TypeVar

from fastapi import HTTPException, Request
from fastapi.responses import StreamingResponse

from queue_server.hall_access import HallAccess, TooSlow
from queue_server.web.auth.guard import place
from queue_server.web.shares import Shares

LOG = logging.getLogger(__name__)
PAUSE_S = 0.1
BEAT_S = 5.0
Render = Callable[[], Awaitable[dict[str, str] | None]]
"""Element id → HTML of all live parts of a page; None when the page is over (logged out)."""
K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True)
class Concern:
    """What a page follows, as it is now: below `topics` after `pause_s`, below `at_once` at once."""

    topics: tuple[str, ...] = ()
    at_once: tuple[str, ...] = ()
    pause_s: float = PAUSE_S


class ChangeFeed:
    """Tells streams that something changed below the topics they asked for: a whole topic, or its beginning up to a slash."""

    def __init__(self, hall: HallAccess, *listeners: Callable[[str, bytes], None]) -> None:
        """`listeners` get every change as (relative topic, payload), in the event loop."""
        self._hall = hall
        self._listeners = list(listeners)
        self._followed: dict[asyncio.Event, tuple[str, ...]] = {}
        self._followers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False

    def listen(self, listener: Callable[[str, bytes], None]) -> None:
        """From now on `listener` gets every change too."""
        self._listeners.append(listener)

    async def follow(self) -> None:
        """Watch the hall until cancelled; after a gap everybody looks again."""
        self._loop, self.closed = asyncio.get_running_loop(), False
        while True:
            try:
                async for topic, payload in self._hall.watch():
                    for listener in self._listeners:
                        listener(topic, payload)
                    self.tell(topic)
            except TooSlow:
                LOG.warning("web pages were too slow for the hall's changes and read everything afresh")
            self._wake_all()
            await asyncio.sleep(PAUSE_S)

    def close(self) -> None:
        """End every stream, from any thread: a server that stops need not wait for pages that look on."""
        self.closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_all)

    def _wake_all(self) -> None:
        for event in self._followed:
            event.set()

    def tell(self, topic: str) -> None:
        """Wake the readers of `topic`, and nobody else: a thousand phones follow their lines, and are not gone through."""
        levels = topic.split("/")
        for level in (topic, *("/".join(levels[:depth]) + "/" for depth in range(1, len(levels)))):
            for event in self._followers.get(level, ()):
                event.set()

    def event(self, *prefixes: str) -> asyncio.Event:
        """Such an event for as long as the pages are served; it is set at first."""
        event = asyncio.Event()
        event.set()
        self.watch(event, prefixes)
        return event

    def watch(self, event: asyncio.Event, prefixes: tuple[str, ...]) -> None:
        """From now on `event` is set by what changes below these."""
        self._forget(event)
        self._followed[event] = prefixes
        for prefix in prefixes:
            self._followers[prefix].add(event)

    def _forget(self, event: asyncio.Event) -> None:
        for prefix in self._followed.pop(event, ()):
            self._followers[prefix].discard(event)
            if not self._followers[prefix]:
                del self._followers[prefix]

    @contextlib.contextmanager
    def reader(self, prefixes: tuple[str, ...]) -> Iterator[asyncio.Event]:
        """An event that is set whenever something below one of `prefixes` changes."""
        event = self.event(*prefixes)
        event.clear()
        try:
            yield event
        finally:
            self._forget(event)


class SharedParts(Generic[K, T]):
    """What many pages show alike: made once a change, however many look on."""

    def __init__(
        self,
        changes: ChangeFeed,
        make: Callable[[K], Awaitable[T]],
        *prefixes: str,
        pause_s: float = PAUSE_S,
        lasts_s: float = BEAT_S,
    ) -> None:
        """`make` is called for a key at most once in `pause_s`, when something below `prefixes` has changed since the last time
        or that was `lasts_s` ago; raises what it raises."""
        self._make, self._pause_s, self._lasts_s = make, pause_s, lasts_s
        self._changed = changes.event(*prefixes)
        self._edition = 0
        self._made: dict[K, _Made[T]] = {}

    async def of(self, key: K) -> T:
        """What pages with this key show now."""
        made = self._made.get(key)
        if made is None or made.edition < self._now() or monotonic() - made.at >= self._lasts_s:
            self._made = {k: one for k, one in self._made.items() if monotonic() - one.at < self._lasts_s}
            begun = made.at + self._pause_s if made is not None else 0.0
            made = self._made[key] = _Made()
            made.task = asyncio.create_task(self._fill(key, made, begun - monotonic()))
        assert made.task is not None
        return await asyncio.shield(made.task)

    def renew(self) -> None:
        """Whoever asks from now on is told what holds now, whether or not a change has been heard of."""
        self._changed.set()

    async def _fill(self, key: K, made: _Made[T], wait_s: float) -> T:
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        made.edition, made.at = self._now(), monotonic()
        try:
            return await self._make(key)
        except BaseException:
            made.edition = -1
            raise

    def _now(self) -> int:
        """How often something has changed."""
        if self._changed.is_set():
            self._changed.clear()
            self._edition += 1
        return self._edition


@dataclass
class _Made(Generic[T]):
    """Something that is made or is being made: of which edition (whoever comes before it is begun waits for it), and when."""

    edition: float = inf
    at: float = inf
    task: asyncio.Task[T] | None = None


@dataclass(frozen=True)
class Watched:
    """What one stream looks at, and how soon it shows a change there."""

    first: Concern
    concern: Callable[[], Concern] | None
    beat_s: float
    look_s: float


@dataclass(frozen=True)
class Streams:
    """Who looks on: the watch on the hall, and the places for streams of one kind of readers."""

    changes: ChangeFeed
    places: Shares

    def open(
        self,
        request: Request,
        render: Render,
        *prefixes: str,
        at_once: tuple[str, ...] = (),
        concern: Callable[[], Concern] | None = None,
        pause_s: float = PAUSE_S,
        beat_s: float = BEAT_S,
        look_s: float = 0.0,
    ) -> StreamingResponse:
        """An answer that goes on for as long as the page is open: `picture` events, and a `beat` every `beat_s`.

        A change below `at_once` is shown at once, one below the other prefixes after `pause_s`. `concern` says after each look
        what to follow from then on. Without a change the parts are looked at again after `look_s`, at each beat if that is 0.
        Refused with 503 while there is no place for this reader: a page then stays as it is and tries again.
        """
        who = place(request)
        if self.places.free <= self.places.held(who):
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        watched = Watched(Concern(prefixes, at_once, pause_s), concern, beat_s, look_s)
        events = _events(self, who, render, watched)
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(streams: Streams, who: str, render: Render, watched: Watched) -> AsyncIterator[str]:
    sent: dict[str, str] = {}
    yield "retry: 1000\n\n"
    changes = streams.changes
    with (
        streams.places.place(who) as taken,
        changes.reader(watched.first.topics + watched.first.at_once) as changed,
        changes.reader(watched.first.at_once) as at_once,
    ):
        if not taken:
            return
        while not changes.closed:
            changed.clear()
            at_once.clear()
            parts = await render()
            concern = watched.first if watched.concern is None else watched.concern()
            if watched.concern is not None:
                changes.watch(changed, concern.topics + concern.at_once)
                changes.watch(at_once, concern.at_once)
            if parts is None:
                yield event("over", {})
                return
            new = {name: html for name, html in parts.items() if sent.get(name) != html}
            sent.update(new)
            yield event("picture", new) if new else event("beat", {})
            begun, due = monotonic(), inf
            while (now := monotonic()) < due and not at_once.is_set():
                if due < inf:
                    await _heard(at_once, min(watched.beat_s, due - now))
                elif await _heard(changed, watched.beat_s):
                    due = monotonic() + concern.pause_s
                    continue
                elif monotonic() - begun >= watched.look_s:
                    break
                if monotonic() < due and not at_once.is_set():
                    yield event("beat", {})


async def _heard(event: asyncio.Event, seconds: float) -> bool:
    """Wait for `event`; False when it has not come after so long."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def event(name: str, data: dict[str, Any]) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
