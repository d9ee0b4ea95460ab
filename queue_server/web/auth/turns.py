"""Turns at the check of a password, which takes 64 MiB and a good part of a core: one at a time for strangers, one for the
devices that the hall knows, and never more waiting than can be served soon."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from queue_server.web.shares import Shares

MOST_WAITING = 16


class TooManyWait(Exception):
    """There is no turn for this place just now."""


class Turns:
    """The turns of one server."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._strangers, self._known = _Lane(most_waiting), _Lane(most_waiting)

    @contextlib.asynccontextmanager
    async def turn(self, who: str, *, known: bool) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raise TooManyWait at once when there is none soon."""
        lane = self._known if known else self._strangers
        with lane.places.place(who) as taken:
            if not taken:
                raise TooManyWait
            async with lane.one_at_a_time:
                yield


class _Lane:
    def __init__(self, most_waiting: int) -> None:
        self.places, self.one_at_a_time = Shares(most_waiting), asyncio.Semaphore(1)
