"""Question and answer on a line, where the program that asks stands still for longer than it wanted to wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.ask import arriving, ask
from drivers.ports import BadReply, NoReply
from drivers.stream import Stream


class Answering(Stream):
    """A line that has an answer to every question."""

    is_open = True

    def __init__(self, answer: bytes) -> None:
        super().__init__("desk")
        self._answer, self._arrived = answer, b""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def write(self, data: bytes) -> None:
        self._arrived = self._answer

    def read(self, timeout_s: float) -> bytes:
        arrived, self._arrived = self._arrived, b""
        return arrived


class Clock:
    """A clock that goes on by `step` seconds with every look at it."""

    def __init__(self, step: float = 0.1) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def whatever() -> Callable[[bytes], list[bytes]]:
    """Takes everything for an answer."""
    return lambda data: [data] if data else []


def test_an_answer_that_came_while_the_program_stood_still_counts() -> None:
    assert ask(Answering(b"yes"), b"?", whatever, timeout_s=1, clock=Clock(5)) == b"yes"


def test_the_rest_of_an_answer_is_found_behind_a_pause_and_then_it_is_over() -> None:
    line, clock = Answering(b"yes"), Clock()
    line.write(b"?")
    seen = arriving(line, 1, clock=clock)
    assert next(seen) == b"yes"
    line.write(b"?")
    clock.step = 5
    assert list(seen) == [b"yes"]


def test_a_line_without_an_answer_is_given_up() -> None:
    with pytest.raises(NoReply, match="within 1 s"):
        ask(Answering(b""), b"?", whatever, timeout_s=1, clock=Clock())


def test_half_an_answer_does_not_spoil_the_next_try() -> None:
    readers: list[list[bytes]] = []

    def reader() -> Callable[[bytes], list[bytes]]:
        held: list[bytes] = []
        readers.append(held)

        def read(data: bytes) -> list[bytes]:
            held.append(data)
            return [b"".join(held)] if b"".join(held) == b"yes" else []

        return read

    line = Answering(b"ye")
    with pytest.raises(BadReply, match="2 bytes"):
        ask(line, b"?", reader, timeout_s=1, tries=2, clock=Clock())
    assert [b"".join(held) for held in readers] == [b"ye", b"ye"]
