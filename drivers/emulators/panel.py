"""What every emulated display does: keeps what it shows as dots and texts, and paints a picture of it into its folder."""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

from drivers.emulators.base import Emulator

PITCH = 6
BOARD = (13, 15, 19)
DARK = (33, 36, 43)


class LedPanel(Emulator):
    """An emulated display. After each change a subclass calls `changed_picture`."""

    painted = 0
    """How many pictures were made."""

    @abstractmethod
    def texts(self) -> list[str]:
        """The lines that can be read on it now, from top to bottom; empty when it is dark."""

    @abstractmethod
    def dots(self) -> Image.Image:
        """Every LED as one pixel, RGB; black is dark."""

    def changed_picture(self) -> None:
        """Paint what is shown into `<out>/<name>.png`."""
        self.painted += 1
        if self.out is not None:
            save(leds(self.dots()), self.out / f"{self.name}.png")


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
