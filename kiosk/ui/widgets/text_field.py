"""A field that is typed into: its name above or beside it, what was typed from the left, a cursor while it is the one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.graphics import Color, SmoothRoundedRectangle

from kiosk.ui.rect import Rect
from kiosk.ui.widgets.base import recolour
from kiosk.ui.widgets.button import Action, Tap
from kiosk.ui.widgets.surface import Fill, outline
from kiosk.ui.widgets.text import Words, measure

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext


class TextField(Tap):
    """`on` when what is typed goes into it."""

    def __init__(self, context: PageContext, rect: Rect, name: str, text: str, on_tap: Action, *, on: bool) -> None:
        super().__init__(context, rect, on_tap)
        look = self.look
        flat = rect.h < look.type("note") * 4
        label, box = rect.left(rect.w * 0.34, look.space("s")) if flat else rect.top(look.type("note") * 1.5)
        with self.canvas:
            self._fill = Color(*look.colour("surface"))
            SmoothRoundedRectangle(pos=(box.x, box.y), size=(box.w, box.h), radius=[look.corner / 2])
            Color(*look.colour("accent" if on else "line"))
            outline(box, look.corner / 2, max(2.0, look.px(5 if on else 3)))
        body = box.inset(look.space("m"), look.space("s") / 2)
        words = Words(context, body, text, "tile", bold=True, line_height=1.15)
        self.put(Words(context, label, name, "note", bold=on, colour="accent" if on else "secondary", line_height=1.2), words)
        if on:
            wide = measure(text, words.type_size, bold=True) if text else 0.0
            high = min(body.h, look.type("tile") * 1.1)
            cursor = Rect(min(body.x + wide + look.px(6), body.right_edge), body.y + (body.h - high) / 2, look.px(5), high)
            self.add_widget(Fill(context, cursor, "accent"))

    def draw_pressed(self, pressed: bool) -> None:
        recolour(self._fill, self.look.colour("pressed" if pressed else "surface"))
