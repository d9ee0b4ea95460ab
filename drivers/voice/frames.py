"""Frames of the speech chips SYN6288 (YuTone) and XFS5152CE (iFlytek), after their makers' manuals. Pure: bytes only.

    SYN6288    FD lenHi lenLo cmd [parameter text] XOR      length counts everything behind it; XOR is over every byte before it
    XFS5152CE  FD lenHi lenLo cmd [encoding text]           no check byte

Both answer with single bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Literal

from drivers.framing import FrameReader

HEAD = 0xFD
SPEAK, STOP, PAUSE, RESUME, STATUS, BAUD = 0x01, 0x02, 0x03, 0x04, 0x21, 0x31
INITIALISED, TAKEN, NOT_UNDERSTOOD, BUSY, IDLE = 0x4A, 0x41, 0x45, 0x4E, 0x4F

Encoding = Literal["gb2312", "gbk", "big5", "unicode"]
ENCODINGS: tuple[Encoding, ...] = ("gb2312", "gbk", "big5", "unicode")


@dataclass(frozen=True)
class Chip:
    """What differs between the chips.

    `limit` is the largest text in bytes, `wide` Python's name of its Unicode byte order, `byte_gap_s` the longest silence
    inside a frame (0: any), `frame_gap_s` the shortest between two.
    """

    name: str
    checked: bool
    limit: int
    wide: str
    sleep: int
    music: bool
    byte_gap_s: float = 0.0
    frame_gap_s: float = 0.0

    def frame(self, command: int, data: bytes = b"") -> bytes:
        """One frame; raise ValueError when the data is longer than the chip takes."""
        if len(data) > self.limit + 1:
            raise ValueError(f"{self.name} takes {self.limit} bytes of text in a frame, not {len(data) - 1}")
        length = 1 + len(data) + self.checked
        body = bytes((HEAD, *length.to_bytes(2, "big"), command)) + data
        return body + bytes((reduce(xor, body),)) if self.checked else body

    def speak(self, text: str, encoding: Encoding = "gbk", *, music: int = 0) -> bytes:
        """The frame that says `text`; characters the encoding lacks are left out. `music` 0 to 15 plays under it (SYN6288)."""
        if not 0 <= music <= (15 if self.music else 0):
            raise ValueError(f"{self.name} has no background music {music}")
        codec = self.wide if encoding == "unicode" else encoding
        parameter = music << 3 | ENCODINGS.index(encoding)
        return self.frame(SPEAK, bytes((parameter,)) + text.encode(codec, "ignore"))


SYN6288 = Chip(
    "SYN6288", checked=True, limit=200, wide="utf-16-be", sleep=0x88, music=True, byte_gap_s=0.008, frame_gap_s=0.008
)
XFS5152 = Chip("XFS5152CE", False, limit=4000, wide="utf-16-le", sleep=0x88, music=False)


@dataclass(frozen=True)
class Frame:
    """A frame as the chip sees it."""

    command: int
    data: bytes

    def text(self, chip: Chip) -> str:
        """What a speak frame says; raise ValueError when it is no such frame or not in its encoding."""
        if self.command != SPEAK or not self.data or self.data[0] & 0x07 >= len(ENCODINGS):
            raise ValueError("no speak frame")
        encoding = ENCODINGS[self.data[0] & 0x07]
        return self.data[1:].decode(chip.wide if encoding == "unicode" else encoding)


class Parser(FrameReader):
    """Finds frames in a stream of bytes: noise before a head is skipped, a broken frame is counted and the search goes on."""

    def __init__(self, chip: Chip) -> None:
        super().__init__()
        self.chip = chip

    def feed(self, data: bytes) -> list[Frame | None]:
        """The frames that are complete now, in order; None is one that was not understood."""
        self.held += data
        found: list[Frame | None] = []
        while (head := self.held.find(HEAD)) >= 0:
            del self.held[:head]
            if len(self.held) < 3:
                return found
            length = int.from_bytes(self.held[1:3], "big")
            if not 1 + self.chip.checked <= length <= self.chip.limit + 2 + self.chip.checked:
                self._broken()
                found.append(None)
                continue
            if len(self.held) < 3 + length:
                return found
            found.append(self._cut(3 + length))
        self.held.clear()
        return found

    def _broken(self) -> None:
        self.malformed += 1
        del self.held[0]

    def _cut(self, size: int) -> Frame | None:
        frame = bytes(self.held[:size])
        if self.chip.checked and reduce(xor, frame[:-1]) != frame[-1]:
            self._broken()
            return None
        del self.held[:size]
        return Frame(frame[3], frame[4 : size - self.chip.checked])
