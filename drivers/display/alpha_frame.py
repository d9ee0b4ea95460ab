"""Frames of the Alpha sign protocol (BetaBrite and others). Pure: bytes and values, no line.

    five NUL | 01 type address(2) | 02 command data 03 sum(4 hex digits) | 04        sum: of 02 to 03, 16 bits

Source: the maker's protocol (9708-8061F). Signs know Latin letters only: Chinese is sent as a picture (small DOTS).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NULS, SOH, STX, ETX, EOT, ESC = b"\0" * 5, b"\x01", b"\x02", b"\x03", b"\x04", b"\x1b"
WRITE_TEXT, WRITE_SPECIAL, WRITE_STRING, WRITE_DOTS = b"A", b"E", b"G", b"I"
HOLD, FLASH, ROTATE = b"b", b"c", b"a"
MIDDLE = b"\x20"
SHOW_STRING, SHOW_DOTS = b"\x10", b"\x14"
COLOURS = {"red": b"\x1c1", "green": b"\x1c2", "yellow": b"\x1c3"}
DOT_COLOURS = {"red": b"1", "green": b"2", "yellow": b"3"}
TEXT_FILE, DOTS_FILE = b"A", b"P"
PICTURE_HEAD = 5
"""Bytes of a picture before its dots: file, height and width."""
LIMIT = 16384
_FRAME = re.compile(rb"\0+\x01(.)([0-9A-F?]{2})\x02([A-Z])([^\x01-\x02\x04]*?)\x03([0-9A-F]{4})\x04", re.DOTALL)


@dataclass(frozen=True)
class Frame:
    """One command for the signs of a type (Z: all) at a two-digit hexadecimal address (00: all)."""

    command: bytes
    data: bytes
    address: bytes = b"00"
    type: bytes = b"Z"

    def encode(self) -> bytes:
        """The bytes on the line."""
        body = STX + self.command + self.data + ETX
        return NULS + SOH + self.type + self.address + body + b"%04X" % (sum(body) & 0xFFFF) + EOT

    def pieces(self) -> tuple[bytes, ...]:
        """The bytes on the line, cut where a sign needs a pause: behind the size of a picture."""
        whole = self.encode()
        if self.command != WRITE_DOTS:
            return (whole,)
        size_end = len(NULS + SOH + self.type + self.address + STX + self.command) + PICTURE_HEAD
        return whole[:size_end], whole[size_end:]


def memory(width: int, height: int) -> bytes:
    """The data of a special function: one text file that is always shown, one picture of this size in three colours."""
    return b"$" + TEXT_FILE + b"AU0100FF00" + DOTS_FILE + b"DU%02X%02X2000" % (height, width)


def text(content: bytes, mode: bytes = HOLD) -> bytes:
    """The data of a text file in the middle of the sign; `content` is made of letters and of marks of this module."""
    return TEXT_FILE + ESC + MIDDLE + mode + content


def picture(rows: list[bytes]) -> bytes:
    """The data of a picture; a row has one digit a dot (0 dark, 1 red, 2 green, 3 yellow). At most 255 by 31 dots."""
    return DOTS_FILE + b"%02X%02X" % (len(rows), len(rows[0])) + b"".join(row + b"\r" for row in rows)


def read_picture(data: bytes) -> list[bytes] | None:
    """The rows of a picture, or None for one whose size is not what it states."""
    if not re.fullmatch(rb".[0-9A-F]{4}[0-8\r]*", data, re.DOTALL):
        return None
    height, width = int(data[1:3], 16), int(data[3:5], 16)
    rows = data[5:].split(b"\r")
    return rows[:-1] if len(rows) == height + 1 and all(len(row) == width for row in rows[:-1]) else None


class Parser:
    """Finds frames in a stream of bytes."""

    def __init__(self) -> None:
        self.malformed = 0
        self.held = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take more bytes; return the frames that they complete."""
        found: list[Frame] = []
        *ended, rest = data.split(EOT)
        for part in ended:
            self._take(part)
            self._finish(found)
        self._take(rest)
        return found

    def _take(self, part: bytes) -> None:
        self.held += part
        if len(self.held) > LIMIT:
            self.malformed += 1
            del self.held[:-LIMIT]

    def _finish(self, found: list[Frame]) -> None:
        whole = bytes(self.held) + EOT
        self.held.clear()
        match = _FRAME.search(whole)
        if match is None:
            self.malformed += 1
            return
        kind, address, command, content, stated = match.groups()
        if sum(STX + command + content + ETX) & 0xFFFF != int(stated, 16):
            self.malformed += 1
            return
        found.append(Frame(command, content, address, kind))
