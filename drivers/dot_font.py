"""Lettering as pictures: what a printer's own font lacks, and the big number. Black on white, one bit a dot.

The font is Noto Sans CJK of Debian's fonts-noto-cjk; without it `FontMissing` is raised.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path("/usr/share/fonts/opentype/noto")
FACE = "Noto Sans CJK SC"
BASELINE = 0.8
"""Of the height of a character cell: hanzi are in the middle, and a g is whole."""
SMALLEST = 8
"""Minimum height in dots of the capitals of a large text."""


class FontMissing(RuntimeError):
    """The font for Chinese lettering is not installed."""


@lru_cache(maxsize=32)
def font(pixels: int, *, bold: bool = False, face: str = FACE) -> ImageFont.FreeTypeFont:
    """The face at a height of `pixels`; raise FontMissing."""
    path = FOLDER / f"NotoSansCJK-{'Bold' if bold else 'Regular'}.ttc"
    for index in range(16):
        try:
            found = ImageFont.truetype(str(path), pixels, index=index)
        except OSError:
            break
        if found.getname()[0] == face:
            return found
    raise FontMissing(f"{face} is not in {path}; install it: apt install fonts-noto-cjk")


def lettering(text: str, pixels: int, *, bold: bool = False) -> Image.Image:
    """`text` on one line, `pixels` high; mode "1", cropped to its width."""
    face = font(pixels * 21 // 24, bold=bold)
    width = max(1, round(face.getlength(text)))
    image = Image.new("L", (width, pixels), 255)
    ImageDraw.Draw(image).text((width / 2, round(pixels * BASELINE)), text, font=face, fill=0, anchor="ms")
    return _one_bit(image)


def large(text: str, pixels: int, *, max_width: int) -> Image.Image:
    """`text` in bold with capitals `pixels` high, smaller if it were wider than `max_width`; mode "1", cropped to the ink. Of a
    text that is wider in the smallest letters too, the end is missing."""
    face = font(round(pixels / 0.733), bold=True)  # capitals of Noto Sans are 0.733 em high
    left, top, right, bottom = face.getbbox(text)
    if right - left > max_width and pixels > SMALLEST:
        return large(text, max(SMALLEST, pixels * max_width // int(right - left + 1)), max_width=max_width)
    image = Image.new("L", (max(1, min(max_width, int(right - left))), max(1, int(bottom - top))), 255)
    ImageDraw.Draw(image).text((-left, -top), text, font=face, fill=0)
    return _one_bit(image)


def rows(image: Image.Image, *, left: int = 0) -> tuple[bytes, int]:
    """The picture as raster rows, 1 = black, moved right by `left` dots; and the bytes of a row."""
    width = (left + image.width + 7) // 8 * 8
    sheet = Image.new("1", (width, image.height), 255)
    sheet.paste(image, (left, 0))
    packed = sheet.tobytes()
    return bytes(b ^ 0xFF for b in packed), width // 8


def _one_bit(image: Image.Image) -> Image.Image:
    return image.point(lambda grey: 255 if grey > 140 else 0).convert("1", dither=Image.Dither.NONE)
