"""RS-485 adapters that hear themselves: whatever is written comes back before any answer. Every serial driver works behind one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from contract.configuration.hall import Device
from contract.wire.messages import Announce, DisplayDesired, DisplayLine, Text
from drivers import registry
from drivers.connect import DeviceSite
from drivers.emulators.keypad import KeypadEmulator, RaterEmulator
from drivers.emulators.serve import MemoryStream
from drivers.ports import DeviceRefused
from drivers.stream import Stream


class Echoing(MemoryStream):
    """A line to an emulated device that brings back what is written to it."""

    def __init__(self, emulator: Any) -> None:
        super().__init__(emulator)
        self.sent = 0
        self._back = b""

    def write(self, data: bytes) -> None:
        self.sent += len(data)
        self._back += data
        super().write(data)

    def read(self, timeout_s: float) -> bytes:
        back, self._back = self._back, b""
        return back or super().read(timeout_s)


class Here(DeviceSite):
    """A site whose only line is an echoing one to the emulator of the model."""

    def stream(self, device: Device) -> Stream:
        return Echoing(registry.emulator(device.model)(name=device.id))


def built(model: str, kind: str, **options: Any) -> Any:
    device = Device(id="device-1", kind=kind, model=model, address="loop://", serves="03", options=options)
    return registry.build(device, Here(answer_s=10.0))


def shows(driver: Any) -> None:
    driver.show(DisplayDesired(1, [DisplayLine("请A012号")]))
    assert driver.stream.emulator.texts()


def says(driver: Any) -> None:
    driver.stream.emulator.character_s = 0.002
    driver.speak(Announce(1, "03", "A012", Text("请AAA012号NO到3号窗口", "Number A012")))
    assert not any(said.cut_off for said in driver.stream.emulator.said)
    assert "A零一二" in driver.stream.emulator.said[0].text.replace("AA", "")


def opens(driver: Any) -> None:
    driver.unlock(3)
    assert driver.state(3) == "open" and driver.states()[:3] == ["closed", "closed", "open"]


def reads(driver: Any) -> None:
    assert driver.read(0) is None


WORK: dict[str, Callable[[Any], None]] = {"display": shows, "voice": says, "locker": opens, "idcard": reads}
SERIAL = [
    model
    for model in registry.models().values()
    if model.kind in WORK and model.emulator and "serial" in " ".join(model.transports)
]


@pytest.mark.parametrize("model", SERIAL, ids=lambda model: model.name)
def test_a_device_behind_an_adapter_that_hears_itself_works(model: Any) -> None:
    driver = built(model.name, model.kind)
    driver.open()
    driver.check()
    WORK[model.kind](driver)
    driver.check()
    driver.close()


@pytest.mark.parametrize("feedback", ["close", "open"])
@pytest.mark.parametrize("model", ["locker-8a", "locker-wkly"])
def test_a_door_that_is_jammed_is_never_called_open_by_its_own_order(model: str, feedback: str) -> None:
    driver = built(model, "locker", feedback=feedback)
    emulator = driver.stream.emulator
    emulator.fail("jammed")
    if feedback == "open":
        emulator.fail("open-feedback")
    driver.open()
    with pytest.raises(DeviceRefused, match="did not open"):
        driver.unlock(2)
    emulator.repair("jammed")
    driver.unlock(2)
    assert driver.state(2) == "open"
    driver.close()


def test_a_key_is_counted_once_and_answered_once_per_press() -> None:
    keypad = built("keypad-485", "keypad")
    emulator: KeypadEmulator = keypad.stream.emulator
    keypad.open()
    assert keypad.hears_itself
    for number in range(1, 4):
        before = keypad.stream.sent
        emulator.press("next")
        assert keypad.read(30) == "next"
        assert keypad.read(0.6) is None
        assert keypad.stream.sent - before < 100, "the line is not full of answers to answers"
        assert emulator.answered == number
    keypad.show(7, "A012")
    assert keypad.read(0.2) is None and emulator.shown[1] == "007012"
    keypad.close()


def test_a_rating_is_counted_once_and_answered_once_per_press() -> None:
    rater = built("rater-485", "rater")
    emulator: RaterEmulator = rater.stream.emulator
    rater.open()
    for number, level in ((1, 5), (2, 2)):
        rater.ask()
        before = rater.stream.sent
        emulator.press(5 - level)
        assert rater.read(30) == level
        assert rater.read(0.6) is None
        assert rater.stream.sent - before < 100 and emulator.answered == number
    rater.close()


SCANNERS = [model.name for model in registry.models().values() if model.kind == "scanner" and model.emulator]


@pytest.mark.parametrize("model", SCANNERS)
def test_a_scanner_takes_no_command_of_its_host_for_a_code(model: str) -> None:
    scanner = built(model, "scanner")
    scanner.open()
    scanner.check()
    assert scanner.read(0.3) is None
    for code in ("A001", "HTTP://10.0.0.8:8080/T/A012"):
        threading.Timer(0.1, scanner.stream.emulator.scan, (code,)).start()
        assert scanner.read(30) == code
    assert scanner.read(0.3) is None
    scanner.close()


ON_A_LINE_OF_ITS_OWN = {
    "printer": "RS-232, USB and network only: transmit and receive are two wires",
    "a4": "network only",
}
"""Kinds that no RS-485 bus reaches, and why."""


def test_every_kind_that_can_be_behind_an_rs_485_adapter_is_tried_behind_one() -> None:
    tried = {*WORK, "keypad", "rater", "scanner"}
    kinds = {model.kind for model in registry.models().values()}
    assert kinds == tried | ON_A_LINE_OF_ITS_OWN.keys() and not tried & ON_A_LINE_OF_ITS_OWN.keys()
    serial = {m.name for m in registry.models().values() if m.kind in tried and "serial" in " ".join(m.transports)}
    assert serial == {*(model.name for model in SERIAL), *SCANNERS, "keypad-485", "rater-485"}
