"""The paper of an emulated ticket printer: dots on a roll that moves, with the printer's own character shapes."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

from drivers.printer.glyphs import font
from drivers.printer.profile import Profile
from drivers.printer.text import Charset, is_printable

LINE_SPACING = 30
WHITE, BLACK = 252, 24
MAX_ROWS = 12000
"""A strip longer than 1.5 m is cut off by the emulator itself."""


class Paper:
    """The strip behind the knife: everything printed and fed since the last cut."""

    def __init__(self, profile: Profile, *, margin_mm: float) -> None:
        self.profile = profile
        self.margin = profile.mm(margin_mm)
        self.lead = profile.mm(profile.head_to_knife_mm)
        self.left: int | None = None
        """Rows until the roll ends; None for a roll that is long enough."""
        self._image = self._blank(256)
        self._rows = 0
        self.printed = False
        """Whether anything black is on the strip."""

    def _blank(self, rows: int) -> Image.Image:
        return Image.new("1", (self.profile.dots, rows), 1)

    @property
    def ended(self) -> bool:
        """Whether the roll is used up."""
        return self.left is not None and self.left <= 0

    def feed(self, rows: int) -> bool:
        """Move the paper on; False if it ended on the way."""
        if self.left is not None:
            rows, whole = min(rows, max(0, self.left)), rows <= self.left
            self.left -= rows
        else:
            whole = True
        self._rows = min(self._rows + rows, MAX_ROWS)
        if self._rows > self._image.height:
            grown = self._blank(min(MAX_ROWS, self._rows * 2))
            grown.paste(self._image, (0, 0))
            self._image = grown
        return whole

    def put(self, picture: Image.Image, x: int) -> bool:
        """Burn a picture in mode "1" at `x` and feed past it; False if the paper ended on the way."""
        top = self._rows
        whole = self.feed(picture.height)
        self._image.paste(picture.crop((0, 0, picture.width, self._rows - top)), (x, top))
        self.printed = True
        return whole

    def cut(self, *, whole: bool = True) -> Image.Image:
        """The strip as it falls out, in grey with its margins. What stood between knife and head before is its white top;
        without `whole` the strip also has what still stands there."""
        rows = self._rows + (0 if whole else self.lead)
        sheet = Image.new("L", (self.profile.dots + 2 * self.margin, max(1, rows)), WHITE)
        dots = self._image.crop((0, 0, self.profile.dots, self._rows)).convert("L")
        sheet.paste(dots.point(lambda dot: WHITE if dot else BLACK), (self.margin, self.lead))
        self._image, self._rows, self.printed = self._blank(256), 0, False
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
        draw.text((width / 2, 12), text, font=face, fill=0, anchor="mm")
    else:
        draw.rectangle((2, 3, width - 3, 20), outline=0, width=2)
    return image.point(lambda grey: 255 if grey > 150 else 0).convert("1", dither=Image.Dither.NONE)


def decode(code: bytes) -> str:
    """The character of one text command: code page 437 for a single byte, GB 18030 for more."""
    try:
        return code.decode("cp437" if len(code) == 1 else "gb18030")
    except UnicodeDecodeError:
        return ""
