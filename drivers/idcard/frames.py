"""Frames of SDT identity card modules (GA 467 readers), 115200 8N1, and the text area of a card. Pure.

    host    AA AA AA 96 69 lenHi lenLo CMD PARA data XOR      reader   AA AA AA 96 69 lenHi lenLo SW1 SW2 SW3 data XOR

`len` counts what follows it, with the XOR, which is over everything from lenHi to the last data byte. Sources: more than
ten independent public implementations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.framing import FrameReader

HEAD = b"\xaa\xaa\xaa\x96\x69"
LONGEST = 2400
"""The largest `len` of any answer: text, photo and two fingerprints take 2321."""

STATUS, RESET, SAM_ID = (0x11, 0xFF), (0x10, 0xFF), (0x12, 0xFF)
FIND, SELECT, READ, READ_ALL = (0x20, 0x01), (0x20, 0x02), (0x30, 0x01), (0x30, 0x10)
OK, FOUND, NO_CARD, SELECT_FAILED = 0x90, 0x9F, 0x80, 0x81
MEANINGS = {
    0x91: "the card has no such item",
    0x01: "port error",
    0x02: "time-out in the reader",
    0x03: "transfer error",
    0x10: "checksum error",
    0x11: "length error",
    0x21: "unknown command",
    0x23: "not authorised",
    0x24: "unknown error",
    0x31: "the card failed authentication",
    0x32: "the security module failed authentication",
    0x33: "verification failed",
    0x40: "unknown kind of card",
    0x41: "the card could not be read",
    0x47: "no random number",
    0x60: "the reader failed its self-test",
    0x66: "the security module is not authorised",
    0x80: "no card",
    0x81: "the card could not be selected",
}


@dataclass(frozen=True)
class Reply:
    """An answer of the reader: status word 3, and the data, which its printed form leaves out."""

    status: int
    data: bytes = b""

    def __repr__(self) -> str:
        return f"Reply(status=0x{self.status:02X}, {len(self.data)} bytes)"

    def encode(self) -> bytes:
        """The bytes on the line."""
        return frame(bytes((0, 0, self.status)) + self.data)


@dataclass(frozen=True)
class Command:
    """A command to the reader."""

    code: int
    parameter: int = 0xFF
    data: bytes = b""

    def encode(self) -> bytes:
        """The bytes on the line; sleep (00) and wake (01) have no parameter."""
        head = bytes((self.code,)) if self.code in (0x00, 0x01) else bytes((self.code, self.parameter))
        return frame(head + self.data)


def frame(body: bytes) -> bytes:
    """A frame around `body`; raise ValueError when it is too long."""
    if len(body) + 1 > LONGEST:
        raise ValueError(f"a frame takes {LONGEST - 1} bytes, not {len(body)}")
    checked = (len(body) + 1).to_bytes(2, "big") + body
    return HEAD + checked + bytes((reduce(xor, checked),))


class Parser(FrameReader):
    """Finds frames in a stream and returns what is between length and XOR. Holds at most one frame."""

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies of the frames that are complete now."""
        self.held += data
        found: list[bytes] = []
        while (head := self.held.find(HEAD)) >= 0:
            del self.held[:head]
            if len(self.held) < 7:
                return found
            length = int.from_bytes(self.held[5:7], "big")
            end = 7 + length
            if 2 <= length <= LONGEST and len(self.held) < end:
                return found
            if 2 <= length <= LONGEST and reduce(xor, self.held[5 : end - 1]) == self.held[end - 1]:
                found.append(bytes(self.held[7 : end - 1]))
                del self.held[:end]
            else:
                self.malformed += 1
                del self.held[0]
        keep = min(len(self.held), len(HEAD) - 1)
        del self.held[: len(self.held) - keep]
        return found


def reply(body: bytes) -> Reply | None:
    """The answer in a frame's body, None where it is none."""
    return Reply(body[2], body[3:]) if len(body) >= 3 and body[:2] == b"\0\0" else None


def command(body: bytes) -> Command | None:
    """The command in a frame's body, None where it is none."""
    if not body:
        return None
    if body[0] in (0x00, 0x01):
        return Command(body[0], data=body[1:])
    return Command(body[0], body[1], body[2:]) if len(body) > 1 else None
