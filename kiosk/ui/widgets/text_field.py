"""A field that is typed into: its name above or beside it, what was typed from the left, a cursor while it is the one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.graphics import Color, Rectangle, SmoothRoundedRectangle

from kiosk.ui.rect import Rect
from kiosk.ui.widgets.base import recolour
from kiosk.ui.widgets.button import Action, Tap
from kiosk.ui.widgets.surface import outline
from kiosk.ui.widgets.text import Words, measure

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext


class TextField(Tap):
    """`on` when what is typed goes into it."""

    def __init__(self, context: PageContext, rect: Rect, name: str, on_tap: Action, *, on: bool) -> None:
        super().__init__(context, rect, on_tap)
        look = self.look
        flat = rect.h < look.type("note") * 4
        label, box = rect.left(rect.w * 0.34, look.space("s")) if flat else rect.top(look.type("note") * 1.5)
        with self.canvas:
            self._fill = Color(*look.colour("surface"))
            SmoothRoundedRectangle(pos=(box.x, box.y), size=(box.w, box.h), radius=[look.corner / 2])
            Color(*look.colour("accent" if on else "line"))
            outline(box, look.corner / 2, max(2.0, look.px(5 if on else 3)))
        body = self._body = box.inset(look.space("m"), look.space("s") / 2)
        self._words = Words(context, body, "", "tile", bold=True, line_height=1.15)
        self.put(
            Words(context, label, name, "note", bold=on, colour="accent" if on else "secondary", line_height=1.2), self._words
        )
        high = min(body.h, look.type("tile") * 1.1)
        self._cursor: Rectangle | None = None
        if on:
            with self.canvas:
                Color(*look.colour("accent"))
                self._cursor = Rectangle(pos=(body.x, body.y + (body.h - high) / 2), size=(look.px(5), high))
        self.say("")

    def say(self, text: str) -> None:
        """Show what is typed by now, the cursor behind it."""
        self._words.say(text)
        if self._cursor is not None:
            wide = measure(text, self._words.type_size, bold=True) if text else 0.0
            self._cursor.pos = min(self._body.x + wide + self.look.px(6), self._body.right_edge), self._cursor.pos[1]

    def draw_pressed(self, pressed: bool) -> None:
        recolour(self._fill, self.look.colour("pressed" if pressed else "surface"))
