"""Which part does which effect is settled when the program starts."""

from __future__ import annotations

import errno
import queue
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from contract.configuration.hall_files import load
from kiosk.flow.event import Ask, Send
from kiosk.options import TerminalOptions
from kiosk.parts import Absent, Dispatcher, Part
from kiosk.terminal import role_of
from kiosk.ticket_kiosk.state import Effect
from kiosk.worker import Worker
from tests.small_hall import write_hall

HALL = Path(__file__).parents[3] / "assets" / "halls" / "wushan"


@dataclass(frozen=True)
class Ring:
    times: int


@dataclass(frozen=True)
class Lamp:
    on: bool


class Bell(Part[Ring]):
    handles = (Ring,)

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def open(self, send: Send) -> None:
        self.log.append("bell opened")

    def close(self) -> None:
        self.log.append("bell closed")

    def perform(self, effect: Ring, send: Send) -> None:
        send(f"rung {effect.times} times")


class Light(Bell):
    handles = (Lamp,)  # type: ignore[assignment]

    def open(self, send: Send) -> None:
        self.log.append("light opened")

    def close(self) -> None:
        self.log.append("light closed")


def test_an_effect_goes_to_the_part_that_handles_it_and_parts_are_closed_in_turn() -> None:
    log: list[str] = []
    said: list[object] = []
    parts = Dispatcher((Ring, Lamp), (Bell(log), Light(log)))
    parts.open(said.append)
    parts.perform(Ring(2), said.append)
    parts.close()
    assert said == ["rung 2 times"]
    assert log == ["bell opened", "light opened", "light closed", "bell closed"]


def test_a_part_that_cannot_be_opened_keeps_no_other_one_shut() -> None:
    class Cracked(Light):
        def open(self, send: Send) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

    log: list[str] = []
    parts = Dispatcher((Ring, Lamp), (Cracked(log), Bell(log)))
    parts.open(log.append)
    assert log == ["bell opened"]


def test_an_effect_that_nobody_handles_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="no part of this terminal handles Lamp"):
        Dispatcher((Ring, Lamp), (Bell([]),))


def test_a_type_that_two_parts_handle_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="Ring is handled twice: by Bell and spare bell"):
        Dispatcher((Ring,), (Bell([]), Absent("spare bell", Ring)))


def test_what_a_terminal_does_not_have_is_asked_in_vain() -> None:
    said: list[object] = []
    Dispatcher((Ring,), (Absent("bell", Ring),)).perform(Ring(1), said.append)
    assert said == []


@pytest.mark.parametrize("name", ["hall", "rating", "screen"])
@pytest.mark.parametrize("hall", ["wushan", "small"])
def test_every_effect_of_every_role_is_handled_in_every_hall(name: str, hall: str, tmp_path: Path) -> None:
    folder = HALL if hall == "wushan" else write_hall(tmp_path / "hall")
    options = TerminalOptions(name, folder, "127.0.0.1:1", "kiosk-1", tmp_path, window_id="01")  # type: ignore[arg-type]
    role = role_of(options, load(folder))
    Dispatcher(role.effects, (Absent("server", Ask), *role.parts))
    if name == "hall":
        assert set(role.effects) == set(get_args(Effect))


class Counter(Worker[Ring, int]):
    handles = (Ring,)
    name = "counter"

    def perform(self, effect: Ring, send: Send) -> None:
        self.put(effect.times)

    def run(self, send: Send) -> None:
        for work in self.work_or_none(0.01):
            send(work)


def test_a_worker_does_what_it_is_given_and_looks_up_when_nothing_comes() -> None:
    events: queue.Queue[object] = queue.Queue()
    counter = Counter()
    assert not counter.alive
    counter.open(events.put)
    assert counter.alive and events.get(timeout=60) is None
    counter.perform(Ring(3), events.put)
    while events.get(timeout=60) != 3:
        pass
    counter.close()
    assert not counter.alive


def test_a_worker_that_was_never_opened_is_closed_without_waiting() -> None:
    before = threading.active_count()
    Counter().close()
    assert threading.active_count() == before
