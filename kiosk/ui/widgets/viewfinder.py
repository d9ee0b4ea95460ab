"""What a camera sees, with a frame to hold a code in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.graphics import Color, Line, Rectangle, RoundedRectangle, StencilPop, StencilPush, StencilUnUse, StencilUse
from kivy.graphics.texture import Texture

from kiosk.ui.rect import Rect
from kiosk.ui.widgets.base import Box

if TYPE_CHECKING:
    from kiosk.ticket_kiosk.scan.state import CameraPicture
    from kiosk.ui.page_context import PageContext

FRAME = 0.66
"""The side of the frame, in parts of the shorter side of the box."""
ARM = 0.18
"""The length of the frame's corners, in parts of its side."""


class Viewfinder(Box):
    """A live picture that fills its box; what reaches beyond the box at the sides is not shown."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        look = self.look
        side = min(rect.w, rect.h) * FRAME
        self.texture: Texture | None = None
        with self.canvas:
            StencilPush()
            RoundedRectangle(pos=self.pos, size=self.size, radius=[look.corner])
            StencilUse()
            self._light = Color(*look.colour("text"))
            self._area = Rectangle(pos=self.pos, size=self.size)
            StencilUnUse()
            RoundedRectangle(pos=self.pos, size=self.size, radius=[look.corner])
            StencilPop()
            for colour, width in ((look.colour("text", 0.5), 9), ((1, 1, 1, 1), 5)):
                Color(*colour)  # light on a dark rim: seen on any picture
                for points in corners(rect.centre(side, side), side * ARM):
                    Line(points=points, width=look.px(width), cap="round", joint="round")
            Color(*look.colour("success"))
            self._found = Line(points=[], width=look.px(5), close=True, joint="round")

    def show(self, picture: CameraPicture | None) -> None:
        """Show the next picture; None: it is dark."""
        if picture is None:
            return
        size = (picture.width, picture.height)
        if self.texture is None or self.texture.size != size:
            self.texture = Texture.create(size=size, colorfmt="rgb")
            self._area.texture = self.texture
            self._area.tex_coords = middle(picture.width / picture.height, self.rect.w / self.rect.h)
            self._light.rgba = (1, 1, 1, 1)
        self.texture.blit_buffer(picture.pixels, colorfmt="rgb", bufferfmt="ubyte")
        self._outline(picture)
        self.canvas.ask_update()

    def _outline(self, picture: CameraPicture) -> None:
        """Mark the code that was found."""
        left, bottom, right, _, _, top, _, _ = self._area.tex_coords
        points: list[float] = []
        for x, y in picture.found[0] if picture.found else ():
            points += [
                self.rect.x + self.rect.w * min(1, max(0, (x - left) / (right - left))),
                self.rect.y + self.rect.h * min(1, max(0, (y - bottom) / (top - bottom))),
            ]
        self._found.points = points


def middle(picture: float, box: float) -> tuple[float, ...]:
    """The part of a picture that fills a box, as coordinates of its texture; both by width over height."""
    across, down = min(1.0, box / picture), min(1.0, picture / box)
    left, bottom, right, top = 0.5 - across / 2, 0.5 - down / 2, 0.5 + across / 2, 0.5 + down / 2
    return (left, bottom, right, bottom, right, top, left, top)


def corners(frame: Rect, arm: float) -> list[list[float]]:
    """The four corners of a frame as lines."""
    result = []
    for x, inward_x in ((frame.x, arm), (frame.right_edge, -arm)):
        for y, inward_y in ((frame.y, arm), (frame.top_edge, -arm)):
            result.append([x + inward_x, y, x, y, x, y + inward_y])
    return result
