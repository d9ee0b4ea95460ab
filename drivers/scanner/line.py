"""Scanners on a serial line or a USB port that looks like one: any that sends text, Honeywell, Newland, GM65, Zebra SSI.

A scanner with commands shines only while somebody reads; `trigger = false` in its options lets it scan on its own, as in
presentation mode.
"""

from __future__ import annotations

import logging
import time
from abc import abstractmethod
from collections import deque

from contract.configuration.hall import Device
from drivers.ask import arriving
from drivers.connect import DeviceSite
from drivers.options import DeviceOptions
from drivers.ports import DeviceError, DeviceRefused, NoReply, Scanner
from drivers.scanner import frames, ssi
from drivers.scanner.frames import CodeParser, Make
from drivers.serial_device import SerialDevice
from drivers.stream import Stream

LOG = logging.getLogger(__name__)
ANSWER_S = 0.5
SILENCE_S = 0.12
"""After this silence a code without an end is whole: 9600 baud take 1 ms a byte;"""
UNSURE_S, LOST_S = 0.48, 0.96
"""after this one where nobody knows yet whether the scanner sends ends. Where it does, nothing more comes after the other."""
KEPT = 16
TRIES = 3
REMEDY = "check power, cable and baud rate, and that the scanner is set to a serial interface"


class LineScanner(SerialDevice, Scanner):
    """What all scanners on a line share: codes wait until somebody reads, one scan at a time."""

    def __init__(self, stream: Stream, *, trigger: bool, answer_s: float | None = None) -> None:
        super().__init__(stream)
        self.trigger, self.answer_s = trigger, answer_s or ANSWER_S
        self.always_on = not trigger
        self._codes: deque[str] = deque(maxlen=KEPT)

    def close(self) -> None:
        self._codes.clear()
        super().close()

    def check(self) -> None:
        """Ask the scanner, where its protocol has a question."""
        self.ask()

    def probe(self) -> None:
        """Ask it, on a line that stays open: to open a line rings or resets some makes."""
        if self.stream.is_open:
            self.check()
        else:
            self.open()
        self._codes.clear()

    def read(self, timeout_s: float) -> str | None:
        """The next code, or None. A code that was read between two calls is handed out by the next."""
        deadline = time.monotonic() + timeout_s
        if arrived := self.stream.read(0):
            self.take(arrived)
        if self._codes:
            return self._codes.popleft()
        if self.trigger:
            self.start()
        try:
            while not self._codes and (left := deadline - time.monotonic()) > 0:
                wait = min(left, SILENCE_S)
                if (arrived := self.stream.read(wait)) or wait == SILENCE_S:
                    self.take(arrived)
        finally:
            if self.trigger and self.stream.is_open:
                self._rest()
        return self._codes.popleft() if self._codes else None

    def _rest(self) -> None:
        """Stop. A code that was read counts, also where the scanner does not answer any more: the next call finds that out."""
        try:
            self.stop()
        except DeviceError as error:
            if not self._codes:
                raise
            LOG.warning("%s", error)

    @abstractmethod
    def ask(self) -> None:
        """Make sure the scanner is there; raise NoReply or DeviceRefused."""

    @abstractmethod
    def start(self) -> None:
        """Let it scan."""

    @abstractmethod
    def stop(self) -> None:
        """Let it rest."""

    @abstractmethod
    def take(self, data: bytes) -> None:
        """Put the codes in `data` into the line of codes; empty data means silence."""


class TextScanner(LineScanner):
    """A scanner that sends each code as text with CR, LF or CR LF, or with nothing but silence behind it."""

    def __init__(self, make: Make, stream: Stream, *, trigger: bool, answer_s: float | None = None) -> None:
        super().__init__(stream, trigger=trigger and bool(make.start), answer_s=answer_s)
        self.make = make
        self._parser = CodeParser(make)
        self._silent_s = 0.0

    def open(self) -> None:
        self._parser = CodeParser(self.make)
        super().open()

    def ask(self) -> None:
        if self.make.answer is not None:
            self._command(self.make.stop)

    def start(self) -> None:
        self._command(self.make.start)

    def stop(self) -> None:
        self._command(self.make.stop)

    def take(self, data: bytes) -> None:
        if data:
            self._silent_s = 0.0
            self._codes.extend(self._parser.feed(data))
            return
        self._silent_s += SILENCE_S
        patience_s = {None: UNSURE_S, True: LOST_S, False: SILENCE_S}[self._parser.has_ends]
        if self._silent_s >= patience_s and (code := self._parser.flush()):
            self._codes.append(code)

    def _command(self, command: bytes) -> None:
        """Send a command until it is answered, where this make answers."""
        for _ in range(TRIES if self.make.answer is not None else 1):
            self._parser.answers.clear()
            self.stream.write(command)
            if self.make.answer is None or self._answered():
                return
        if self._parser.answers:
            raise DeviceRefused(f"{self.stream.name}: the scanner refuses a command", f"check that it is a {self.make.name}")
        raise NoReply(f"{self.stream.name}: the scanner does not answer", REMEDY)

    def _answered(self) -> bool:
        for data in arriving(self.stream, self.answer_s):
            self._codes.extend(self._parser.feed(data))
            if self._parser.answers:
                break
        return any(self._parser.answers)


class SsiScanner(LineScanner):
    """A Zebra decoder in SSI with acknowledgement."""

    def __init__(self, stream: Stream, *, trigger: bool, answer_s: float | None = None) -> None:
        super().__init__(stream, trigger=trigger, answer_s=answer_s)
        self._parser, self._reader = ssi.Parser(), ssi.SsiCodeReader()
        self._said: set[int] = set()

    def open(self) -> None:
        self._parser, self._reader = ssi.Parser(), ssi.SsiCodeReader()
        super().open()

    def ask(self) -> None:
        self._command(ssi.REVISION, {ssi.REVISION_REPLY})

    def start(self) -> None:
        self._command(ssi.START, {ssi.ACK})

    def stop(self) -> None:
        self._command(ssi.STOP, {ssi.ACK})

    def take(self, data: bytes) -> None:
        if not data:
            self._parser.give_up()
        for packet in self._parser.feed(data):
            self._said.add(packet.op)
            if packet.op == ssi.DECODED:
                self.stream.write(ssi.command(ssi.ACK))
            code = self._reader.feed(packet)
            if code and (text := frames.text_of(code)):
                self._codes.append(text)

    def _command(self, op: int, answers: set[int]) -> None:
        """Wake the decoder, send, and wait for one of `answers`; a code that comes instead is kept."""
        self._said.clear()
        for _ in range(TRIES):
            self.stream.write(ssi.WAKE + ssi.command(op))
            for data in arriving(self.stream, self.answer_s):
                self.take(data)
                if self._said & (answers | {ssi.NAK}):
                    break
            if self._said & answers:
                return
        if ssi.NAK in self._said:
            raise DeviceRefused(f"{self.stream.name}: the scanner refuses a command", "set it to SSI with acknowledgement")
        raise NoReply(f"{self.stream.name}: the scanner does not answer", REMEDY)


def plain(device: Device, site: DeviceSite) -> TextScanner:
    """Any scanner that sends text."""
    return TextScanner(frames.PLAIN, site.stream(device), trigger=False, answer_s=site.answer_s)


def honeywell(device: Device, site: DeviceSite) -> TextScanner:
    """A Honeywell scanner."""
    return TextScanner(frames.HONEYWELL, site.stream(device), trigger=_trigger(device), answer_s=site.answer_s)


def newland(device: Device, site: DeviceSite) -> TextScanner:
    """A Newland scanner with unified commands."""
    return TextScanner(frames.NEWLAND, site.stream(device), trigger=_trigger(device), answer_s=site.answer_s)


def gm65(device: Device, site: DeviceSite) -> TextScanner:
    """A GM65 or GM861 module."""
    return TextScanner(frames.GM65, site.stream(device), trigger=_trigger(device), answer_s=site.answer_s)


def zebra(device: Device, site: DeviceSite) -> SsiScanner:
    """A Zebra decoder that speaks SSI."""
    return SsiScanner(site.stream(device), trigger=_trigger(device), answer_s=site.answer_s)


def _trigger(device: Device) -> bool:
    """The option `trigger` of a scanner, true by default; raise BadOption."""
    return DeviceOptions.of(device).flag("trigger", True)
