"""The countdown ring: how long until the page closes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.graphics import Color, SmoothLine

from kiosk.ui.rect import Rect
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.text import Words

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext


class CountdownRing(Box):
    """Seconds left, as a ring and as a number. Invisible while nothing counts down."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        width = self.look.px(6)
        self._circle = (rect.x + rect.w / 2, rect.y + rect.h / 2, min(rect.w, rect.h) / 2 - width)
        with self.canvas:
            self._track = Color(*self.look.colour("line"))
            SmoothLine(circle=self._circle, width=width / 2)
            self._shade = Color(*self.look.colour("accent"))
            self._arc = SmoothLine(circle=(*self._circle, 0, 360), width=width / 2)
        self._number = Words(
            context, rect.inset(width * 2), "", "note", bold=True, colour="accent", align="center", line_height=1.1
        )
        self.add_widget(self._number)
        self.show(None, 1)

    def show(self, left_s: int | None, of_s: int) -> None:
        """`left_s` of `of_s` seconds are left; None hides the ring."""
        self.opacity = 0 if left_s is None else 1
        if left_s is not None:
            self._arc.circle = (*self._circle, 0, -360 * min(1.0, max(0.001, left_s / of_s)))
            self._number.say(str(left_s))
