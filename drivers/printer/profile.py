"""ESC/POS printers as data: paper, fonts and the habits in which makers differ. Pure.

Widths and resolutions of the Epson entries are those of Epson's technical references; `escpos-80` and `escpos-58` are what
printers for 80 mm and 58 mm paper with a head of 203 dpi have in common.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from drivers.options import DeviceOptions
from drivers.printer.roll import LIMITS, roll_setting
from drivers.printer.text import Charset

StatusBy = Literal["dle-eot", "asb", "none"]
CHOICES = {"charset": ("gbk", "gb2312", "latin"), "status": ("dle-eot", "asb", "none")}
SWITCHES = ("native_qr", "large_as_picture", "chinese_size_by_fs", "confirms", "clears_buffer", "cutter")
OPTIONS = (*CHOICES, *SWITCHES, *LIMITS)
"""The habits that the entry of a device may set otherwise, and its roll of paper."""


@dataclass(frozen=True)
class Profile:
    """What layout and driver must know of a printer."""

    dots: int
    """Printable width in dots."""
    columns: int
    """Latin characters of font A in a line; a Chinese one takes two columns, 24 dots."""
    dpi: int = 203
    charset: Charset = "gbk"
    native_qr: bool = False
    """Makes QR codes itself (GS ( k); otherwise they are sent as a picture."""
    large_as_picture: bool = True
    """The big number comes as a picture in a good font; otherwise the printer enlarges its own (less data)."""
    chinese_size_by_fs: bool = False
    """GS ! does not enlarge Chinese characters; FS ! does."""
    sets_motion_units: bool = False
    """Feeds count dots only after GS P."""
    status: StatusBy = "dle-eot"
    """How it reports its condition: when asked (DLE EOT), unasked (ASB), or never; then only the line itself is watched."""
    confirms: bool = True
    """Answers GS r 1 behind a job, when all of it has been printed."""
    clears_buffer: bool = False
    """Knows DLE DC4 8: throws away what it has not printed yet."""
    cutter: bool = True
    head_to_cutter_mm: float = 12.0
    """Paper between print head and cutter: the margin at the top of every ticket."""

    def mm(self, millimetres: float) -> int:
        """A length in dots."""
        return round(millimetres * self.dpi / 25.4)


PROFILES = {
    "escpos-80": Profile(dots=576, columns=48),
    "escpos-58": Profile(dots=384, columns=32, cutter=False),
    "escpos-80-latin": Profile(dots=576, columns=48, charset="latin"),
    "escpos-80-basic": Profile(
        dots=576, columns=48, charset="gb2312", large_as_picture=False, chinese_size_by_fs=True, confirms=False
    ),
    "epson-tm-t88": Profile(
        dots=512,
        columns=42,
        dpi=180,
        native_qr=True,
        sets_motion_units=True,
        clears_buffer=True,
        head_to_cutter_mm=13.5,
    ),
    "epson-tm-t20": Profile(
        dots=576, columns=48, native_qr=True, sets_motion_units=True, clears_buffer=True, head_to_cutter_mm=14
    ),
}


def profile(model: str, options: DeviceOptions) -> Profile:
    """The profile of a model with the device's own options; raise BadOption naming device, key and remedy."""
    for key in options.values:
        if key in CHOICES:
            options.choice(key, "", CHOICES[key])
        elif key in SWITCHES:
            options.flag(key, False)
        elif key not in LIMITS:
            raise options.wrong(key, f"printers know: {', '.join(OPTIONS)}")
    roll_setting(options)
    habits = {key: value for key, value in options.values.items() if key not in LIMITS}
    return replace(PROFILES[model], **habits)  # type: ignore[arg-type]
