"""Text as a LED panel shows it, as PNG. A Chinese character takes 16 by 16 dots."""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from contract.led_picture import leds

HEIGHT = 16
CJK_FONTS = (Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),)
SIMPLIFIED = 2
"""The face of the collection that has the mainland's character shapes."""
COLOURS = {
    "red": (255, 77, 61),
    "green": (74, 240, 122),
    "yellow": (255, 196, 61),
    "amber": (255, 170, 40),
    "blue": (96, 156, 255),
    "white": (240, 244, 255),
}


@lru_cache(maxsize=512)
def picture(lines: tuple[tuple[str, str], ...], columns: int = 0, brightness: int = 100, *, centred: bool = True) -> bytes:
    """PNG of `lines`, each (text, colour), on a panel `columns` dots wide (as wide as the longest line if that is more).

    PITCH pixels a dot, 16 rows of dots a line, a free row of dots between lines. brightness: 1 to 100.
    """
    masks = [_mask(text) for text, _ in lines] or [Image.new("1", (1, HEIGHT))]
    width = max(columns, *(mask.width for mask in masks), HEIGHT)
    height = len(masks) * HEIGHT + (len(masks) - 1) * 2
    dots = Image.new("RGB", (width, height))
    for row, (mask, (_, colour)) in enumerate(zip(masks, lines, strict=False)):
        lit = _dimmed(COLOURS.get(colour, COLOURS["red"]), brightness)
        dots.paste(lit, ((width - mask.width) // 2 if centred else 0, row * (HEIGHT + 2)), mask)
    out = io.BytesIO()
    leds(dots).quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _mask(text: str) -> Image.Image:
    """The dots of a text that are lit."""
    font = _font()
    cells = [(char, _width(char, font)) for char in text[:200]]
    mask = Image.new("1", (max(1, sum(width for _, width in cells)), HEIGHT))
    draw = ImageDraw.Draw(mask)
    draw.fontmode = "1"
    x = 0.0
    for char, width in cells:
        draw.text((x + width / 2, 14), char, fill=1, font=font, anchor="ms")
        x += width
    return mask


def _width(char: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> int:
    if unicodedata.east_asian_width(char) in "WF":
        return HEIGHT
    return max(8, round(font.getlength(char)) + 1)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in CJK_FONTS:
        if path.exists():
            return ImageFont.truetype(str(path), 15, index=SIMPLIFIED)
    return ImageFont.load_default(15)


def _dimmed(colour: tuple[int, int, int], brightness: int) -> tuple[int, int, int]:
    share = 0.45 + 0.55 * max(1, min(100, brightness)) / 100
    red, green, blue = (round(value * share) for value in colour)
    return red, green, blue
