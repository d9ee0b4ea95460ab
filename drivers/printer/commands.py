"""The ESC/POS commands that Jiaohao uses, as bytes. Pure.

Sources: Epson TM, Citizen iDP-3221 and Samsung STP-103 manuals. Graphics go by GS v 0, which is old but understood everywhere.
"""

from __future__ import annotations

from typing import Literal

Align = Literal["left", "center", "right"]

INITIALISE = b"\x1b@"
CHINESE_ON = b"\x1c&"
LINE_FEED = b"\n"
CONFIRM = b"\x1dr\x01"
"""GS r 1: the paper sensor's state, sent when everything before it has been printed."""
RECOVER = b"\x10\x05\x02"
"""DLE ENQ 2: after a jam of the knife, forget the buffer and go on."""
CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 8: forget what has not been printed."""
DRAWER = b"\x1bp\x00\x19\xfa"
REAL_TIME = (0x04, 0x05, 0x14)
"""What stands behind DLE in a command that acts at once, even in the midst of a picture."""
BAND_ROWS = 256


def ask_status(which: int) -> bytes:
    """DLE EOT 1 to 4: printer, offline cause, error cause, paper."""
    return bytes((0x10, 0x04, which))


def report_changes(*, on: bool) -> bytes:
    """GS a: tell of every change by itself (ASB) of online, error and paper state, or no longer."""
    return bytes((0x1D, 0x61, 0x0E if on else 0))


def motion_units(dpi: int) -> bytes:
    """GS P: one unit of feeding is one dot."""
    return bytes((0x1D, 0x50, dpi, dpi))


def align(where: Align) -> bytes:
    return b"\x1ba" + bytes((("left", "center", "right").index(where),))


def bold(on: bool) -> bytes:
    return b"\x1bE" + bytes((on,))


def white_on_black(on: bool) -> bytes:
    return b"\x1dB" + bytes((on,))


def size(width: int, height: int) -> bytes:
    """GS !: characters 1 to 8 times as wide and high."""
    if not (1 <= width <= 8 and 1 <= height <= 8):
        raise ValueError(f"characters cannot be {width} x {height} times their size; 1 to 8")
    return bytes((0x1D, 0x21, (width - 1) << 4 | (height - 1)))


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
    """GS V 66: move what was printed past the knife and a little more, then cut, leaving a point."""
    return b"\x1dVB" + bytes((min(feed_dots, 255),))


def raster(rows: bytes, width_bytes: int) -> bytes:
    """GS v 0 for a picture of `width_bytes` x 8 dots a row, 1 = black; in bands, for printers with little memory."""
    height = len(rows) // width_bytes
    if height * width_bytes != len(rows):
        raise ValueError("the picture's rows are not all of one width")
    for second in REAL_TIME:  # one dot more, beside a black one, and the picture holds no command
        rows = rows.replace(bytes((0x10, second)), bytes((0x30, second)))
    bands = []
    for top in range(0, height, BAND_ROWS):
        count = min(BAND_ROWS, height - top)
        head = b"\x1dv0\x00" + width_bytes.to_bytes(2, "little") + count.to_bytes(2, "little")
        bands.append(head + rows[top * width_bytes : (top + count) * width_bytes])
    return b"".join(bands)


def qr_code(content: bytes, module_dots: int) -> bytes:
    """GS ( k: model 2, module size 1 to 16, error correction M, store, print."""
    if not content or len(content) > 2000:
        raise ValueError("a QR code holds 1 to 2,000 bytes here")

    def function(code: int, data: bytes) -> bytes:
        return b"\x1d(k" + (len(data) + 2).to_bytes(2, "little") + b"1" + bytes((code,)) + data

    return b"".join((
        function(0x41, b"2\x00"), function(0x43, bytes((module_dots,))), function(0x45, b"1"),
        function(0x50, b"0" + content), function(0x51, b"0"),
    ))  # fmt: skip
