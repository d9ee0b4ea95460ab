"""What devices.toml names becomes a driver of its kind. Nothing is opened here.

Every function raises UnknownModel, BadOption or BadAddress for an entry that cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable

from contract.configuration.hall import Device
from drivers.a4.port import A4Printer
from drivers.connect import DeviceSite
from drivers.models import Model, UnknownModel, emulator, find, load, models
from drivers.options import BadOption
from drivers.ports import Display, Driver, Keypad, Rater, Scanner, Voice
from drivers.printer.port import Printer

__all__ = [
    "BadOption",
    "DeviceSite",
    "Model",
    "UnknownModel",
    "a4",
    "build",
    "display",
    "emulator",
    "find",
    "keypad",
    "models",
    "printer",
    "rater",
    "scanner",
    "voice",
]


def build(device: Device, site: DeviceSite | None = None) -> Driver:
    """The driver for one entry of devices.toml, of whatever kind."""
    model = find(device.model, device.kind)
    for option in device.options:
        if option not in model.options:
            known = ", ".join(model.options) or "none"
            raise BadOption(f"devices.toml: [[device]] {device.id}: unknown option {option!r}", f"{model.name} knows: {known}")
    driver: Callable[[Device, DeviceSite], Driver] = load(model.driver)
    return driver(device, site or DeviceSite())


def display(device: Device, site: DeviceSite | None = None) -> Display:
    """The driver of a LED strip, board or number display."""
    if isinstance(driver := build(device, site), Display):
        return driver
    raise _of_another_kind(device, "display")


def printer(device: Device, site: DeviceSite | None = None) -> Printer:
    """The driver of a ticket printer."""
    if isinstance(driver := build(device, site), Printer):
        return driver
    raise _of_another_kind(device, "printer")


def a4(device: Device, site: DeviceSite | None = None) -> A4Printer:
    """The driver of an A4 printer."""
    if isinstance(driver := build(device, site), A4Printer):
        return driver
    raise _of_another_kind(device, "A4 printer")


def scanner(device: Device, site: DeviceSite | None = None) -> Scanner:
    """The driver of a scanner or a camera."""
    if isinstance(driver := build(device, site), Scanner):
        return driver
    raise _of_another_kind(device, "scanner")


def voice(device: Device, site: DeviceSite | None = None) -> Voice:
    """The driver of a voice."""
    if isinstance(driver := build(device, site), Voice):
        return driver
    raise _of_another_kind(device, "voice")


def keypad(device: Device, site: DeviceSite | None = None) -> Keypad:
    """The driver of a caller keypad."""
    if isinstance(driver := build(device, site), Keypad):
        return driver
    raise _of_another_kind(device, "keypad")


def rater(device: Device, site: DeviceSite | None = None) -> Rater:
    """The driver of a rater box."""
    if isinstance(driver := build(device, site), Rater):
        return driver
    raise _of_another_kind(device, "rater")


def _of_another_kind(device: Device, wanted: str) -> UnknownModel:
    return UnknownModel(f"{device.id}: {device.model!r} is no {wanted}", "correct kind and model in devices.toml")
