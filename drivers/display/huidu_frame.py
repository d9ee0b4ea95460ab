"""Packets of Huidu full-colour cards, SDK 2.0. Pure: bytes and values, no line.

    packet   length u16 (of the whole packet), command u16, payload; little endian
    XML      total u32 (bytes of the whole XML), index u32 (where this part begins), part
    serial   total u32, index u32, CRC-32 of the part u32, part

Source: the vendor's own SDK (C# and C++) and three independent programs. The CRC of the serial variant: vendor's C++ only.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

VERSION = 0x01000005
PART = 8000
LIMIT = 9 * 1024
XML_LIMIT = 256 * 1024
ERROR, ASK_VERSION, VERSION_IS, ASK, ANSWER, HEARTBEAT, HEARTBEAT_IS = 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x5F, 0x60
COMMANDS = frozenset({ERROR, ASK_VERSION, VERSION_IS, ASK, ANSWER, HEARTBEAT, HEARTBEAT_IS})


@dataclass(frozen=True)
class Packet:
    """One packet."""

    command: int
    payload: bytes = b""

    def encode(self) -> bytes:
        return struct.pack("<HH", len(self.payload) + 4, self.command) + self.payload


def version(command: int = ASK_VERSION) -> Packet:
    """The first packet of a connection, and its answer."""
    return Packet(command, struct.pack("<I", VERSION))


def xml_packets(command: int, xml: bytes, *, serial: bool = False) -> list[Packet]:
    """The packets that carry an XML text."""
    packets = []
    for at in range(0, len(xml), PART):
        part = xml[at : at + PART]
        crc = struct.pack("<I", zlib.crc32(part)) if serial else b""
        packets.append(Packet(command, struct.pack("<II", len(xml), at) + crc + part))
    return packets


class Parser:
    """Finds packets in a stream of bytes. They have no mark to begin with: what cannot be one is skipped byte by byte."""

    def __init__(self) -> None:
        self.malformed = 0
        self.held = bytearray()

    def feed(self, data: bytes) -> list[Packet]:
        """Take more bytes; return the packets that they complete."""
        found: list[Packet] = []
        self.held += data
        at = 0
        while len(self.held) - at >= 4:
            length, command = struct.unpack_from("<HH", self.held, at)
            if not 4 <= length <= LIMIT or command not in COMMANDS:
                self.malformed += 1
                at += 1
            elif len(self.held) - at < length:
                break
            else:
                found.append(Packet(command, bytes(self.held[at + 4 : at + length])))
                at += length
        del self.held[:at]
        return found


class Assembler:
    """Puts the parts of XML texts together."""

    def __init__(self, *, serial: bool = False) -> None:
        self.serial = serial
        self.malformed = 0
        self._xml = bytearray()

    def take(self, payload: bytes) -> bytes | None:
        """Take the payload of an XML packet; return the text that it completes."""
        head = 12 if self.serial else 8
        if len(payload) < head:
            return self._drop()
        total, index = struct.unpack_from("<II", payload)
        part = payload[head:]
        if self.serial and struct.unpack_from("<I", payload, 8)[0] != zlib.crc32(part):
            return self._drop()
        if index == 0:
            self._xml.clear()
        if index != len(self._xml) or total > XML_LIMIT or index + len(part) > total:
            return self._drop()
        self._xml += part
        if len(self._xml) < total:
            return None
        xml = bytes(self._xml)
        self._xml.clear()
        return xml

    def _drop(self) -> bytes | None:
        self.malformed += 1
        self._xml.clear()
        return None
