"""What keypads and rater boxes keep to, on their emulator."""

from __future__ import annotations

import threading
from typing import Any, get_args

import pytest

from contract.configuration.hall import Device
from drivers import registry
from drivers.emulators.keypad import KeypadEmulator, RaterEmulator
from drivers.emulators.serve import MemoryStream, PtyServer, TcpServer
from drivers.keypad.box import KeypadBox, RaterBox
from drivers.keypad.frames import CODES, Frame
from drivers.ports import DeviceError, Key

PRESSABLE = [key for key in get_args(Key) if key in CODES]


LATE = {"retry_s": 10.0}
"""Boxes repeat what is not answered so late that a busy machine has answered long since."""


def box(emulator: KeypadEmulator | RaterEmulator, kind: str = KeypadBox, address: int = 1, **more: Any) -> Any:
    made = kind(MemoryStream(emulator), address, **more)
    made.open()
    return made


@pytest.mark.parametrize("key", PRESSABLE)
def test_every_key_is_read_once_and_acknowledged(key: Key) -> None:
    emulator = KeypadEmulator(**LATE)
    keypad = box(emulator)
    emulator.press(key)
    assert keypad.read(30) == key
    assert emulator.wait_for(lambda: not emulator.unanswered)
    assert emulator.answered == 1
    assert keypad.read(0.25) is None


def test_a_press_that_is_sent_again_because_the_answer_was_lost_counts_once() -> None:
    emulator = KeypadEmulator(faults=["deaf"], retry_s=0.1)
    keypad = box(emulator, clock=lambda: 0.0)
    emulator.press("next")
    while emulator.unanswered:
        keypad.feed(keypad.stream.read(0.02))
    keypad.feed(keypad.stream.read(0))
    assert list(keypad.keys) == ["next"]
    assert emulator.answered == 3, "each repetition is answered"


def test_an_answer_that_crosses_a_repetition_comes_twice_and_is_no_garbage() -> None:
    emulator = RaterEmulator(retry_s=0.1)
    rater = box(emulator, RaterBox, clock=lambda: 0.0)
    emulator.press(3)
    assert emulator.wait_for(lambda: emulator.sent >= 2), "nobody has read yet, so the box says it again"
    rater.feed(rater.stream.read(0))
    assert list(rater.rated) == [2]
    assert emulator.malformed == 0


def test_an_answer_behind_the_last_repetition_is_heard_too() -> None:
    emulator = KeypadEmulator(retry_s=0.02)
    keypad = box(emulator, clock=lambda: 0.0)
    emulator.press("next")
    assert emulator.wait_for(lambda: not emulator.unanswered), "the box has given up"
    keypad.feed(keypad.stream.read(0))
    assert (list(keypad.keys), emulator.answered, emulator.malformed) == (["next"], 3, 0)


def test_the_same_key_pressed_again_later_counts_again() -> None:
    now = [0.0]
    emulator = KeypadEmulator(**LATE)
    keypad = box(emulator, clock=lambda: now[0])
    for _ in range(2):
        emulator.press("recall")
        keypad.feed(keypad.stream.read(0))
        now[0] += 1
        keypad.feed(keypad.stream.read(0))
    assert list(keypad.keys) == ["recall", "recall"]


def test_a_repetition_that_a_program_hears_only_after_it_stood_still_is_no_second_press() -> None:
    now = [0.0]
    emulator = KeypadEmulator(faults=["deaf"], retry_s=0.02)
    keypad = box(emulator, clock=lambda: now[0])
    emulator.press("next")
    keypad.feed(keypad.stream.read(0))
    assert emulator.wait_for(lambda: not emulator.unanswered), "the box has said it to the end"
    now[0] += 2
    keypad.feed(keypad.stream.read(0))
    assert (list(keypad.keys), emulator.answered) == (["next"], 3)


def test_the_keypad_shows_those_who_wait_and_the_number_and_beeps() -> None:
    emulator = KeypadEmulator(**LATE)
    keypad = box(emulator)
    keypad.show(12, "A045")
    assert emulator.shown[1] == "012045"
    keypad.show(1200, "")
    assert emulator.shown[1] == "999   "
    keypad.beep()
    assert emulator.beeps[1] == 1 and emulator.malformed == 0


def test_boxes_on_one_line_hear_only_their_own_keys() -> None:
    emulator = KeypadEmulator(**LATE)
    first, second = (KeypadBox(MemoryStream(emulator), address) for address in (1, 2))
    first.open()
    emulator.press("next", 2)
    emulator.press("recall", 1)
    arrived = first.stream.read(0)
    second.stream = first.stream
    for each in (first, second):
        each.feed(arrived)
    assert list(first.keys) == ["recall"] and list(second.keys) == ["next"]


def test_every_key_of_a_rater_is_a_level() -> None:
    emulator = RaterEmulator(**LATE)
    rater = box(emulator, RaterBox)
    rater.ask()
    assert emulator.asked[1] == 1
    for key, level in enumerate((5, 4, 3, 2)):
        emulator.press(key)
        assert rater.read(30) == level
    assert emulator.answered == 4


def test_what_was_pressed_before_the_question_does_not_count() -> None:
    emulator = RaterEmulator(**LATE)
    rater = box(emulator, RaterBox, levels=(5, 3, 2, 1))
    emulator.press(3)
    rater.feed(rater.stream.read(0))
    rater.ask()
    assert rater.read(0.05) is None


@pytest.mark.parametrize("data", [b"\x04", b"\xff", b"", b"\x00\x01"])
def test_a_key_that_no_rater_has_is_left_alone(data: int) -> None:
    emulator = RaterEmulator(**LATE)
    rater = box(emulator, RaterBox)
    rater.feed(Frame(1, 0x11, data).encode())
    assert rater.read(0.01) is None and emulator.received == 0


@pytest.mark.parametrize("fault", ["garbage", "noise", "bit-errors", "half-frames", "late=0.05"])
def test_a_box_in_trouble_presses_nothing_by_itself(fault: str) -> None:
    emulator = KeypadEmulator(faults=[fault], retry_s=0.1)
    keypad = box(emulator)
    emulator.press("next")
    assert keypad.read(0.4) in (None, "next")
    assert keypad.read(0.05) in (None, "next")


@pytest.mark.parametrize(("model", "kind"), [("keypad-485", "keypad"), ("rater-485", "rater")])
@pytest.mark.parametrize("server", [TcpServer, PtyServer])
def test_a_box_on_a_line_is_heard_and_one_that_is_unplugged_is_noticed(
    model: str, kind: str, server: type[TcpServer | PtyServer]
) -> None:
    emulator = registry.emulator(model)(**LATE)
    line = server(emulator)
    line.open()
    driver = registry.build(Device(id="box-3", kind=kind, model=model, address=line.address, options={"addr": 3}))
    driver.open()
    assert emulator.wait_for(lambda: emulator.connections == 1)
    threading.Timer(0.05, emulator.act, ("recall 3" if kind == "keypad" else "1 3",)).start()
    assert driver.read(30) == ("recall" if kind == "keypad" else 4)
    if server is TcpServer:
        emulator.hang_up()
        with pytest.raises(DeviceError):
            driver.read(30)
    driver.close()
    line.close()


def test_options_that_no_box_can_have_are_refused() -> None:
    def build(kind: str, **options: Any) -> None:
        registry.build(Device(id="box-1", kind=kind, model=f"{kind}-485", address="loop://", options=options))

    for options in ({"addr": 0}, {"addr": 256}, {"addr": "1"}, {"addr": True}):
        with pytest.raises(registry.BadOption, match="1 to 255"):
            build("keypad", **options)
    with pytest.raises(registry.BadOption, match="levels"):
        build("rater", levels="5,4,3")
    with pytest.raises(ValueError, match="keys"):
        KeypadEmulator().act("hello")
    with pytest.raises(ValueError, match="keys"):
        RaterEmulator().act("4")
