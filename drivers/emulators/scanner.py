"""Emulated scanners: `scan` holds a code before the window; the device sends it as its make does, when it may."""

from __future__ import annotations

import re
from binascii import crc_hqx
from typing import ClassVar, Unpack

from drivers.emulators.base import EmulatedLine, Emulator, EmulatorArguments
from drivers.scanner import ssi

ENDS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "none": b""}
_NEWLAND = re.compile(rb"\x7e\x010000([@#])([A-Z0-9]{1,16});\x03")
_HONEYWELL = re.compile(rb"\x16([TU])\r")
_GM65 = re.compile(rb"\x7e\x00\x08\x01\x00(.)(.)(..)", re.DOTALL)
_LONGEST = 64


class ScannerEmulator(Emulator):
    """A scanner that sends what it sees at once, as any does in presentation mode."""

    FAULTS: ClassVar[dict[str, str]] = {
        "end": "sends cr, lf, crlf or none behind a code (end=lf); usually cr",
        "refuses": "answers every command with an error",
        "broken-codes": "characters of the code are lost on the line",
    }
    FAULT_WORDS: ClassVar[dict[str, tuple[str, ...]]] = {"end": tuple(ENDS)}
    TRIGGERED: ClassVar[bool] = False

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        super().__init__(**given)
        self.scanning = not self.TRIGGERED
        self._seen: str | None = None

    def scan(self, text: str) -> None:
        """Hold a code before the window."""
        with self.changed:
            self._seen = text
            self._look()

    def act(self, words: str) -> None:
        """What a person does with the device: scan this text."""
        self.scan(words)

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        """Takes nothing."""

    def send_code(self, code: bytes) -> None:
        """Send a code as this make does."""
        end = self._faults.get("end", "cr")
        self.emit(code + ENDS.get(end, b"\r"))

    def _set(self, scanning: bool) -> None:
        self.scanning = scanning
        self._look()

    def _look(self) -> None:
        if not self.scanning or self._seen is None:
            return
        code = self._seen.encode()
        self._seen = None
        self.scanning = not self.TRIGGERED
        if self.faulty("broken-codes"):
            code = bytes(byte for byte in code if self._random.random() < 0.7)
        self.send_code(code)
        self.changed.notify_all()


class TriggeredEmulator(ScannerEmulator):
    """A scanner that shines only after its start command; commands are matched in the stream."""

    TRIGGERED: ClassVar[bool] = True
    commands: ClassVar[re.Pattern[bytes]]

    def opened(self, line: EmulatedLine) -> None:
        line.state = b""

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        held: bytes = line.state + data
        end = 0
        for found in self.commands.finditer(held):
            self.malformed += found.start() > end
            end = found.end()
            self.obey(line, found)
        line.state = held[end:][-_LONGEST:]

    def obey(self, line: EmulatedLine, command: re.Match[bytes]) -> None:
        """Answer one command and do it."""


class HoneywellEmulator(TriggeredEmulator):
    """A Honeywell scanner: commands without answers."""

    commands = _HONEYWELL

    def obey(self, line: EmulatedLine, command: re.Match[bytes]) -> None:
        self._set(command[1] == b"T")


class NewlandEmulator(TriggeredEmulator):
    """A Newland scanner with unified commands."""

    commands = _NEWLAND

    def obey(self, line: EmulatedLine, command: re.Match[bytes]) -> None:
        known = command[2] in (b"SCNTRG0", b"SCNTRG1") and not self.faulty("refuses")
        self.malformed += not known
        line.send(b"\x02\x010000" + command[1] + command[2] + (b"\x06" if known else b"\x05") + b";\x03")
        if known:
            self._set(command[2] == b"SCNTRG1")


class Gm65Emulator(TriggeredEmulator):
    """A GM65: a write to register 2 starts and stops it."""

    commands = _GM65

    def obey(self, line: EmulatedLine, command: re.Match[bytes]) -> None:
        body = b"\x08\x01\x00" + command[1] + command[2]
        if command[3] not in (b"\xab\xcd", crc_hqx(body, 0).to_bytes(2, "big")):
            self.malformed += 1
            return
        answer = b"\x00\x00\x01" + (b"\x01" if self.faulty("refuses") else b"\x00")
        line.send(b"\x02" + answer + crc_hqx(answer, 0).to_bytes(2, "big"))
        if not self.faulty("refuses") and command[1] == b"\x02":
            self._set(command[2] == b"\x01")


class ZebraEmulator(ScannerEmulator):
    """A Zebra decoder in SSI with acknowledgement."""

    TRIGGERED: ClassVar[bool] = True

    def opened(self, line: EmulatedLine) -> None:
        line.state = ssi.Parser(ssi.HOST)

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        for packet in line.state.feed(data):
            if packet.op == ssi.ACK:
                continue
            known = packet.op in (ssi.START, ssi.STOP, ssi.REVISION) and not self.faulty("refuses")
            answer = (ssi.REVISION_REPLY if packet.op == ssi.REVISION else ssi.ACK) if known else ssi.NAK
            payload = {ssi.REVISION_REPLY: b"PAABLS00-001-R01", ssi.NAK: b"\x02"}.get(answer, b"")
            line.send(ssi.Packet(answer, ssi.DECODER, 0, payload).encode())
            if known and packet.op != ssi.REVISION:
                self._set(packet.op == ssi.START)

    def send_code(self, code: bytes) -> None:
        for packet in ssi.decoded(code):
            self.emit(packet)
