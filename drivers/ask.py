"""Question and answer on a line: write, then read until the answer has come or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from drivers.ports import BadReply, GaveWay, NoReply
from drivers.stream import Stream

T = TypeVar("T")
Reader = Callable[[bytes], Iterable[T]]
"""Finds answers in what arrives, piece by piece."""
Clock = Callable[[], float]
"""Monotonic seconds."""


def ask(
    stream: Stream,
    question: bytes,
    reader: Callable[[], Reader[T]],
    *,
    timeout_s: float,
    tries: int = 1,
    clock: Clock = time.monotonic,
) -> T:
    """Send `question` and return the first answer that a new `reader` finds in what arrives.

    What arrived before is thrown away: it answers an older question. A device that talks without end does not prolong the time.
    A question that gets no answer is put `tries` times, unless others on the line have news. Raise NoReply, BadReply, or what
    the stream raises.
    """
    for _ in range(tries - 1):
        try:
            return _ask_once(stream, question, reader(), timeout_s, clock)
        except GaveWay:
            raise
        except (NoReply, BadReply):
            continue
    return _ask_once(stream, question, reader(), timeout_s, clock)


def arriving(stream: Stream, timeout_s: float, *, clock: Clock = time.monotonic) -> Iterator[bytes]:
    """What arrives within `timeout_s`, piece by piece; an empty piece where nothing came in time.

    At the end the line is looked at once more: what arrived in time counts, also where this thread did not run meanwhile.
    """
    deadline = clock() + timeout_s
    while (left := deadline - clock()) > 0:
        yield stream.read(left)
    yield stream.read(0)


def _ask_once(stream: Stream, question: bytes, read: Reader[T], timeout_s: float, clock: Clock) -> T:
    stream.discard()
    stream.write(question)
    received = 0
    for data in arriving(stream, timeout_s, clock=clock):
        received += len(data)
        for answer in read(data):
            return answer
    if received:
        raise BadReply(
            f"{stream.name}: {received} bytes came back that are no answer", "check model, speed and address in devices.toml"
        )
    raise NoReply(f"{stream.name}: no answer within {timeout_s:g} s", "check power, cable and the device's address")
