"""The options that every display has, read and checked."""

from __future__ import annotations

from dataclasses import dataclass

from contract.configuration.hall import Device
from drivers.display import brightness
from drivers.registry import BadOption

SERVER = ("rows", "brightness")
"""Read by the server; they stand here so that they are known."""
SIZE = ("width", "height")
COMMON = (*SERVER, *SIZE, *brightness.OPTIONS)
ROW = 16


def number(device: Device, option: str, default: int, low: int, high: int) -> int:
    """A whole number from the options of a display. Raise BadOption."""
    value = device.options.get(option, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadOption(
            f"devices.toml: [[device]] {device.id}: {option} = {value!r}", f"write a whole number from {low} to {high}"
        )
    return value


def flag(device: Device, option: str, default: bool) -> bool:
    """A yes or no from the options of a display. Raise BadOption."""
    value = device.options.get(option, default)
    if not isinstance(value, bool):
        raise BadOption(f"devices.toml: [[device]] {device.id}: {option} = {value!r}", "write true or false")
    return value


@dataclass(frozen=True)
class Size:
    """A display's width and height in dots."""

    width: int
    height: int

    @classmethod
    def of(cls, device: Device, width: int = 192, height: int = 0, *, most_rows: int = 16) -> Size:
        """From the options; without `height` one line for a window, `rows` lines (4) for a board. Raise BadOption."""
        rows = number(device, "rows", 4, 1, most_rows) if device.serves == "board" else 1
        size = cls(number(device, "width", width, 16, 1024), number(device, "height", height or ROW * rows, 8, 512))
        if rows > max(1, size.height // ROW):
            raise BadOption(
                f"devices.toml: [[device]] {device.id}: {rows} lines need {rows * ROW} rows of dots, height is {size.height}",
                f"write rows = {max(1, size.height // ROW)}",
            )
        return size

    def places(self, lines: int) -> list[tuple[int, int]]:
        """(top, height) in dots of up to `lines` lines that share the height; fewer where it does not suffice."""
        count = max(1, min(lines, self.height // ROW))
        each = self.height // count
        return [(row * each, each) for row in range(count)]
