"""Frames of small boards that show a number only.

    four bytes   id, number high, number low, sum of the three
    Xunpeng      3A, colour, number low, number high, 01, sum of the five, 0A

Source: one public program each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LETTER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,2}[ ]?([0-9]+)")
_NUMBER = re.compile(r"(?<![0-9第])([0-9]+)(?=号(?! ?(?:窗|柜|台)))")
_ALONE = re.compile(r"\s*([0-9]+)\s*")
COLOURS = {"red": 0, "green": 1, "yellow": 2}


@dataclass(frozen=True)
class Number:
    """A number 0 to 65535 for the board `address`; Xunpeng boards have a colour instead of an address."""

    value: int
    address: int = 0
    colour: int = 0


def encode_four(number: Number) -> bytes:
    """The frame of a four-byte board."""
    body = bytes([number.address, *number.value.to_bytes(2, "big")])
    return body + bytes([sum(body) & 0xFF])


def encode_xunpeng(number: Number) -> bytes:
    """The frame of a Xunpeng board."""
    body = bytes([0x3A, number.colour, *number.value.to_bytes(2, "little"), 1])
    return body + bytes([sum(body) & 0xFF, 0x0A])


def number_in(text: str) -> int:
    """The number of the ticket in a text, its last four digits: A012 is 12, also in "03号窗口请A012号". Without a letter it is
    the number before 号 that is no window's, or the whole text. 0 when nobody is called: a board of digits shows no words."""
    ticket = _LETTER.search(text) or _NUMBER.search(text) or _ALONE.fullmatch(text)
    return int(ticket[1][-4:]) if ticket else 0


class Parser:
    """Finds frames of one of the two kinds in a stream of bytes, byte by byte where something does not fit."""

    def __init__(self, *, xunpeng: bool, address: int | None = None) -> None:
        self.xunpeng, self.address = xunpeng, address
        self.malformed = 0
        self.held = bytearray()

    def feed(self, data: bytes) -> list[Number]:
        """Take more bytes; return the numbers in the frames that they complete."""
        found: list[Number] = []
        self.held += data
        size = 7 if self.xunpeng else 4
        while len(self.held) >= size:
            number = self._read(bytes(self.held[:size]))
            if number is None:
                self.malformed += 1
                del self.held[:1]
            else:
                found.append(number)
                del self.held[:size]
        return found

    def _read(self, frame: bytes) -> Number | None:
        if self.xunpeng:
            fits = frame[0] == 0x3A and frame[4] == 1 and frame[6] == 0x0A and sum(frame[:5]) & 0xFF == frame[5]
            return Number(int.from_bytes(frame[2:4], "little"), colour=frame[1]) if fits else None
        fits = sum(frame[:3]) & 0xFF == frame[3] and self.address in (None, frame[0])
        return Number(int.from_bytes(frame[1:3], "big"), frame[0]) if fits else None
