"""The options that every display has, read and checked."""

from __future__ import annotations

from dataclasses import dataclass

from contract.configuration.hall import DISPLAY_TEXTS, Device
from drivers.display import brightness
from drivers.options import DeviceOptions

SERVER = ("rows", "brightness", *DISPLAY_TEXTS)
"""Read by the server; named here so that a driver does not refuse them."""
SIZE = ("width", "height")
COMMON = (*SERVER, *SIZE, *brightness.OPTIONS)
ROW = 16


@dataclass(frozen=True)
class Size:
    """A display's width and height in dots."""

    width: int
    height: int

    @classmethod
    def of(cls, device: Device, width: int = 192, height: int = 0, *, most_rows: int = 16) -> Size:
        """From the options; without `height` one line for a window, `rows` lines (4) for a board. Raise BadOption."""
        options = DeviceOptions.of(device)
        rows = options.number("rows", 4, 1, most_rows) if device.serves == "board" else 1
        size = cls(options.number("width", width, 16, 1024), options.number("height", height or ROW * rows, 8, 512))
        if rows > max(1, size.height // ROW):
            raise options.bad(
                f"{rows} lines need {rows * ROW} rows of dots, height is {size.height}",
                f"write rows = {max(1, size.height // ROW)}",
            )
        return size

    def places(self, lines: int) -> list[tuple[int, int]]:
        """(top, height) in dots of up to `lines` lines that share the height; fewer where it does not suffice."""
        count = max(1, min(lines, self.height // ROW))
        each = self.height // count
        return [(row * each, each) for row in range(count)]
