"""How long a ticket printer's roll is, and how much of it a ticket takes, by the options of its entry. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.options import DeviceOptions

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
        """What is left of the roll after `printed` tickets."""
        return None if self.length_mm is None else max(0.0, self.length_mm - printed * self.ticket_mm)


def roll_setting(options: DeviceOptions) -> RollSetting:
    """The roll of a printer; raise BadOption naming device, key and remedy."""
    measures = {"ticket_mm": TICKET_MM, "low_m": LOW_M} | {key: 0.0 for key in options.values if key == "roll_m"}
    found = {key: options.measure(key, default, *LIMITS[key]) for key, default in measures.items()}
    length = found.get("roll_m")
    return RollSetting(None if length is None else length * 1000, found["ticket_mm"], found["low_m"] * 1000)
