"""The ESC/POS commands that Jiaohao uses, as bytes. Pure.

Type style, alignment, pictures and QR codes are python-escpos's; Chinese, feeding, cutting, status and recovery, which it lacks
or gets wrong on common printers (docs/decisions/0010), are our own.
Sources: Epson TM, Citizen iDP-3221 and Samsung STP-103 manuals. Graphics go by GS v 0, which is old but understood everywhere.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Literal

from PIL import Image

Align = Literal["left", "center", "right"]

INITIALISE = b"\x1b@"
CHINESE_ON = b"\x1c&"
LINE_FEED = b"\n"
CONFIRM = b"\x1dr\x01"
"""GS r 1: the paper sensor's state, sent when everything before it has been printed."""
RECOVER = b"\x10\x05\x02"
"""DLE ENQ 2: after a jam of the cutter, forget the buffer and go on."""
CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 8: forget what has not been printed."""
DRAWER = b"\x1bp\x00\x19\xfa"
REAL_TIME = (0x04, 0x05, 0x14)
"""What follows DLE in a command that acts at once, even in the midst of a picture."""
BAND_ROWS = 256
WIDEST_DOTS = 4096
QR_ERROR_CORRECTION_M = 1


def ask_status(which: int) -> bytes:
    """DLE EOT 1 to 4: printer, offline cause, error cause, paper."""
    return bytes((0x10, 0x04, which))


def report_changes(*, on: bool) -> bytes:
    """GS a: report every change of online, error and paper state unasked (ASB), or no longer."""
    return bytes((0x1D, 0x61, 0x0E if on else 0))


def motion_units(dpi: int) -> bytes:
    """GS P: one unit of feeding is one dot."""
    return bytes((0x1D, 0x50, dpi, dpi))


class _Commands:
    """python-escpos with its output kept instead of sent. It is loaded with the first command: that takes half a second."""

    def __init__(self) -> None:
        from escpos.escpos import Escpos

        class Collector(Escpos):  # type: ignore[misc]
            def _raw(self, msg: bytes) -> None:
                self.written += msg

        self._lock = threading.Lock()
        self._escpos = Collector()
        # widths are checked by our profiles; without one here the library warns at every picture
        data = self._escpos.profile.profile_data
        self._escpos.profile.profile_data = {**data, "media": {"width": {"mm": 80, "pixels": WIDEST_DOTS}}}

    def __call__(self, command: str, *values: object, **options: object) -> bytes:
        """The bytes of one method call."""
        with self._lock:
            self._escpos.written = b""
            getattr(self._escpos, command)(*values, **options)
            return bytes(self._escpos.written)


@cache
def _escpos() -> _Commands:
    return _Commands()


@cache
def align(where: Align) -> bytes:
    return _escpos()("set", align=where)


@cache
def bold(on: bool) -> bytes:
    return _escpos()("set", bold=on)


@cache
def white_on_black(on: bool) -> bytes:
    return _escpos()("set", invert=on)


@cache
def size(width: int, height: int) -> bytes:
    """GS !: characters 1 to 8 times as wide and high."""
    if not (1 <= width <= 8 and 1 <= height <= 8):
        raise ValueError(f"characters cannot be {width} x {height} times their size; 1 to 8")
    return _escpos()("set", custom_size=True, width=width, height=height)


def chinese_size(width: int, height: int) -> bytes:
    """FS !: Chinese characters of single or double width and height."""
    return bytes((0x1C, 0x21, (width > 1) << 2 | (height > 1) << 3))


def line_height(dots: int) -> bytes:
    return b"\x1b3" + bytes((min(dots, 255),))


def feed(dots: int) -> bytes:
    """ESC J: move the paper on."""
    full, rest = divmod(dots, 255)
    return b"\x1bJ\xff" * full + (b"\x1bJ" + bytes((rest,)) if rest else b"")


def cut(feed_dots: int) -> bytes:
    """GS V 66: move what was printed past the cutter and a little more, then cut, leaving a point."""
    return b"\x1dVB" + bytes((min(feed_dots, 255),))


def raster(rows: bytes, width_bytes: int) -> bytes:
    """GS v 0 for a picture of `width_bytes` x 8 dots a row, 1 = black; in bands, for printers with little memory."""
    height = len(rows) // width_bytes
    if height * width_bytes != len(rows):
        raise ValueError("the picture's rows are not all of one width")
    for second in REAL_TIME:  # one dot more, beside a black one, and the picture holds no command
        rows = rows.replace(bytes((0x10, second)), bytes((0x30, second)))
    picture = Image.frombytes("1", (width_bytes * 8, height), bytes(dots ^ 0xFF for dots in rows))
    return _escpos()("image", picture, impl="bitImageRaster", fragment_height=BAND_ROWS, center=False)


def qr_code(content: bytes, module_dots: int) -> bytes:
    """GS ( k: model 2, module size 1 to 16, error correction M, store, print."""
    if not content or len(content) > 2000:
        raise ValueError("a QR code holds 1 to 2,000 bytes here")
    return _escpos()(
        "qr", content.decode("ascii"), ec=QR_ERROR_CORRECTION_M, size=module_dots, model=2, native=True, center=False
    )
