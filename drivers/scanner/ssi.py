"""Packets of Zebra's Simple Serial Interface: `len op src status data sum2`. Pure: bytes only.

`len` counts everything before the sum; the sum is the two's complement of the 16-bit sum of those bytes. A decoder speaks with
source 00, a host with 04. Bit 1 of the status means that more of the same code follows. Source: Zebra, SSI programmer's guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

START, STOP, REVISION, REVISION_REPLY, DECODED, ACK, NAK, ENABLE, DISABLE = 0xE4, 0xE5, 0xA3, 0xA4, 0xF3, 0xD0, 0xD1, 0xE9, 0xEA
KNOWN = frozenset(
    {START, STOP, REVISION, REVISION_REPLY, DECODED, ACK, NAK, ENABLE, DISABLE, 0xC6, 0xC7, 0xD2, 0xE6, 0xF6, 0x12}
)
HOST, DECODER = 0x04, 0x00
MORE = 0x02
WAKE = b"\x00"
LONGEST = 257
LIMIT = 4096


@dataclass(frozen=True)
class Packet:
    """One packet; `data` of a DECODED one is the kind of code, then its text."""

    op: int
    source: int
    status: int = 0
    data: bytes = b""

    def encode(self) -> bytes:
        """The bytes on the line; raise ValueError when the data is longer than 251 bytes."""
        if len(self.data) > 251:
            raise ValueError(f"a packet takes 251 bytes, not {len(self.data)}")
        body = bytes((4 + len(self.data), self.op, self.source, self.status)) + self.data
        return body + checksum(body).to_bytes(2, "big")


def checksum(body: bytes) -> int:
    """The two's complement of the sum, 16 bits."""
    return -sum(body) & 0xFFFF


def command(op: int, data: bytes = b"") -> bytes:
    """A packet of the host."""
    return Packet(op, HOST, 0, data).encode()


def decoded(code: bytes, kind: int = 0x1C) -> Iterator[bytes]:
    """The packets by which a decoder sends a code (1C: QR)."""
    pieces = [code[i : i + 240] for i in range(0, len(code), 240)] or [b""]
    for place, piece in enumerate(pieces):
        status = MORE if place < len(pieces) - 1 else 0
        yield Packet(DECODED, DECODER, status, bytes((kind,)) + piece).encode()


class Parser:
    """Finds packets in a stream: a place where length, source, opcode and sum agree. Holds at most one packet's bytes."""

    def __init__(self, source: int = DECODER) -> None:
        self.source = source
        self.malformed = 0
        """Bytes that belonged to nothing."""
        self.held = b""

    @property
    def pending(self) -> bool:
        """Whether bytes are held."""
        return bool(self.held)

    def give_up(self) -> None:
        """The line fell silent: what is held will never be whole."""
        self.malformed += len(self.held)
        self.held = b""

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that are complete now."""
        self.held += data
        found: list[Packet] = []
        at = 0
        while at < len(self.held):
            packet = packet_at(self.held, at, self.source)
            if packet is None:
                at += 1
                continue
            found.append(packet)
            self._drop(at)
            self.held = self.held[6 + len(packet.data) :]
            at = 0
        self._drop(max(0, len(self.held) - LONGEST))
        return found

    def _drop(self, count: int) -> None:
        self.malformed += count
        self.held = self.held[count:]


def packet_at(data: bytes, at: int, source: int) -> Packet | None:
    """The packet that begins at `at`, if a whole and sound one of this source does."""
    end = at + data[at] + 2
    if data[at] < 4 or end > len(data) or data[at + 1] not in KNOWN or data[at + 2] != source:
        return None
    if checksum(data[at : end - 2]) != int.from_bytes(data[end - 2 : end], "big"):
        return None
    return Packet(data[at + 1], source, data[at + 3], data[at + 4 : end - 2])


class SsiCodeReader:
    """Puts codes together from their packets; a code longer than LIMIT bytes is dropped."""

    def __init__(self) -> None:
        self.held = bytearray()

    def feed(self, packet: Packet) -> bytes | None:
        """The whole code, once its last packet came."""
        if packet.op != DECODED:
            return None
        self.held += packet.data[1:]
        if packet.status & MORE:
            if len(self.held) > LIMIT:
                self.held.clear()
            return None
        code = bytes(self.held)
        self.held.clear()
        return code
