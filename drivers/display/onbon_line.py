"""What all Onbon controllers share on the wire: head A5, tail 5A, escaping between them, CRC-16/ARC.

Source: vendor manual of the K series (v1.4) and frames captured from the vendor's BX-6 library; they agree.
"""

from __future__ import annotations

HEAD = b"\xa5" * 8
TAIL = b"\x5a"
_ESCAPES = {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}
_PLAIN = {code: bytes([byte]) for byte, code in _ESCAPES.items()}


class BadFrame(ValueError):
    """Bytes that are no frame of this protocol; the text says why."""


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC_TABLE = _crc_table()


def crc16(data: bytes) -> int:
    """CRC-16/ARC."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def wrap(content: bytes, tail: bytes = TAIL) -> bytes:
    """Escape `content` and put head and tail around it."""
    return HEAD + b"".join(_ESCAPES.get(byte) or bytes([byte]) for byte in content) + tail


def unescape(body: bytes) -> bytes:
    """Undo the escaping; raise BadFrame for a code that does not exist."""
    if b"\xa6" not in body and b"\x5b" not in body:
        return body
    content = bytearray()
    at = 0
    while at < len(body):
        if body[at] in (0xA6, 0x5B):
            plain = _PLAIN.get(body[at : at + 2])
            if plain is None:
                raise BadFrame(f"escape {body[at : at + 2].hex()} does not exist")
            content += plain
            at += 2
        else:
            content.append(body[at])
            at += 1
    return bytes(content)


class Splitter:
    """Finds frames in a stream of bytes. A head may have any number of A5; what is longer than `limit` is dropped."""

    def __init__(self, limit: int = 4096) -> None:
        self.limit = limit
        self.malformed = 0
        """Pieces that were dropped: noise, wrong escapes, frames without end."""
        self.held: bytearray | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Take more bytes; return the unescaped content of every frame that they complete."""
        found: list[bytes] = []
        for byte in data:
            if byte == 0xA5:
                self.malformed += bool(self.held)
                self.held = bytearray()
            elif self.held is None:
                continue
            elif byte == 0x5A:
                self._finish(found)
            elif len(self.held) >= self.limit:
                self.malformed += 1
                self.held = None
            else:
                self.held.append(byte)
        return found

    def _finish(self, found: list[bytes]) -> None:
        body, self.held = self.held, None
        try:
            found.append(unescape(bytes(body or b"")))
        except BadFrame:
            self.malformed += 1
