"""The paper of an emulated ticket printer: dots on a roll that moves, with the printer's own character shapes."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

from drivers.dot_font import BASELINE, font
from drivers.printer.profile import Profile
from drivers.printer.text import Charset, is_printable

LINE_SPACING = 30
WHITE, BLACK = 252, 24
MAX_ROWS = 12000
"""A strip longer than 1.5 m is cut off by the emulator itself."""


class PaperStrip:
    """The strip since the last cut: what has passed the cutter, and the `lead` rows between cutter and head."""

    def __init__(self, profile: Profile, *, margin_mm: float) -> None:
        self.profile = profile
        self.margin = profile.mm(margin_mm)
        self.lead = profile.mm(profile.head_to_cutter_mm)
        self.left: int | None = None
        """Rows until the roll ends; None for a roll that is long enough."""
        self._image = self._blank(1024)
        self._rows = self.lead
        self.printed = False
        """Whether anything was printed since the last cut."""

    def _blank(self, rows: int) -> Image.Image:
        return Image.new("1", (self.profile.dots, rows), 255)

    @property
    def ended(self) -> bool:
        """Whether the roll is used up."""
        return self.left is not None and self.left <= 0

    def feed(self, rows: int) -> None:
        """Move the paper on, as far as there is any."""
        if self.left is not None:
            rows = max(0, min(rows, self.left))
            self.left -= rows
        self._rows = min(self._rows + rows, MAX_ROWS)
        if self._rows > self._image.height:
            grown = self._blank(min(MAX_ROWS, self._rows * 2))
            grown.paste(self._image, (0, 0))
            self._image = grown

    def put(self, picture: Image.Image, x: int) -> None:
        """Burn a picture in mode "1" at `x` and feed past it, as far as there is paper."""
        top = self._rows
        self.feed(picture.height)
        self._image.paste(picture.crop((0, 0, picture.width, self._rows - top)), (x, top))
        self.printed = True

    def cut(self, *, whole: bool = True) -> Image.Image:
        """What falls out, in grey with its margins. What is between cutter and head is the top of the next strip,
        unless the strip is pulled out with it (`whole` is False)."""
        end = max(1, self._rows - self.lead if whole else self._rows)
        sheet = Image.new("L", (self.profile.dots + 2 * self.margin, end), WHITE)
        dots = self._image.crop((0, 0, self.profile.dots, end)).convert("L")
        sheet.paste(dots.point(lambda dot: WHITE if dot else BLACK), (self.margin, 0))
        rest = self._image.crop((0, end, self.profile.dots, end + self.lead))
        self._image = self._blank(1024)
        if whole:
            self._image.paste(rest, (0, 0))
        self._rows, self.printed = self.lead, False
        return sheet


@lru_cache(maxsize=4096)
def glyph(code: bytes, charset: Charset, *, bold: bool) -> Image.Image:
    """The shape of one character of the printer's ROM, 12 or 24 dots wide; an empty box for what the ROM lacks."""
    text = decode(code)
    width = 24 if len(code) > 1 else 12
    image = Image.new("L", (width, 24), 255)
    draw = ImageDraw.Draw(image)
    if text and (is_printable(text, charset) or len(code) == 1):
        face = font(22, bold=bold, face="Noto Sans Mono CJK SC")
        draw.text((width / 2, round(24 * BASELINE)), text, font=face, fill=0, anchor="ms")
    else:
        draw.rectangle((2, 3, width - 3, 20), outline=0, width=2)
    return image.point(lambda grey: 255 if grey > 150 else 0).convert("1", dither=Image.Dither.NONE)


def decode(code: bytes) -> str:
    """The character of one text command: code page 437 for a single byte, GB 18030 for more."""
    try:
        return code.decode("cp437" if len(code) == 1 else "gb18030")
    except UnicodeDecodeError:
        return ""
