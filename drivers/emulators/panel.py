"""What every emulated display does: keeps what it shows as dots and texts, and paints a picture of it into its folder."""

from __future__ import annotations

from abc import abstractmethod

from PIL import Image

from contract.led_picture import leds, save
from drivers.emulators.base import Emulator


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
