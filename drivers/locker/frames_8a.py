"""Frames of lock boards "8A/80" (Shuoming and many others), RS-485, 9600 8N1. Pure.

    open one 8A addr ch 11 BCC -> 8A addr ch state BCC      read one 80 addr ch 33 BCC -> 80 addr ch state BCC
    open all 8A addr 00 11 BCC                              read all 80 addr 00 33 BCC -> 80 addr S(17-24) S(9-16) S(1-8) 33 BCC

BCC is the XOR of all bytes before it; a board reports a door that moves by 82 addr ch state BCC. What the states 11 and 00 mean
depends on the wiring of the feedback. Source: the maker's manual, 2021 and 2024.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.framing import FrameReader

OPEN, READ, REPORT = 0x8A, 0x80, 0x82
HEADS = frozenset({OPEN, READ, REPORT})
DO, ASK = 0x11, 0x33
HIGH, LOW = 0x11, 0x00
ALL = 0x00
DOORS = 24


@dataclass(frozen=True)
class Frame:
    """A frame of five bytes: the last is `state`, or the function code of a command."""

    head: int
    address: int
    door: int
    state: int

    def encode(self) -> bytes:
        """The bytes on the line."""
        return checked(bytes((self.head, self.address, self.door, self.state)))


@dataclass(frozen=True)
class AllDoors:
    """The answer to reading all: `bits` has bit 0 for door 1, set for state 11."""

    address: int
    bits: int

    def encode(self) -> bytes:
        """The bytes on the line."""
        return checked(bytes((READ, self.address)) + self.bits.to_bytes(3, "big") + bytes((ASK,)))


def checked(body: bytes) -> bytes:
    """The body with its BCC."""
    return body + bytes((reduce(xor, body),))


class Parser(FrameReader):
    """Finds frames in a stream. With `all_doors` an answer to reading all is expected, whose length differs."""

    def __init__(self, *, all_doors: bool = False) -> None:
        super().__init__()
        self.all_doors = all_doors

    def feed(self, data: bytes) -> list[Frame | AllDoors]:
        """The frames that are complete now."""
        self.held += data
        found: list[Frame | AllDoors] = []
        while self.held:
            size = 7 if self.all_doors and self.held[0] == READ else 5
            if self.held[0] in HEADS and len(self.held) < size:
                return found
            frame = self._frame(size)
            if frame is None:
                self.malformed += self.held[0] in HEADS
                del self.held[0]
            else:
                found.append(frame)
                del self.held[:size]
        return found

    def _frame(self, size: int) -> Frame | AllDoors | None:
        held = bytes(self.held[:size])
        if held[0] not in HEADS or reduce(xor, held):
            return None
        if size == 7:
            return AllDoors(held[1], int.from_bytes(held[2:5], "big")) if held[5] == ASK else None
        return Frame(*held[:4])
