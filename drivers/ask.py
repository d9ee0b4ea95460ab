"""Question and answer on a line: write, then read until the answer stands or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from drivers.ports import BadReply, NoReply
from drivers.stream import Stream

T = TypeVar("T")


def ask(stream: Stream, question: bytes, read: Callable[[bytes], Iterable[T]], *, timeout_s: float, tries: int = 1) -> T:
    """Send `question` and return the first answer that `read` finds in what arrives.

    What arrived before is thrown away: it answers an older question. A device that talks without end does not prolong the time.
    A question that gets no answer is put `tries` times. Raise NoReply, BadReply, or what the stream raises.
    """
    for _ in range(tries - 1):
        try:
            return _ask_once(stream, question, read, timeout_s)
        except (NoReply, BadReply):
            continue
    return _ask_once(stream, question, read, timeout_s)


def arriving(stream: Stream, timeout_s: float) -> Iterator[bytes]:
    """What arrives within `timeout_s`, piece by piece; an empty piece where nothing came in time.

    At the end the line is looked at once more: what arrived in time counts, also where this thread stood still meanwhile.
    """
    deadline = time.monotonic() + timeout_s
    while (left := deadline - time.monotonic()) > 0:
        yield stream.read(left)
    yield stream.read(0)


def _ask_once(stream: Stream, question: bytes, read: Callable[[bytes], Iterable[T]], timeout_s: float) -> T:
    stream.discard()
    stream.write(question)
    received = 0
    for data in arriving(stream, timeout_s):
        received += len(data)
        for answer in read(data):
            return answer
    if received:
        raise BadReply(
            f"{stream.name}: {received} bytes came back that are no answer", "check model, speed and address in devices.toml"
        )
    raise NoReply(f"{stream.name}: no answer within {timeout_s:g} s", "check power, cable and the device's address")
