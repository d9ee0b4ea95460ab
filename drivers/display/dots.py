"""Text as dots, as LED modules show it: 16 rows a line, 16 dots for a Chinese character, 8 for a Latin one."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw

from drivers.dot_font import font

ROWS = 16
BASELINE = 14
PRESSED = 76
"""The grey from which a dot of a pressed letter is lit, 0 to 255."""


def text_dots(text: str, rows: int = ROWS) -> Image.Image:
    """The lit dots of one line of text: mode "1", `rows` high, as wide as the text (at least one dot)."""
    cells = [_cell(character, rows) for character in text]
    mask = Image.new("1", (max(1, sum(cell.width for cell in cells)), rows))
    x = 0
    for cell in cells:
        mask.paste(cell, (x, 0))
        x += cell.width
    return mask


def width(text: str, rows: int = ROWS) -> int:
    """How many dots wide a line of text is."""
    return sum(_cell_width(character, rows) for character in text)


def placed(text: str, size: tuple[int, int], *, align: str = "centre", rows: int = ROWS) -> Image.Image:
    """A field of `size` dots, the text in the middle of its height; align left, right or centre, left if it is too long."""
    field = Image.new("1", size)
    dots = text_dots(text, rows) if text else Image.new("1", (1, rows))
    room = size[0] - dots.width
    x = 0 if room < 0 or align == "left" else room if align == "right" else room // 2
    field.paste(dots, (x, (size[1] - rows) // 2))
    return field


def _cell_width(character: str, rows: int) -> int:
    return rows if unicodedata.east_asian_width(character) in "WFA" else rows // 2


@lru_cache(maxsize=4096)
def _cell(character: str, rows: int) -> Image.Image:
    """One character, one bit a dot; a Latin letter that is wider than its cell is pressed together, not made lower."""
    across = _cell_width(character, rows)
    face = font(rows - 1)
    left, _, right, _ = face.getbbox(character)
    baseline = rows * BASELINE / ROWS
    if right - left <= across:
        cell = Image.new("1", (across, rows))
        draw = ImageDraw.Draw(cell)
        draw.fontmode = "1"
        draw.text((across / 2, baseline), character, fill=1, font=face, anchor="ms")
        return cell
    wide = Image.new("L", (round(right - left), rows))
    ImageDraw.Draw(wide).text((-left, baseline), character, fill=255, font=face, anchor="ls")
    narrow = wide.resize((across - 1, rows), Image.Resampling.BOX)
    cell = Image.new("1", (across, rows))
    cell.paste(narrow.point(lambda grey: 255 if grey > PRESSED else 0).convert("1", dither=Image.Dither.NONE), (0, 0))
    return cell
