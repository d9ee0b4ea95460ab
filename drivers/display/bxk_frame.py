r"""Frames of the Onbon BX-5K, 5MK and 6K "font" controllers. Pure: bytes and values, no line.

    header 14  dst u16, src u16, reserved 3, barcode flag, check mode, display mode, device type, version, data length u16
    request    group, command, answer wanted (1 yes, 2 no), reserved 2, payload
    reply      group, command, error, reserved 2, payload; ACK is A0 00, NACK is A0 01
    then CRC-16/ARC over all of it, little endian

Source: vendor manual "K series protocol" v1.4 (2021-02-28) and the vendor's Java library; they differ in unused bytes only.
What goes into the areas of a screen is in bxk_area.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

from drivers.display.onbon_line import BadFrame, crc16, wrap

HOST = 0x8000
BROADCAST_SILENT = 0xFFFF
BROADCAST = 0xFFFE
ANY_TYPE = 0xFE
VERSION = 0x02
_HEADER = struct.Struct("<HH3xBBBBBH")

PING, STATUS, CLOCK = (0xA2, 0x00), (0xA1, 0x02), (0xA2, 0x03)
POWER, BRIGHTNESS, DYNAMIC, CLEAR = (0xA3, 0x00), (0xA3, 0x02), (0xA3, 0x06), (0xA3, 0x10)
LOCK, FORMAT = (0xA3, 0x04), (0xA1, 0x00)
ACK, NACK = (0xA0, 0x00), (0xA0, 0x01)

ERRORS = {
    1: "command group unknown",
    2: "command unknown",
    3: "controller busy",
    4: "memory full",
    5: "checksum wrong",
    6: "no such file",
    7: "flash failed",
    8: "download failed",
    9: "file name wrong",
    10: "file type wrong",
    11: "file checksum wrong",
    12: "font missing",
    13: "firmware type wrong",
    14: "date or time wrong",
    15: "file exists",
    16: "block number wrong",
}


@dataclass(frozen=True)
class Frame:
    """One frame: addresses and data. `data` is a request or a reply."""

    dst: int
    data: bytes
    src: int = HOST
    barcode: bytes = b""
    check_mode: int = 0
    display_mode: int = 0
    device_type: int = ANY_TYPE
    version: int = VERSION


def encode(frame: Frame) -> bytes:
    """The bytes on the wire, head to tail."""
    header = _HEADER.pack(
        frame.dst,
        frame.src,
        bool(frame.barcode),
        frame.check_mode,
        frame.display_mode,
        frame.device_type,
        frame.version,
        len(frame.data),
    )
    content = header + frame.barcode + frame.data
    return wrap(content + struct.pack("<H", _check(frame.check_mode, content)))


def decode(content: bytes) -> Frame:
    """Read what was between head and tail, unescaped; raise BadFrame."""
    if len(content) < _HEADER.size + 2:
        raise BadFrame(f"{len(content)} bytes are too few")
    dst, src, has_barcode, check_mode, display_mode, device_type, version, length = _HEADER.unpack_from(content)
    begin = _HEADER.size + (16 if has_barcode & 1 else 0)
    if len(content) != begin + length + 2:
        raise BadFrame(f"the header promises {length} bytes of data, there are {len(content) - begin - 2}")
    if check_mode not in (0, 1, 2):
        raise BadFrame(f"check mode {check_mode} does not exist")
    stated = struct.unpack_from("<H", content, len(content) - 2)[0]
    if check_mode != 2 and stated != _check(check_mode, content[:-2]):
        raise BadFrame("checksum wrong")
    barcode = content[_HEADER.size : begin]
    return Frame(dst, content[begin:-2], src, barcode, check_mode, display_mode, device_type, version)


def _check(mode: int, content: bytes) -> int:
    return crc16(content) if mode == 0 else sum(content) & 0xFFFF if mode == 1 else 0


@dataclass(frozen=True)
class Request:
    """What a host asks of a controller."""

    command: tuple[int, int]
    payload: bytes = b""
    answer: bool = True
    reserved: bytes = b"\0\0"

    def encode(self) -> bytes:
        return bytes([*self.command, 1 if self.answer else 2]) + self.reserved + self.payload

    @classmethod
    def decode(cls, data: bytes) -> Request:
        if len(data) < 5:
            raise BadFrame("a request has at least 5 bytes")
        return cls((data[0], data[1]), data[5:], data[2] == 1, data[3:5])


@dataclass(frozen=True)
class Reply:
    """What a controller answers. `error` 0 is well; see ERRORS."""

    command: tuple[int, int]
    error: int = 0
    payload: bytes = b""

    def encode(self) -> bytes:
        return bytes([*self.command, self.error, 0, 0]) + self.payload

    @classmethod
    def decode(cls, data: bytes) -> Reply:
        if len(data) < 5:
            raise BadFrame("a reply has at least 5 bytes")
        return cls((data[0], data[1]), data[2], data[5:])


def clock(now: datetime) -> Request:
    """Set the controller's clock to local time `now`."""
    values = (now.year % 100, now.year // 100, now.month, now.day, now.hour, now.minute, now.second, now.isoweekday())
    return Request(CLOCK, bytes(_bcd(value) for value in values))


def read_clock(payload: bytes) -> datetime:
    """The local time in a clock request; raise BadFrame for an impossible one."""
    if len(payload) != 8 or any(b >> 4 > 9 or b & 15 > 9 for b in payload):
        raise BadFrame("the clock takes 8 BCD bytes")
    year, century, month, day, hour, minute, second, _ = ((b >> 4) * 10 + (b & 15) for b in payload)
    try:
        return datetime(century * 100 + year, month, day, hour, minute, second)
    except ValueError as error:
        raise BadFrame(str(error)) from None


def _bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def power(on: bool) -> Request:
    """Switch the screen on or off."""
    return Request(POWER, bytes([1 if on else 2]))


def brightness(levels: list[int]) -> Request:
    """One level of 0..15 for always, or 48 of them, one for each half-hour of the day."""
    return Request(BRIGHTNESS, bytes([1, levels[0]]) if len(levels) == 1 else bytes([2, 0, *levels]))


@dataclass(frozen=True)
class Status:
    """What a controller reports about itself; only what the hall needs of the A1 02 reply."""

    is_on: bool
    brightness: int
    dynamic_areas: tuple[int, ...] = ()

    @classmethod
    def decode(cls, payload: bytes) -> Status:
        if len(payload) < 18:
            raise BadFrame("a status has at least 18 bytes")
        return cls(payload[0] == 1, payload[1], tuple(payload[18 : 18 + payload[17]]))
