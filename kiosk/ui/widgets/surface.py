"""Surfaces: filled boxes with round corners, cards with a soft shadow, lines."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kivy.graphics import BorderImage, Color, Rectangle, SmoothLine, SmoothRoundedRectangle
from kivy.graphics.texture import Texture

from kiosk.ui.rect import Rect
from kiosk.ui.widgets.base import Box, recolour

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext

SHADOW_SIDE = 64
SHADOW_EDGE = 28


@cache
def shadow_texture() -> Texture:
    """A black box with round corners and soft edges, as a texture to be stretched from its middle."""
    half, corner, soft = SHADOW_SIDE / 2, 10.0, 18.0
    alphas = bytearray()
    for row in range(SHADOW_SIDE):
        for column in range(SHADOW_SIDE):
            dx = max(0.0, abs(column + 0.5 - half) - (half - soft - corner))
            dy = max(0.0, abs(row + 0.5 - half) - (half - soft - corner))
            outside = (max(0.0, (dx * dx + dy * dy) ** 0.5 - corner + soft * 0.4)) / (soft * 1.4)
            fade = max(0.0, 1.0 - outside)
            alphas += bytes((255, 255, 255, int(255 * fade * fade * (3 - 2 * fade))))
    texture = Texture.create(size=(SHADOW_SIDE, SHADOW_SIDE), colorfmt="rgba")
    texture.blit_buffer(bytes(alphas), colorfmt="rgba", bufferfmt="ubyte")
    return texture


class Fill(Box):
    """A box of one colour; `corner` in pixels, 0 for sharp ones."""

    def __init__(
        self, context: PageContext, rect: Rect, colour: str, *, corner: float = 0, alpha: float = 1.0, **kwargs: object
    ) -> None:
        super().__init__(context, rect, **kwargs)
        with self.canvas:
            self.fill = Color(*self.look.colour(colour, alpha))
            if corner:
                SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[corner])
            else:
                Rectangle(pos=self.pos, size=self.size)

    def paint(self, colour: str, alpha: float = 1.0) -> None:
        """Change the colour."""
        recolour(self.fill, self.look.colour(colour, alpha))


class Card(Box):
    """A white surface with round corners and one soft shadow (in high contrast: an outline)."""

    def __init__(
        self, context: PageContext, rect: Rect, colour: str = "surface", *, raised: bool = True, **kwargs: object
    ) -> None:
        super().__init__(context, rect, **kwargs)
        look = self.look
        with self.canvas:
            if raised and not look.mode.contrast:
                Color(*look.colour("shadow", 0.16))
                reach = look.px(22)
                BorderImage(
                    texture=shadow_texture(),
                    border=(SHADOW_EDGE,) * 4,
                    display_border=(reach * 2,) * 4,
                    pos=(self.x - reach, self.y - reach - look.px(6)),
                    size=(self.width + 2 * reach, self.height + 2 * reach),
                )
            self.fill = Color(*look.colour(colour))
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[look.corner])
            if look.mode.contrast:
                self.edge = Color(*look.colour("line"))
                outline(rect, look.corner, max(2.0, look.px(4)))

    def paint(self, colour: str) -> None:
        """Change the colour of the surface."""
        recolour(self.fill, self.look.colour(colour))


class Rule(Fill):
    """A thin horizontal or vertical line."""

    def __init__(self, context: PageContext, rect: Rect, colour: str = "line") -> None:
        super().__init__(context, rect, colour)


def outline(rect: Rect, corner: float, width: float) -> SmoothLine:
    """Draw the edge of a round-cornered box into the open canvas."""
    half = width / 2
    return SmoothLine(
        rounded_rectangle=(rect.x + half, rect.y + half, rect.w - width, rect.h - width, corner), width=half, overdraw_width=1
    )


__all__ = ["Card", "Fill", "Rule", "outline", "shadow_texture"]
