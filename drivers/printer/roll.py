"""How long a ticket printer's roll is, and how much of it a ticket takes, by the options of its entry. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.registry import BadOption

LIMITS: dict[str, tuple[float, float]] = {"roll_m": (1, 1000), "ticket_mm": (20, 500), "low_m": (0.2, 100)}
"""Option → the least and the most that it may be."""
TICKET_MM = 110.0
LOW_M = 3.0


@dataclass(frozen=True)
class RollSetting:
    """`length_mm` is None where nobody said how long a new roll is: then only papers are counted."""

    length_mm: float | None = None
    ticket_mm: float = TICKET_MM
    low_mm: float = LOW_M * 1000

    def left_mm(self, printed: int) -> float | None:
        """What is left of the roll after so many tickets."""
        return None if self.length_mm is None else max(0.0, self.length_mm - printed * self.ticket_mm)


def roll_setting(options: Mapping[str, str | int | float | bool], *, device: str = "") -> RollSetting:
    """The roll of a printer; raise BadOption naming device, key and remedy."""
    found: dict[str, float] = {}
    for key, (least, most) in LIMITS.items():
        value = options.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            where = f"devices.toml: [[device]] {device}: {key} = {value!r}"
            raise BadOption(where, f"use a number from {least:g} to {most:g}")
        found[key] = float(value)
    length = found.get("roll_m")
    return RollSetting(
        None if length is None else length * 1000, found.get("ticket_mm", TICKET_MM), found.get("low_m", LOW_M) * 1000
    )
