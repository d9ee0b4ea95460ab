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

    @classmethod
    def known_faults(cls) -> dict[str, str]:
        return super().known_faults() | {"power-cut": "was without power for a moment (switching it on does it)"}

    def fault_changed(self, name: str, on: bool) -> None:
        if name == "power-cut" and on:
            self.power_cut()
            self.changed_picture()

    @abstractmethod
    def power_cut(self) -> None:
        """Forget whatever the device does not keep without power."""

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
