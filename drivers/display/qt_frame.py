"""Frames of the common "QT" window strip. `AA addr BB 51 54 sum P1..P5 text FF`; it never answers.

Source: four public programs agree on the framing; what P1 to P5 mean is hearsay, so that they are sent as those programs do.
"""

from __future__ import annotations

from dataclasses import dataclass

BEGIN, MARK, END = 0xAA, b"\xbb\x51\x54", 0xFF
HOLD = bytes([0x01, 0x00, 0x00, 0x02, 0x63])
LIMIT = 128
"""Bytes of text."""
_TEXT_AT = 11


@dataclass(frozen=True)
class Frame:
    """A text for the strip at `address` (1 to 254)."""

    address: int
    text: bytes
    manner: bytes = HOLD

    def encode(self) -> bytes:
        shown = self.text.replace(b"\xff", b"?")[:LIMIT]
        checked = self.manner + shown
        return bytes([BEGIN, self.address]) + MARK + bytes([sum(checked) & 0xFF]) + checked + bytes([END])


class Parser:
    """Finds frames in a stream of bytes."""

    def __init__(self) -> None:
        self.malformed = 0
        self.held = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take more bytes; return the frames that they complete."""
        found: list[Frame] = []
        self.held += data
        while (begin := self.held.find(BEGIN)) >= 0:
            self.malformed += bool(begin)
            del self.held[:begin]
            if len(self.held) < _TEXT_AT:
                if self.held[2:5] == MARK[: len(self.held[2:5])]:
                    return found
                self._skip()
                continue
            end = self.held.find(END, _TEXT_AT)
            if self.held[2:5] != MARK or end > _TEXT_AT + LIMIT or (end < 0 and len(self.held) > _TEXT_AT + LIMIT):
                self._skip()
            elif end < 0:
                return found
            else:
                self._take(end, found)
        self.malformed += bool(self.held)
        self.held.clear()
        return found

    def _take(self, end: int, found: list[Frame]) -> None:
        body = bytes(self.held[6:end])
        if sum(body) & 0xFF != self.held[5]:
            self._skip()
            return
        found.append(Frame(self.held[1], body[5:], body[:5]))
        del self.held[: end + 1]

    def _skip(self) -> None:
        """This AA began no frame: look for the next one."""
        self.malformed += 1
        del self.held[:1]
