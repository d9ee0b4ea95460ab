"""How everything on a terminal looks: colours, type scale, spacing, and the elder, contrast and low-reach variants.

All lengths are given for a short side of 1080 and scaled to the real screen. The web pages take the same values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

Colour = tuple[float, float, float, float]

TYPE: dict[str, float] = {"number": 160, "title": 64, "tile": 48, "body": 36, "note": 28}
ELDER_SCALE = 1.35
LINE_HEIGHT = 1.4
SPACE: dict[str, float] = {"s": 12, "m": 24, "l": 48, "xl": 72}
CORNER = 24
TARGET = 120
ELDER_TARGET = 160
MOTION_S = 0.15

ORDINARY = {
    "background": "#F4F6FA", "surface": "#FFFFFF", "sunken": "#E8ECF3", "pressed": "#DCE6F5", "line": "#D5DBE5",
    "text": "#1B2430", "secondary": "#5A6675", "accent": "#1557B0", "accent_pressed": "#0E3F82", "on_accent": "#FFFFFF",
    "accent_soft": "#E3EDFA", "success": "#18794E", "warning": "#B45309", "danger": "#B42318",
    "success_soft": "#E2F3EA", "warning_soft": "#FCEFDC", "danger_soft": "#FCE8E6", "shadow": "#1B2430",
    "ordinary": "#1557B0", "priority": "#B45309", "military": "#B42318", "appointment": "#0F766E",
}  # fmt: skip
CONTRAST = {
    "background": "#000000", "surface": "#000000", "sunken": "#333333", "pressed": "#5C4B00", "line": "#FFFFFF",
    "text": "#FFFFFF", "secondary": "#FFFFFF", "accent": "#FFD60A", "accent_pressed": "#FFFFFF", "on_accent": "#000000",
    "accent_soft": "#000000", "success": "#7CFFB2", "warning": "#FFC266", "danger": "#FF9C94",
    "success_soft": "#000000", "warning_soft": "#000000", "danger_soft": "#000000", "shadow": "#000000",
    "ordinary": "#FFD60A", "priority": "#FFC266", "military": "#FF9C94", "appointment": "#7FF0E4",
}  # fmt: skip
"""White and yellow on black: what most people with low vision read best, and what does not dazzle them."""


@dataclass(frozen=True)
class Mode:
    """How this citizen wants to see the terminal."""

    language: str = "zh"
    elder: bool = False
    contrast: bool = False
    low: bool = False


def rgba(hexadecimal: str, alpha: float = 1.0) -> Colour:
    """Read `#RRGGBB`."""
    red, green, blue = (int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


@dataclass(frozen=True)
class Look:
    """The theme for one screen size and mode. Lengths come out in pixels."""

    width: int
    height: int
    mode: Mode = field(default_factory=Mode)

    @property
    def portrait(self) -> bool:
        return self.height >= self.width

    @cached_property
    def unit(self) -> float:
        """Pixels for one length unit: the short side of the screen is 1080 units."""
        return min(self.width, self.height) / 1080

    @cached_property
    def palette(self) -> dict[str, Colour]:
        return {name: rgba(value) for name, value in (CONTRAST if self.mode.contrast else ORDINARY).items()}

    def colour(self, name: str, alpha: float = 1.0) -> Colour:
        """A colour by its name in the table above."""
        red, green, blue, _ = self.palette[name]
        return red, green, blue, alpha

    def px(self, units: float) -> float:
        """A length that does not grow in elder mode."""
        return units * self.unit

    def space(self, name: str) -> float:
        return SPACE[name] * self.unit

    def type(self, name: str) -> float:
        """A font size; all but the display number, which is huge anyway, grow in elder mode."""
        return TYPE[name] * self.unit * (ELDER_SCALE if self.mode.elder and name != "number" else 1.0)

    @property
    def smallest_type(self) -> float:
        """Text that does not fit its box is made smaller, but never smaller than this."""
        return (TYPE["note"] * (ELDER_SCALE if self.mode.elder else 1.0) * 0.85) * self.unit

    @property
    def target(self) -> float:
        """The least side of anything that can be tapped."""
        return (ELDER_TARGET if self.mode.elder else TARGET) * self.unit

    @property
    def corner(self) -> float:
        return CORNER * self.unit

    @property
    def margin(self) -> float:
        """The free border of every page."""
        return SPACE["l"] * self.unit
