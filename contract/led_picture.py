"""A LED panel as a picture: every dot a round LED on a dark board."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

PITCH = 6
BOARD = (13, 15, 19)
DARK = (33, 36, 43)


def leds(dots: Image.Image) -> Image.Image:
    """A picture of the panel: each pixel of `dots` a round LED on a dark board."""
    size = (dots.width * PITCH, dots.height * PITCH)
    lit = ImageChops.lighter(dots, Image.new("RGB", dots.size, DARK))
    return Image.composite(lit.resize(size, Image.Resampling.NEAREST), Image.new("RGB", size, BOARD), _round(*dots.size))


def save(picture: Image.Image, path: Path) -> None:
    """Write a PNG so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    picture.save(part, "PNG")
    part.replace(path)


@lru_cache(maxsize=16)
def _round(columns: int, rows: int) -> Image.Image:
    """The mask of all LEDs of a panel."""
    large = Image.new("L", (PITCH * 4, PITCH * 4))
    ImageDraw.Draw(large).ellipse((2, 2, PITCH * 4 - 3, PITCH * 4 - 3), fill=255)
    led = large.resize((PITCH, PITCH), Image.Resampling.LANCZOS)
    row = Image.new("L", (columns * PITCH, PITCH))
    for column in range(columns):
        row.paste(led, (column * PITCH, 0))
    mask = Image.new("L", (columns * PITCH, rows * PITCH))
    for line in range(rows):
        mask.paste(row, (0, line * PITCH))
    return mask
