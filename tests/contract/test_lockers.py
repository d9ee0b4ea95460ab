"""What every lock board keeps to, each model on its emulator."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from contract.configuration.hall import Device
from drivers import registry
from drivers.connect import DeviceSite
from drivers.emulators.serve import MemoryStream, PtyServer, TcpServer
from drivers.locker.board import Board
from drivers.ports import DeviceError, DeviceRefused, NoReply

MODELS = ["locker-8a", "locker-wkly"]


PATIENT = DeviceSite(answer_s=10.0)
"""Threads of a busy machine do not run for seconds."""
HASTY = DeviceSite(answer_s=0.05)


def board(model: str, emulator: Any, site: DeviceSite = PATIENT, **options: Any) -> Board:
    made = registry.build(Device(id="locker-1", kind="locker", model=model, address="loop://", options=options), site)
    made.stream = MemoryStream(emulator)
    return made


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def emulator(model: str) -> Any:
    return registry.emulator(model)(name="locker-1")


@pytest.fixture
def locker(model: str, emulator: Any) -> Iterator[Board]:
    made = board(model, emulator)
    made.open()
    yield made
    made.close()


def test_a_door_opens_and_no_other(locker: Board, emulator: Any) -> None:
    locker.unlock(3)
    assert [d for d, is_open in enumerate(emulator.is_open, 1) if is_open] == [3]
    assert locker.state(3) == "open" and locker.state(2) == "closed"


def test_a_door_that_is_closed_by_hand_is_seen(locker: Board, emulator: Any) -> None:
    locker.unlock(1)
    emulator.close_door(1)
    assert locker.state(1) == "closed"
    assert emulator.malformed == 0


def test_all_doors_are_read_at_once(locker: Board, emulator: Any) -> None:
    for door in (1, locker.doors):
        locker.unlock(door)
    states = locker.states()
    assert len(states) == locker.doors and states[0] == states[-1] == "open" and set(states[1:-1]) == {"closed"}


def test_a_door_that_does_not_open_is_refused(locker: Board, emulator: Any) -> None:
    emulator.fail("jammed")
    with pytest.raises(DeviceRefused, match="door 2 did not open"):
        locker.unlock(2)


def test_the_wiring_of_the_feedback_is_a_setting(model: str) -> None:
    emulator = registry.emulator(model)(faults=["open-feedback"])
    locker = board(model, emulator, feedback="open")
    locker.open()
    locker.unlock(4)
    assert locker.state(4) == "open" and locker.state(5) == "closed" and locker.states()[3] == "open"
    with pytest.raises(DeviceRefused, match="feedback"):
        board_with_wrong_wiring = board(model, emulator)
        board_with_wrong_wiring.open()
        board_with_wrong_wiring.unlock(6)


def test_a_door_the_board_has_not_is_refused_before_anything_is_sent(locker: Board, emulator: Any) -> None:
    before = emulator.received
    for door in (0, locker.doors + 1):
        with pytest.raises(ValueError, match="no door"):
            locker.unlock(door)
    assert emulator.received == before


@pytest.mark.parametrize("fault", ["no-answer", "garbage", "half-frames", "disconnects"])
def test_a_board_that_fails_gives_one_clear_error_and_recovers(model: str, emulator: Any, fault: str) -> None:
    emulator.fail(fault)
    with pytest.raises(DeviceError):
        board(model, emulator, HASTY).open()
    emulator.repair()
    locker = board(model, emulator)
    locker.open()
    locker.unlock(1)
    assert emulator.is_open[0]


def test_a_report_that_comes_between_question_and_answer_is_left_alone(locker: Board, emulator: Any) -> None:
    locker.unlock(1)
    locker.unlock(2)
    emulator.close_door(1)
    emulator.report(2)
    assert locker.state(1) == "closed" and locker.state(2) == "open"


@pytest.mark.parametrize("fault", ["noise", "late=0.05"])
def test_light_trouble_on_the_line_opens_the_right_door(locker: Board, emulator: Any, fault: str) -> None:
    emulator.fail(fault)
    locker.unlock(5)
    assert [d for d, is_open in enumerate(emulator.is_open, 1) if is_open] == [5]


def test_a_board_at_another_address_stays_silent(model: str) -> None:
    emulator = registry.emulator(model)()
    locker = board(model, emulator, HASTY, addr=7)
    with pytest.raises(NoReply):
        locker.open()
    assert not any(emulator.is_open)


@pytest.mark.parametrize("server", [TcpServer, PtyServer])
def test_a_board_on_a_line_obeys(model: str, emulator: Any, server: type[TcpServer | PtyServer]) -> None:
    line = server(emulator)
    line.open()
    locker = registry.build(Device(id="locker-1", kind="locker", model=model, address=line.address), PATIENT)
    locker.open()
    locker.unlock(2)
    emulator.act("close 2")
    assert locker.state(2) == "closed"
    locker.close()
    line.close()


def test_options_that_no_board_can_have_are_refused(model: str, emulator: Any) -> None:
    for options in ({"feedback": "both"}, {"addr": 256}, {"doors": 0}, {"doors": "all"}):
        with pytest.raises(registry.BadOption):
            board(model, emulator, **options)
    with pytest.raises(ValueError, match="close DOOR"):
        emulator.act("open 1")


@pytest.mark.hardware
@pytest.mark.skipif("JIAOHAO_LOCKER" not in os.environ, reason="JIAOHAO_LOCKER names no board, such as locker-8a=/dev/ttyUSB0")
def test_a_real_board_answers() -> None:
    name, _, address = os.environ["JIAOHAO_LOCKER"].partition("=")
    locker = registry.build(Device(id="locker-1", kind="locker", model=name, address=address))
    locker.open()
    assert locker.state(1) in ("open", "closed")
    locker.close()
