"""Frames of lock boards "WKLY", RS-485, 9600 8N1: `57 4B 4C 59 LEN ADDR CMD DATA XOR`. Pure.

LEN counts the whole frame, XOR is over every byte before it. An answer repeats ADDR and CMD; its data begins with 00 (done) or
FF (not done), then door and state, or for 84 the number of doors and a state each. State 00 is open, 01 closed. A board reports
a door that moves by 85 with door and state. Sources: several public programs for these boards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.framing import FrameReader

HEAD = b"WKLY"
OPEN_MANY, FLASH, OPEN, READ, READ_ALL, REPORT, OPEN_ALL = 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86
DONE, FAILED = 0x00, 0xFF
IS_OPEN, IS_CLOSED = 0x00, 0x01
SHORTEST, LONGEST = 8, 255


@dataclass(frozen=True)
class Frame:
    """One frame, either way."""

    address: int
    command: int
    data: bytes = b""

    def encode(self) -> bytes:
        """The bytes on the line; raise ValueError when the data is longer than 247 bytes."""
        length = SHORTEST + len(self.data)
        if length > LONGEST:
            raise ValueError(f"a frame takes {LONGEST - SHORTEST} bytes of data, not {len(self.data)}")
        body = HEAD + bytes((length, self.address, self.command)) + self.data
        return body + bytes((reduce(xor, body),))


class Parser(FrameReader):
    """Finds frames in a stream; holds at most one."""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete now."""
        self.held += data
        found: list[Frame] = []
        while (head := self.held.find(HEAD)) >= 0:
            del self.held[:head]
            if len(self.held) < 5:
                return found
            length = self.held[4]
            if length >= SHORTEST and len(self.held) < length:
                return found
            if length >= SHORTEST and reduce(xor, self.held[:length]) == 0:
                found.append(Frame(self.held[5], self.held[6], bytes(self.held[7 : length - 1])))
                del self.held[:length]
            else:
                self.malformed += 1
                del self.held[0]
        keep = min(len(self.held), len(HEAD) - 1)
        del self.held[: len(self.held) - keep]
        return found
