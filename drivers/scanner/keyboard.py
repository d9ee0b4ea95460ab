"""A scanner that emulates a keyboard, read by evdev. It is grabbed, so that it never types into a program on the screen.

evdev:///dev/input/by-id/usb-Honeywell_3310g-event-kbd
evdev:///?name=Honeywell         the first keyboard whose name contains this
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from contract.configuration.hall import Device
from drivers.address import Address
from drivers.connect import DeviceSite
from drivers.ports import DeviceError, InUse, NoPermission, NotFound, Scanner, Unreachable
from drivers.scanner.keys import KeyReader

KEY_EVENT = 1
"""EV_KEY of linux/input-event-codes.h."""
SILENCE_S = 0.3
"""A scanner types faster than this; what pauses for longer was no code."""


class KeyEvent(Protocol):
    """What is used of evdev.InputEvent."""

    type: int
    code: int
    value: int


class EventDevice(Protocol):
    """What is used of evdev.InputDevice."""

    name: str

    def fileno(self) -> int: ...
    def grab(self) -> None: ...
    def read(self) -> Iterable[KeyEvent]: ...
    def capabilities(self) -> Mapping[int, Sequence[int]]: ...
    def close(self) -> None: ...


class KeyboardScanner(Scanner):
    """A scanner behind evdev; `connect` opens its device."""

    always_on = True

    def __init__(self, name: str, connect: Callable[[], EventDevice]) -> None:
        self.name, self._connect = name, connect
        self._keyboard: EventDevice | None = None
        self._keys = KeyReader()
        self._codes: list[str] = []

    def open(self) -> None:
        if self._keyboard is not None:
            return
        try:
            keyboard = self._connect()
        except OSError as error:
            raise self._trouble(error) from error
        try:
            keyboard.grab()
        except OSError as error:
            keyboard.close()
            raise InUse(f"{self.name}: another program has taken the scanner", "end the other program") from error
        self._keyboard, self._keys, self._codes = keyboard, KeyReader(), []

    def close(self) -> None:
        if self._keyboard is not None:
            self._keyboard.close()  # the grab ends with it
            self._keyboard = None

    def check(self) -> None:
        """A keyboard answers no question; a lost one is noticed at the next read."""
        if self._keyboard is None:
            raise Unreachable(f"{self.name}: the scanner is not open")

    def probe(self) -> None:
        """Take it, if it is not taken."""
        self.open()
        self._codes.clear()

    def read(self, timeout_s: float) -> str | None:
        """The next code, or None."""
        deadline = time.monotonic() + timeout_s
        while not self._codes and (left := deadline - time.monotonic()) > 0:
            self._wait(min(left, SILENCE_S))
        return self._codes.pop(0) if self._codes else None

    def _wait(self, wait_s: float) -> None:
        self.check()
        assert self._keyboard is not None
        try:
            if not select.select([self._keyboard.fileno()], [], [], wait_s)[0]:
                if wait_s == SILENCE_S:
                    self._keys.give_up()
                return
            for event in self._keyboard.read():
                code = self._keys.feed(event.code, event.value) if event.type == KEY_EVENT else None
                if code is not None:
                    self._codes.append(code)
        except OSError as error:
            self.close()
            raise Unreachable(f"{self.name}: the scanner is gone", "plug it back in; it is tried again") from error

    def _trouble(self, error: OSError) -> DeviceError:
        if isinstance(error, PermissionError):
            return NoPermission(f"{self.name}: this user may not read the scanner", "add the user to group input")
        return NotFound(f"{self.name}: there is no such scanner", "plug it in, or correct the address")


def keyboard(device: Device, _site: DeviceSite) -> KeyboardScanner:
    """A scanner for one entry of devices.toml; raise NotFound for an address that is none of evdev."""
    where = Address.parse(device.address)
    if where.scheme != "evdev" or not (where.path.strip("/") or where.options.get("name")):
        raise NotFound(f"{device.id} ({device.address}): this is no keyboard", "write evdev:///dev/input/by-id/...-event-kbd")
    return KeyboardScanner(f"{device.id} ({device.address})", lambda: _input_device(where))


def _input_device(where: Address) -> EventDevice:
    import evdev  # exists on Linux only

    if name := where.options.get("name"):
        for path in evdev.list_devices():
            found: EventDevice = evdev.InputDevice(path)
            if name in found.name and KEY_EVENT in found.capabilities():
                return found
            found.close()
        raise FileNotFoundError(name)
    device: EventDevice = evdev.InputDevice(where.path)
    return device
