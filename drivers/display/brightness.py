"""Brightness by time of day: bright in daylight, dimmed at night, as options of a display say.

night_brightness = 30        per cent; without it the display keeps one brightness
night_from = "19:00"
night_to = "07:00"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from drivers.registry import BadOption

OPTIONS = ("night_brightness", "night_from", "night_to")


@dataclass(frozen=True)
class Night:
    """When and how far a display is dimmed. `percent` None: never."""

    percent: int | None = None
    begins: time = time(19, 0)
    ends: time = time(7, 0)

    @classmethod
    def of(cls, options: Mapping[str, str | int | float | bool]) -> Night:
        """Read the three options of a device; raise BadOption."""
        percent = options.get("night_brightness")
        if percent is not None and not (isinstance(percent, int) and 1 <= percent <= 100):
            raise BadOption(f"night_brightness {percent!r} is no brightness", "give 1 to 100")
        try:
            begins = time.fromisoformat(str(options.get("night_from", "19:00")))
            ends = time.fromisoformat(str(options.get("night_to", "07:00")))
        except ValueError as error:
            raise BadOption(f"night_from and night_to are times of day: {error}", 'write them like "19:00"') from None
        return cls(percent, begins, ends)

    def at(self, day_percent: int, now: time) -> int:
        """The brightness at `now` when it is `day_percent` in daylight."""
        if self.percent is None:
            return day_percent
        wraps = self.begins > self.ends
        dark = (now >= self.begins or now < self.ends) if wraps else self.begins <= now < self.ends
        return min(day_percent, self.percent) if dark else day_percent

    def half_hours(self, day_percent: int) -> list[int]:
        """The brightness of each half-hour of a day, from midnight on."""
        return [self.at(day_percent, time(i // 2, i % 2 * 30)) for i in range(48)]


def level(percent: int, steps: int) -> int:
    """`percent` on a scale of 0 to `steps`; what is on is never quite dark."""
    return max(1, round(max(1, min(100, percent)) * steps / 100))
