"""Question and answer on a line, where the program that asks stands still for longer than it wanted to wait."""

from __future__ import annotations

import pytest

from drivers import ask as drivers_ask
from drivers.ask import arriving, ask
from drivers.ports import NoReply
from drivers.stream import Stream


class Desk(Stream):
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
    """Stands for `time`: every look at it takes so many seconds."""

    now, step = 0.0, 0.1

    def monotonic(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(drivers_ask, "time", clock)
    return clock


def test_an_answer_that_came_while_the_program_stood_still_counts(clock: Clock) -> None:
    clock.step = 5
    assert ask(Desk(b"yes"), b"?", lambda data: [data] if data else [], timeout_s=1) == b"yes"


def test_the_rest_of_an_answer_is_found_behind_a_pause_and_then_it_is_over(clock: Clock) -> None:
    line = Desk(b"yes")
    line.write(b"?")
    seen = arriving(line, 1)
    assert next(seen) == b"yes"
    line.write(b"?")
    clock.step = 5
    assert list(seen) == [b"yes"]


def test_a_line_without_an_answer_is_given_up(clock: Clock) -> None:
    with pytest.raises(NoReply, match="within 1 s"):
        ask(Desk(b""), b"?", lambda data: [data] if data else [], timeout_s=1)
