"""What serial scanners send and understand. Pure: bytes only.

    codes      text, then CR, LF or CR LF                                          every make as delivered, 9600 8N1
    Honeywell  start 16 54 0D, stop 16 55 0D; never answers
    Newland    7E 01 0000 40 CMD 3B 03 -> 02 01 0000 40 CMD (06 ok, 15 bad data, 05 unknown) 3B 03       unified commands
    GM65       7E 00 type len addr2 data CRC2 -> 02 00 00 len data CRC2; CRC-16/XMODEM over type..data, AB CD: not checked
    Zebra SSI  len op src status data sum2; sum: two's complement of the sum of the bytes before it       (ssi.py)

Sources: the makers' manuals.
"""

from __future__ import annotations

import re
from binascii import crc_hqx
from dataclasses import dataclass

LIMIT = 4096
"""The longest code in bytes; the largest QR code holds 2953."""
_ENDS = re.compile(rb"[\r\n]+")


def text_of(data: bytes) -> str:
    """The text of a code: UTF-8, or GB 18030 where it is no UTF-8; control characters are left out."""
    for encoding in ("utf-8", "gb18030", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "".join(c for c in text if c.isprintable())
    raise AssertionError("latin-1 reads everything")


@dataclass(frozen=True)
class Make:
    """The commands of one make. `answer` matches its answers in the stream; group 1 is `good`, or the answer is a bad one.

    `marks` are the bytes that stand in answers and in no code: a code that has one was joined by an answer that is broken.
    Behind `end`, the last byte of every answer, the code begins.
    """

    name: str
    start: bytes = b""
    stop: bytes = b""
    answer: re.Pattern[bytes] | None = None
    good: bytes = b""
    marks: bytes = b""
    end: bytes = b""


def newland(command: str) -> bytes:
    """A unified command of Newland, for this session only."""
    return b"\x7e\x010000@" + command.encode("ascii") + b";\x03"


def gm65(address: int, data: bytes, *, kind: int = 8, checked: bool = True) -> bytes:
    """A command of GM65 and GM861: by default write `data` (at most 255 bytes) from register `address`."""
    body = bytes((kind, len(data))) + address.to_bytes(2, "big") + data
    return b"\x7e\x00" + body + (crc_hqx(body, 0).to_bytes(2, "big") if checked else b"\xab\xcd")


PLAIN = Make("any scanner")
HONEYWELL = Make("Honeywell", b"\x16\x54\x0d", b"\x16\x55\x0d")
NEWLAND = Make(
    "Newland",
    newland("SCNTRG1"),
    newland("SCNTRG0"),
    re.compile(rb"\x02\x010000[@#][A-Z0-9]{1,16}([\x05\x06\x15]);\x03"),
    b"\x06",
    marks=b"\x00\x01\x02\x03\x05\x06\x15",
    end=b"\x03",
)
GM65 = Make(
    "GM65",
    gm65(2, b"\x01", checked=False),
    gm65(2, b"\x00", checked=False),
    re.compile(rb"\x02\x00\x00\x01(?:(\x00)(?:\x33\x31|\xab\xcd)|\x01(?:\x23\x10|\xab\xcd))"),
    b"\x00",
    marks=b"\x00\x01\x02",
)


class CodeParser:
    """Cuts the stream of a scanner into codes and takes its answers and echoes out. Holds at most LIMIT bytes."""

    def __init__(self, make: Make = PLAIN) -> None:
        self.make = make
        self.malformed = 0
        """Codes that were too long to be any, were joined by a broken answer, or came without the end that others had."""
        self.has_ends: bool | None = None
        """Whether this scanner sends an end behind each code; None before the first."""
        self.answers: list[bool] = []
        """Whether each answer since the last look was a good one; the reader empties it."""
        self.held = b""
        self._skipping = False

    @property
    def pending(self) -> bool:
        """Whether bytes without an end are held."""
        return bool(self.held)

    def feed(self, data: bytes) -> list[str]:
        """The codes that are complete now."""
        *whole, rest = _ENDS.split(self._without_answers(self.held + data))
        if whole:
            self.has_ends = True
        codes = [self._code(piece) for piece in whole]
        self.held = rest
        if len(rest) > LIMIT:
            self.held = b""
            self._skipping = True
        return [code for code in codes if code]

    def flush(self) -> str | None:
        """The line fell silent: what is held is a code of a scanner that sends no end, or None. Of one that does it is a part
        whose end was lost."""
        piece, self.held = self.held, b""
        if piece and self.has_ends:
            self.malformed += 1
            return None
        if code := self._code(piece):
            self.has_ends = False
        return code or None

    def _code(self, piece: bytes) -> str:
        if self._skipping or len(piece) > LIMIT:
            self._skipping = False
            self.malformed += 1
            return ""
        if any(mark in piece for mark in self.make.marks):
            piece = piece[1 + max(piece.rfind(mark) for mark in self.make.marks) :] if self._ended(piece) else b""
            self.malformed += 1
        return text_of(piece)

    def _ended(self, piece: bytes) -> bool:
        """Whether the last mark in it is the end of an answer."""
        last = max(self.make.marks, key=piece.rfind)
        return bytes((last,)) == self.make.end

    def _without_answers(self, data: bytes) -> bytes:
        """`data` without answers, and without the host's own commands, which an adapter that hears itself brings back."""
        heard = data.replace(self.make.start, b"").replace(self.make.stop, b"") if self.make.start else data
        if self.make.answer is None:
            return heard
        for found in self.make.answer.finditer(heard):
            self.answers = [*self.answers[-15:], found[1] == self.make.good]
        return self.make.answer.sub(b"", heard)
