"""The gesture that asks for the technician's code: the upper corners of the screen in turn, three times. Nobody does so by
chance, and a mouse finds corners even where its pointer cannot be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["left", "right"]
ORDER: tuple[Side, ...] = ("left", "right") * 3
WITHIN_S = 6.0
WIDTH, HEIGHT = 0.15, 0.12
"""How large a corner is, in parts of the screen."""


@dataclass(frozen=True)
class Touch:
    """A touch that may belong to the gesture, and when it was."""

    side: Side
    at: float


def side_of(x: float, y: float) -> Side | None:
    """The upper corner that a touch is in; x and y are parts of the screen from its lower left corner."""
    if y < 1 - HEIGHT:
        return None
    return "left" if x <= WIDTH else "right" if x >= 1 - WIDTH else None


def touched(before: tuple[Touch, ...], x: float, y: float, at: float) -> tuple[Touch, ...]:
    """What counts after a touch: all of ORDER when the gesture is complete."""
    side = side_of(x, y)
    if side is None:
        return ()
    so_far = before if before and at - before[0].at <= WITHIN_S and len(before) < len(ORDER) else ()
    if side != ORDER[len(so_far)]:
        so_far = ()
    return (*so_far, Touch(side, at)) if side == ORDER[len(so_far)] else ()


def is_complete(touches: tuple[Touch, ...]) -> bool:
    """Whether the gesture has been made."""
    return len(touches) == len(ORDER)
