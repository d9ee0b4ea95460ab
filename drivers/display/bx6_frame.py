"""Frames of the Onbon BX-6E, 6M and 6Q graphic controllers. Pure: bytes and values, no line.

Everything is shown as pictures, 3 bytes a dot, so that a controller needs no fonts. Two kinds of frames:

    normal   header 28: dst, src, 07 00, device type u16, phy, 0, sequence u16, frame limit u16, 96 04, 6 zeros,
             body length u16, CRC of the body u16, 0, XOR of the 27 bytes before
    dynamic  header 16: dst, src, F0, 0, device type u16, 4 zeros, body length u32; CRC of header and body behind them
    request  answer wanted (1), group, command, data length u16, data
    reply    0, group, command, status u16, error u16, data length u16, data

Source: frames captured from the vendor's BX-6 library and the vendor's Java code for dynamic areas; they agree byte for byte.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import xor

from drivers.display.onbon_line import TAIL, BadFrame, crc16, wrap

HOST, ANY = 0x8000, 0xFFFE
NORMAL, DYNAMIC = 0x07, 0xF0
LIMIT = 200_000
PIXELS_LIMIT = 60_000
"""Bytes of one picture; the length of a request has 16 bits."""

UNTIL_TIMEOUT = 2
"""Run mode of an area: its pages follow each other, and it goes when nobody has written it for `timeout_s`."""

PING, CLOCK, POWER, BRIGHTNESS, STATUS = (0xA2, 0x00), (0xA2, 0x02), (0xA2, 0x05), (0xA2, 0x07), (0xA2, 0x0F)
UPDATE_AREA, DELETE_AREAS = (0xA7, 0x00), (0xA7, 0x01)
PING_REPLY, STATUS_REPLY = (0xA2, 0x80), (0xA2, 0x8F)
ACK, NACK = (0xA0, 0x00), (0xA0, 0x01)
_NORMAL = struct.Struct("<HHBBHBBHHBB6xHHx")
_DYNAMIC = struct.Struct("<HHBxH4xI")
_AREA = struct.Struct("<BBHBHB4xBHHHH10xH")
_PAGE = struct.Struct("<IBBBBHBH9xII")


@dataclass(frozen=True)
class Frame:
    """One frame; `body` is a request or a reply."""

    dst: int
    body: bytes
    src: int = HOST
    dynamic: bool = False
    sequence: int = 0
    device_type: int = 0xFFFE


def encode(frame: Frame) -> bytes:
    """The bytes on the wire, head to tail."""
    if frame.dynamic:
        content = _DYNAMIC.pack(frame.dst, frame.src, DYNAMIC, frame.device_type, len(frame.body)) + frame.body
        content += struct.pack("<H", crc16(content))
    else:
        header = _NORMAL.pack(
            frame.dst,
            frame.src,
            NORMAL,
            0,
            frame.device_type,
            0,
            0,
            frame.sequence,
            0x190,
            0x96,
            0x04,
            len(frame.body),
            crc16(frame.body),
        )
        content = header + bytes([reduce(xor, header)]) + frame.body
    return wrap(content, TAIL * 2)


def decode(content: bytes) -> Frame:
    """Read what was between head and tail, unescaped; raise BadFrame."""
    if len(content) < _DYNAMIC.size + 2:
        raise BadFrame(f"{len(content)} bytes are too few")
    if content[4] == DYNAMIC:
        dst, src, _, device_type, length = _DYNAMIC.unpack_from(content)
        if len(content) != _DYNAMIC.size + length + 2 or crc16(content[:-2]) != struct.unpack("<H", content[-2:])[0]:
            raise BadFrame("length or checksum wrong")
        return Frame(dst, content[_DYNAMIC.size : -2], src, True, 0, device_type)
    if content[4] != NORMAL or len(content) < _NORMAL.size + 1:
        raise BadFrame(f"version {content[4]:02x} does not exist, or the header is cut off")
    dst, src, _, _, device_type, _, _, sequence, _, _, _, length, crc = _NORMAL.unpack_from(content)
    body = content[_NORMAL.size + 1 :]
    if reduce(xor, content[: _NORMAL.size]) != content[_NORMAL.size] or len(body) != length or crc16(body) != crc:
        raise BadFrame("length or checksum wrong")
    return Frame(dst, body, src, False, sequence, device_type)


@dataclass(frozen=True)
class Request:
    """What a host asks of a controller."""

    command: tuple[int, int]
    data: bytes = b""

    def encode(self) -> bytes:
        return bytes([1, *self.command]) + struct.pack("<H", len(self.data)) + self.data

    @classmethod
    def decode(cls, body: bytes) -> Request:
        if len(body) < 5 or struct.unpack_from("<H", body, 3)[0] != len(body) - 5:
            raise BadFrame("the length of a request is wrong")
        return cls((body[1], body[2]), body[5:])


@dataclass(frozen=True)
class Reply:
    """What a controller answers; `error` 0 is well."""

    command: tuple[int, int]
    error: int = 0
    data: bytes = b""

    def encode(self) -> bytes:
        return bytes([0, *self.command]) + struct.pack("<HHH", 0, self.error, len(self.data)) + self.data

    @classmethod
    def decode(cls, body: bytes) -> Reply:
        if len(body) < 9:
            raise BadFrame("a reply has at least 9 bytes")
        return cls((body[1], body[2]), struct.unpack_from("<H", body, 5)[0], body[9:])


@dataclass(frozen=True)
class Page:
    """One picture of an area: `rgb` is 3 bytes a dot, row by row. mode 1 static, 2 quick; stay in hundredths of a second."""

    rgb: bytes
    mode: int = 2
    exit: int = 1
    speed: int = 10
    stay: int = 400
    repeat: int = 1


@dataclass(frozen=True)
class Area:
    """A dynamic area: where it is (dots) and its pages, which follow each other without end."""

    id: int
    x: int
    y: int
    width: int
    height: int
    pages: tuple[Page, ...]
    run_mode: int = 0
    timeout_s: int = 10
    with_all_programs: bool = True
    at_once: bool = True

    def request(self) -> Request:
        area = _AREA.pack(
            self.id,
            self.run_mode,
            self.timeout_s,
            self.with_all_programs,
            0,
            self.at_once,
            0x10,
            self.x,
            self.y,
            self.width,
            self.height,
            len(self.pages),
        )
        pictures = b""
        for page in self.pages:
            manner = (0, page.mode, page.exit, page.speed, page.stay, page.repeat, self.width)
            area += _PAGE.pack(_PAGE.size - 4, *manner, len(pictures), len(page.rgb))
            pictures += page.rgb
        return Request(UPDATE_AREA, struct.pack("<HI", 1, len(area)) + area + pictures)

    @classmethod
    def decode(cls, data: bytes) -> Area:
        """Read the data of an update; raise BadFrame."""
        try:
            count, length = struct.unpack_from("<HI", data)
            number, run_mode, timeout_s, with_all, attached, at_once, kind, x, y, width, height, pages = _AREA.unpack_from(
                data, 6
            )
            pictures = data[6 + length :]
            found = tuple(_page(data, 6 + _AREA.size + i * _PAGE.size, pictures) for i in range(min(pages, 64)))
        except struct.error:
            raise BadFrame("a dynamic area is cut off") from None
        if count != 1 or attached or kind != 0x10 or any(len(page.rgb) != width * height * 3 for page in found):
            raise BadFrame("no dynamic area with whole pictures")
        return cls(number, x, y, width, height, found, run_mode, timeout_s, bool(with_all), bool(at_once))


def _page(data: bytes, at: int, pictures: bytes) -> Page:
    _, _, mode, leave, speed, stay, repeat, _, begin, length = _PAGE.unpack_from(data, at)
    return Page(pictures[begin : begin + length], mode, leave, speed, stay, repeat)


def delete(areas: list[int]) -> Request:
    """Delete dynamic areas."""
    return Request(DELETE_AREAS, bytes([len(areas), *areas]))


def clock(now: datetime) -> Request:
    """Set the controller's clock to local time `now`; all BCD."""
    values = (now.year % 100, now.year // 100, now.month, now.day, now.hour, now.minute, now.second, now.isoweekday())
    return Request(CLOCK, bytes(value // 10 << 4 | value % 10 for value in values))


def read_clock(data: bytes) -> datetime:
    """The local time in a clock request; raise BadFrame for an impossible one."""
    if len(data) != 8 or any(byte >> 4 > 9 or byte & 15 > 9 for byte in data):
        raise BadFrame("the clock takes 8 BCD bytes")
    year, century, month, day, hour, minute, second, _ = ((byte >> 4) * 10 + (byte & 15) for byte in data)
    try:
        return datetime(century * 100 + year, month, day, hour, minute, second)
    except ValueError as error:
        raise BadFrame(str(error)) from None


def brightness(levels: list[int]) -> Request:
    """48 levels of 0..15, one for each half-hour of the day (mode 1: by time)."""
    return Request(BRIGHTNESS, bytes([1, *levels]))


def power(on: bool) -> Request:
    """Switch the screen on or off."""
    return Request(POWER, bytes([on]))
