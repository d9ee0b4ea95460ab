r"""What an Onbon BX-K controller shows and says: its dynamic areas (request A3 06). Pure: bytes and values, no line.

    area   type, X, Y, width, height u16, id, line space, run mode, time-out u16, sound, extension, manner 7, length u32, text
    sound  0: none; 1: the area's text, 2: a text of its own; then person and repetitions, volume, speed; for 2 length u32, text

Source: vendor manual "K series protocol" v1.4 (2021-02-28), chapters 8.2.1 and 9.1, and the vendor's Java library; they agree.
In the request the two reserved bytes are the process mode and a zero: the manual's own examples have no others.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace

from drivers.display import bxk_frame as bxk
from drivers.display.onbon_line import BadFrame

PIXELS = 0x8000
UNTIL_TIMEOUT = 2
"""Run mode of an area: its text repeats, and it goes when nobody has written it for `timeout_s`."""
_AREA = struct.Struct("<BHHHHBBBH")


@dataclass(frozen=True)
class AreaVoice:
    """What a controller with a voice (BX-6K-YY, BX-5K1Q-YY) says when it gets an area: `text` in GB2312, or the area's own text
    where it is None. person 0 to 5, volume and speed 0 to 10; `repeat` 0 to 15, how often it is said again."""

    text: bytes | None = None
    person: int = 0
    volume: int = 5
    speed: int = 5
    repeat: int = 0

    def encode(self) -> bytes:
        manner = bytes([1 if self.text is None else 2, self.repeat << 4 | self.person, self.volume, self.speed])
        return manner if self.text is None else manner + struct.pack("<I", len(self.text)) + self.text

    @classmethod
    def decode(cls, data: bytes) -> tuple[AreaVoice | None, int]:
        """The sound at the beginning of `data`, None for silence, and how many bytes it takes. Raise struct.error,
        IndexError, BadFrame."""
        if data[0] == 0:
            return None, 1
        if data[0] > 2:
            raise BadFrame(f"sound mode {data[0]} does not exist")
        manner, volume, speed = struct.unpack_from("<BBB", data, 1)
        text, size = None, 4
        if data[0] == 2:
            (length,) = struct.unpack_from("<I", data, 4)
            text, size = data[8 : 8 + length], 8 + length
            if len(text) != length:
                raise BadFrame(f"{len(text)} of {length} bytes of what is to be said")
        if max(volume, speed) > 10 or manner & 15 > 5:
            raise BadFrame("person goes to 5, volume and speed to 10")
        return cls(text, manner & 15, volume, speed, manner >> 4), size


@dataclass(frozen=True)
class Area:
    """A dynamic area: where it is (pixels), what it shows and how.

    display 1 static, 2 quick, 3 left, 4 right, 5 up, 6 down; speed 0 fastest .. 0x18; stay in half seconds;
    single_line 1 one line, 2 several; new_line 1 by hand, 2 automatic; align bits 1-0: 0 left, 1 right, 2 centre.
    """

    id: int
    x: int
    y: int
    width: int
    height: int
    text: bytes
    in_pixels: bool = True
    line_space: int = 0
    run_mode: int = 0
    timeout_s: int = 10
    align: int = 0
    single_line: int = 2
    new_line: int = 1
    display: int = 1
    exit: int = 0
    speed: int = 2
    stay: int = 10
    sound: AreaVoice | None = None

    def encode(self) -> bytes:
        mark, unit = (PIXELS, 1) if self.in_pixels else (0, 8)
        fixed = _AREA.pack(
            0,
            self.x // unit | mark,
            self.y,
            self.width // unit | mark,
            self.height,
            self.id,
            self.line_space,
            self.run_mode,
            self.timeout_s,
        )
        manner = bytes([self.align, self.single_line, self.new_line, self.display, self.exit, self.speed, self.stay])
        sound = b"\0" if self.sound is None else self.sound.encode()
        return fixed + sound + b"\0" + manner + struct.pack("<I", len(self.text)) + self.text

    @classmethod
    def decode(cls, data: bytes) -> Area:
        try:
            kind, x, y, width, height, number, line_space, run_mode, timeout_s = _AREA.unpack_from(data)
            at = _AREA.size
            sound, size = AreaVoice.decode(data[at:])
            at += size
            at += 1 + data[at]  # extended typesetting
            manner = data[at : at + 7]
            (length,) = struct.unpack_from("<I", data, at + 7)
        except (struct.error, IndexError):
            raise BadFrame("a dynamic area is cut off") from None
        text = data[at + 11 :]
        if kind != 0 or len(text) != length:
            raise BadFrame(f"dynamic area of type {kind} with {len(text)} of {length} bytes of text")
        unit = 1 if x & PIXELS else 8
        silent = cls(
            number,
            (x & ~PIXELS) * unit,
            y,
            (width & ~PIXELS) * unit,
            height,
            text,
            bool(x & PIXELS),
            line_space,
            run_mode,
            timeout_s,
            *manner,
        )
        return replace(silent, sound=sound)


@dataclass(frozen=True)
class Areas:
    """The content of an A3 06 request: areas to delete (None: all), areas to set, and whether the others stay."""

    areas: list[Area] = field(default_factory=list)
    delete: tuple[int, ...] | None = ()
    clear: bool = False

    def request(self) -> bxk.Request:
        deleted = b"\xff" if self.delete is None else bytes([len(self.delete), *self.delete])
        entries = [area.encode() for area in self.areas]
        payload = deleted + bytes([len(entries)]) + b"".join(struct.pack("<H", len(e)) + e for e in entries)
        return bxk.Request(bxk.DYNAMIC, payload, reserved=bytes([self.clear, 0]))

    @classmethod
    def decode(cls, request: bxk.Request) -> Areas:
        data = request.payload
        try:
            count = data[0]
            delete = None if count == 0xFF else tuple(data[1 : 1 + count])
            at = 1 if count == 0xFF else 1 + count
            number, at = data[at], at + 1
            areas = []
            for _ in range(number):
                (length,) = struct.unpack_from("<H", data, at)
                areas.append(Area.decode(data[at + 2 : at + 2 + length]))
                at += 2 + length
        except (struct.error, IndexError):
            raise BadFrame("the list of dynamic areas is cut off") from None
        if at != len(data):
            raise BadFrame(f"{len(data) - at} bytes follow the last area")
        return cls(areas, delete, request.reserved[0] == 1)
