"""Keys on the screen: letters and digits, for a search or a number."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from kivy.graphics import ClearBuffers, ClearColor, Color, Fbo, Rectangle, SmoothRoundedRectangle, Translate
from kivy.uix.widget import Widget

from kiosk.ui.keys import BACK, CLEAR
from kiosk.ui.rect import Rect
from kiosk.ui.widgets.base import Box, recolour
from kiosk.ui.widgets.button import Action, Tap
from kiosk.ui.widgets.picture import Icon
from kiosk.ui.widgets.surface import outline
from kiosk.ui.widgets.text import Words

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext

LETTERS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL ", CLEAR + "ZXCVBNM" + BACK)
WIDE = 1.5
"""How many keys wide the two at the ends of the last row of letters are."""

Pressed = Callable[[str], None]


class KeyCap(Tap):
    """One key: a character, or an icon for what is none."""

    def __init__(self, context: PageContext, rect: Rect, key: str, on_tap: Action) -> None:
        super().__init__(context, rect, on_tap)
        look, _ = self.look, context.text
        with self.canvas:
            self._fill = Color(*look.colour("surface"))
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[look.corner / 2])
            if look.mode.contrast:  # where ground and keys have one colour, an edge tells them apart
                Color(*look.colour("line"))
                outline(rect, look.corner / 2, max(2.0, look.px(3)))
        if key == BACK:
            side = min(rect.w, rect.h, look.px(84)) * 0.7
            self.add_widget(Icon(context, rect.centre(side, side), "backspace"))
        else:
            text = {CLEAR: _("清空"), " ": "␣"}.get(key, key)
            size = "note" if key == CLEAR else "tile"
            self.add_widget(Words(context, rect.inset(look.px(4), 0), text, size, bold=True, align="center", line_height=1.1))

    def draw_pressed(self, pressed: bool) -> None:
        recolour(self._fill, self.look.colour("pressed" if pressed else "surface"))


class Keyboard(Box):
    """Letters as on a phone, with digits above them; `pressed` gets small letters, digits, `blank`, BACK or CLEAR.

    The keys are painted into a texture, again only when one of them changes: what is typed and found is drawn with every
    key, and forty keys would be most of the work of such a frame.
    """

    def __init__(self, context: PageContext, rect: Rect, pressed: Pressed, *, blank: str = " ") -> None:
        super().__init__(context, rect)
        self._painted = self._texture()
        gap = min(context.look.space("s"), rect.h * 0.012)
        lines = [line.replace(" ", blank) for line in LETTERS]
        for row, keys in zip(rect.rows(len(lines), gap), lines, strict=True):
            for place, key in zip(self.places(row, keys, gap), keys, strict=True):
                self.add_widget(KeyCap(context, place, key, partial(pressed, key.lower())))

    def _texture(self) -> Fbo:
        """Put an empty texture behind the keys, pixel on pixel."""
        x, y = math.floor(self.rect.x), math.floor(self.rect.y)
        size = math.ceil(self.rect.right_edge) - x, math.ceil(self.rect.top_edge) - y
        with self.canvas:
            painted = Fbo(size=size)
            Color(1, 1, 1, 1)
            Rectangle(pos=(x, y), size=size, texture=painted.texture)
        with painted:
            ClearColor(*self.look.colour("background"))
            ClearBuffers()
            Translate(-x, -y, 0)
        return painted

    def add_widget(self, widget: Widget, *arguments: object, **options: object) -> None:
        """Add a key, drawn into the texture."""
        page: object = self.canvas
        self.canvas: Any = self._painted
        super().add_widget(widget, *arguments, **options)
        self.canvas = page

    def places(self, row: Rect, keys: str, gap: float) -> list[Rect]:
        """Where the keys of a row are."""
        widths = [WIDE if key in (BACK, CLEAR) else 1.0 for key in keys]
        unit = (row.w - gap * (len(keys) - 1)) / sum(widths)
        places = []
        for width in widths:
            place, row = row.left(unit * width, gap)
            places.append(place)
        return places
