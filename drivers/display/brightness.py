"""Brightness by time of day: bright in daylight, dimmed at night, as options of a display say.

night_brightness = 30        per cent; without it the display keeps one brightness
night_from = "19:00"
night_to = "07:00"
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from drivers.options import DeviceOptions

OPTIONS = ("night_brightness", "night_from", "night_to")


@dataclass(frozen=True)
class Night:
    """When and how far a display is dimmed. `percent` None: never."""

    percent: int | None = None
    begins: time = time(19, 0)
    ends: time = time(7, 0)

    @classmethod
    def of(cls, options: DeviceOptions) -> Night:
        """Read the three options of a device; raise BadOption."""
        percent = options.number("night_brightness", 100, 1, 100) if "night_brightness" in options.values else None
        return cls(percent, _time(options, "night_from", "19:00"), _time(options, "night_to", "07:00"))

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


def _time(options: DeviceOptions, key: str, default: str) -> time:
    try:
        return time.fromisoformat(options.text(key, default))
    except ValueError:
        raise options.wrong(key, 'write a time of day, such as "19:00"') from None


def level(percent: int, steps: int) -> int:
    """`percent` on a scale of 0 to `steps`; what is on is never quite dark."""
    return max(1, round(max(1, min(100, percent)) * steps / 100))
