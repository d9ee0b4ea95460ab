"""What every emulated device is: bytes in, bytes out, an outcome one can look at, and faults that can be switched on.

A subclass implements `receive`. It is called for one piece of bytes at a time, whatever line they come by; a piece may hold
half a frame or several. Answers leave by `line.send`, reports of the device itself by `emit`. Faults of the line are applied
here, so that a subclass only deals with faults of its own (`self.faulty("paper-out")`).
"""

from __future__ import annotations

import logging
import random
import re
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, TypedDict

LOG = logging.getLogger(__name__)
NUMBER = re.compile("[0-9]{1,6}([.][0-9]{1,6})?")
LINE_FAULTS = {
    "no-answer": "receives, obeys, does not answer",
    "late": "answers after this many seconds (late=3)",
    "garbage": "answers random bytes",
    "noise": "random bytes come before every answer",
    "bit-errors": "one bit of every answer is flipped",
    "half-frames": "only the first half of every answer arrives",
    "disconnects": "the line breaks as soon as something is received",
}


class UnknownFault(ValueError):
    """The device cannot fail like that; the text lists how it can."""


class EmulatedLine:
    """One connection to an emulated device. `state` belongs to the emulator: its parser for this line."""

    def __init__(self, emulator: Emulator, write: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
        self._emulator, self._write, self._hang_up = emulator, write, hang_up
        self.state: Any = None
        self.is_open = True
        self._late: deque[bytes] = deque()
        self._sending = threading.Lock()

    def send(self, data: bytes) -> None:
        """Send an answer, changed by the faults that are on."""
        spoiled = self._emulator.spoil(data)
        if not spoiled or not self.is_open:
            return
        delay = self._emulator.delay_s()
        if delay:
            self._late.append(spoiled)
            timer = threading.Timer(delay, self._write_next)
            timer.daemon = True
            timer.start()
        else:
            self._write(spoiled)

    def close(self) -> None:
        """End the connection from the side of the device."""
        if self.is_open:
            self.is_open = False
            self._hang_up()

    def _write_next(self) -> None:
        """Send the oldest late answer: timers may go off in another order than they were set."""
        with self._sending:
            data = self._late.popleft()
            if self.is_open:
                self._write(data)


class EmulatorArguments(TypedDict, total=False):
    """What every emulator may be given when it is made; see `Emulator`."""

    name: str
    out: Path | None
    faults: Iterable[str]
    seed: int


class Emulator(ABC):
    """An emulated device. `out` is the folder for what it shows, `seed` that of its random faults."""

    FAULTS: ClassVar[dict[str, str]] = {}
    """Faults of this device beyond those of the line: name and what happens."""
    FAULT_WORDS: ClassVar[dict[str, tuple[str, ...]]] = {}
    """The words that a fault takes in place of a number."""

    def __init__(self, *, name: str = "", out: Path | None = None, faults: Iterable[str] = (), seed: int = 1) -> None:
        self.name = name or type(self).__name__
        self.out = out
        self.received = 0
        """Bytes received so far."""
        self.malformed = 0
        """Frames, or pieces of them, that made no sense."""
        self.changed = threading.Condition(threading.RLock())
        """Held while bytes are handled; notified after each piece, so that a watcher can wait for an outcome."""
        self._lines: list[EmulatedLine] = []
        self._random = random.Random(seed)
        self._faults: dict[str, str] = {}
        for fault in faults:
            self.fail(fault)

    # --- faults ------------------------------------------------------------------------------------------------------

    @classmethod
    def known_faults(cls) -> dict[str, str]:
        """Every fault this device can show, with what happens."""
        return LINE_FAULTS | cls.FAULTS

    def fail(self, fault: str) -> None:
        """Switch a fault on: `name`, `name=number` or `name=word`. Raise UnknownFault, for a value that is wrong as well."""
        name, with_value, value = fault.partition("=")
        known = self.known_faults()
        if name not in known:
            raise UnknownFault(f"{fault!r} is no fault of this device; it knows: {', '.join(known)}")
        if with_value and f"({name}=" not in known[name]:
            raise UnknownFault(f"{fault!r}: {name} takes no value; write {name}")
        words = self.FAULT_WORDS.get(name)
        if with_value and not (value in words if words else NUMBER.fullmatch(value)):
            raise UnknownFault(f"{fault!r}: {value!r} is no value for it; write it as here: {known[name]}")
        with self.changed:
            self._faults[name] = value
            self.fault_changed(name, True)
            self.changed.notify_all()

    def repair(self, fault: str | None = None) -> None:
        """Switch a fault off, or all of them."""
        with self.changed:
            for name in [fault] if fault else list(self._faults):
                if self._faults.pop(name, None) is not None:
                    self.fault_changed(name, False)
            self.changed.notify_all()

    def faulty(self, name: str) -> bool:
        """Whether a fault is on."""
        return name in self._faults

    def fault_value(self, name: str, default: float) -> float:
        """The number given with a fault, as in `late=0.5`."""
        return float(self._faults.get(name) or default)

    def fault_changed(self, name: str, on: bool) -> None:  # noqa: B027
        """Called when a fault is switched, for devices that report unasked."""

    def spoil(self, data: bytes) -> bytes:
        """What of an answer gets onto the line under the faults that are on."""
        if self.faulty("no-answer"):
            return b""
        if self.faulty("garbage"):
            return self._random.randbytes(max(4, len(data)))
        if self.faulty("bit-errors"):
            at = self._random.randrange(len(data) * 8)
            data = data[: at // 8] + bytes([data[at // 8] ^ 1 << at % 8]) + data[at // 8 + 1 :]
        if self.faulty("half-frames"):
            data = data[: len(data) // 2]
        if self.faulty("noise"):
            data = self._random.randbytes(5) + data
        return data

    def delay_s(self) -> float:
        """How long an answer waits."""
        return self.fault_value("late", 3.0) if self.faulty("late") else 0.0

    # --- lines -------------------------------------------------------------------------------------------------------

    def plug_in(self, write: Callable[[bytes], None], hang_up: Callable[[], None] = lambda: None) -> EmulatedLine:
        """A new connection; `write` puts bytes onto it, `hang_up` ends it."""
        line = EmulatedLine(self, write, hang_up)
        with self.changed:
            self._lines.append(line)
            self.opened(line)
            self.changed.notify_all()
        return line

    @property
    def connections(self) -> int:
        """How many lines are plugged in."""
        return len(self._lines)

    def unplug(self, line: EmulatedLine) -> None:
        """The connection has ended."""
        with self.changed:
            line.is_open = False
            if line in self._lines:
                self._lines.remove(line)
            self.closed(line)
            self.changed.notify_all()

    def feed(self, line: EmulatedLine, data: bytes) -> None:
        """Bytes that came by `line`."""
        with self.changed:
            self.received += len(data)
            if self.faulty("disconnects"):
                line.close()
                return
            try:
                self.receive(line, data)
            except OSError as error:  # a full disk must not end the device
                LOG.warning("%s: what it shows cannot be kept: %s", self.name, error)
            self.changed.notify_all()

    def emit(self, data: bytes) -> None:
        """Send news on every open line."""
        with self.changed:
            for line in list(self._lines):
                line.send(data)

    def hang_up(self) -> None:
        """End every connection, as if the plug was pulled."""
        with self.changed:
            for line in list(self._lines):
                line.close()

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = 30.0) -> bool:
        """Wait until `condition` holds; False at the time-out."""
        with self.changed:
            return self.changed.wait_for(condition, timeout_s)

    # --- the device --------------------------------------------------------------------------------------------------

    @abstractmethod
    def receive(self, line: EmulatedLine, data: bytes) -> None:
        """Handle bytes; `self.changed` is held."""

    def opened(self, line: EmulatedLine) -> None:  # noqa: B027
        """A connection was made: put a fresh parser into `line.state`."""

    def closed(self, line: EmulatedLine) -> None:  # noqa: B027
        """A connection ended."""

    def stop(self) -> None:  # noqa: B027
        """The emulator ends: write what is not yet written."""

    def now(self) -> float:
        """Monotonic seconds, for devices that measure gaps between bytes."""
        return time.monotonic()
