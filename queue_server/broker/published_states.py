"""The retained states that this server publishes: the last message of each topic, and a sequence number for the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec import Struct

from contract.wire import codec
from contract.wire.topics import type_of
from queue_server.broker.retained import RetainedTopics

Send = Callable[[str, bytes, bool, int | None], None]
"""Takes a topic relative to the hall's root, the payload, whether it is retained, and seconds until it expires."""
T = TypeVar("T", bound=Struct)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PublishedStates:
    """Topic → the message that the broker holds, as far as is known. Used by the server's thread only."""

    def __init__(self, retained: RetainedTopics, send: Send, *, clock: Callable[[], datetime]) -> None:
        self.seq = 0
        """The number of the latest message."""
        self._retained = retained
        self._send = send
        self._clock = clock
        self._last: dict[str, Struct | None] = {}

    def last(self, topic: str, kind: type[T]) -> T | None:
        """The last message of a topic; None before the first, and after it was emptied."""
        message = self._last.get(topic)
        return message if isinstance(message, kind) else None

    def publish(self, topic: str, message: Struct) -> None:
        """Publish a state; the broker retains it."""
        self._put(topic, message, codec.encode(message))

    def empty(self, topic: str) -> None:
        """Take a state back, unless that was the last thing done to it."""
        if self._last.get(topic, self) is not None:
            self._put(topic, None, b"")

    def received(self, topic: str, payload: bytes) -> None:
        """Another server has published a state."""
        kind = type_of(topic)
        message = codec.read(payload, kind) if kind is not None else None
        if message is not None:
            self._last[topic] = message

    def forget(self) -> None:
        """What the broker holds is not known any more: everything is published afresh."""
        self._last.clear()

    def next_seq(self) -> int:
        """A number that grows with every message, across restarts of the server."""
        self.seq = max(self.seq + 1, (self._clock() - _EPOCH) // timedelta(milliseconds=1))
        return self.seq

    def _put(self, topic: str, message: Struct | None, payload: bytes) -> None:
        self._last[topic] = message
        self._retained.put(topic, payload)
        self._send(topic, payload, True, None)
