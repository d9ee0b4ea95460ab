"""Text in a box: broken by the rules of Chinese, as large as asked and smaller only when the box is too small."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from kivy.core.text import Label as TextMaker
from kivy.graphics import Color, Rectangle

from kiosk.ui import fonts
from kiosk.ui.line_breaking import fit
from kiosk.ui.rect import Rect
from kiosk.ui.theme import ELDER_SCALE, LINE_HEIGHT
from kiosk.ui.widgets.base import Box, recolour

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext
    from kiosk.ui.theme import Look

Align = Literal["left", "center", "right"]
Valign = Literal["top", "middle", "bottom"]
SHRINK = 0.92
MEASURED, DRAWN = 4096, 64
"""How many widths and how many drawn texts are kept: while somebody types the same names come again with every key."""
_rulers: dict[tuple[str, bool, int], TextMaker] = {}


def measure(text: str, size: float, *, bold: bool = False, face: str = fonts.TEXT) -> float:
    """The width of one line of text in pixels."""
    return _measured(text, int(size), bold, face)


@lru_cache(MEASURED)
def _measured(text: str, size: int, bold: bool, face: str) -> float:
    key = (face, bold, size)
    ruler = _rulers.get(key)
    if ruler is None:
        ruler = _rulers[key] = TextMaker(font_name=face, font_size=size, bold=bold)
        ruler.resolve_font_name()
    return float(ruler.get_extents(text)[0])


@lru_cache(DRAWN)
def drawn(text: str, size: int, bold: bool) -> Any:
    """The texture of one line of text."""
    maker = TextMaker(text=text, font_name=fonts.TEXT, font_size=size, bold=bold, line_height=1.0)
    maker.refresh()
    return maker.texture


def sizes_below(look: Look, wanted: float) -> list[float]:
    """The sizes that text may have, from the wanted one down to the smallest. In elder mode the ordinary size is one of them,
    so that what does not fit larger is not smaller than it would be without."""
    ordinary = wanted / ELDER_SCALE if look.mode.elder else wanted
    sizes = [wanted]
    while (size := sizes[-1] * SHRINK) >= min(look.smallest_type, wanted):
        sizes.append(ordinary if sizes[-1] > ordinary > size else size)
    return sizes


def fitted(
    look: Look, text: str, rect: Rect, wanted: float, *, bold: bool = False, line_height: float = LINE_HEIGHT
) -> tuple[float, list[str]]:
    """The size at which a text fits a box, the wanted one or the next smaller, and its lines then."""
    return fit(text, rect.w, rect.h, sizes_below(look, wanted), lambda part, size: measure(part, size, bold=bold), line_height)


def has_room(look: Look, text: str, rect: Rect, size: str, *, line_height: float = LINE_HEIGHT) -> bool:
    """Whether a box has room for bold words at least as large as they are meant to be in ordinary mode."""
    least = look.type(size) / (ELDER_SCALE if look.mode.elder else 1)
    return fitted(look, text, rect, look.type(size), bold=True, line_height=line_height)[0] >= least - 0.5


def whole(look: Look, text: str, rect: Rect, size: str) -> bool:
    """Whether a box has room for all of a text, at the smallest size if it must be."""
    fitting, lines = fitted(look, text, rect, look.type(size))
    return len(lines) * fitting * LINE_HEIGHT <= rect.h


class Words(Box):
    """One text. `size` is a name of the type scale or a size in units; it shrinks to the smallest type of the look to fit."""

    def __init__(
        self,
        context: PageContext,
        rect: Rect,
        text: str,
        size: str | float = "body",
        *,
        bold: bool = False,
        colour: str = "text",
        align: Align = "left",
        valign: Valign = "middle",
        line_height: float = LINE_HEIGHT,
    ) -> None:
        super().__init__(context, rect)
        self.wanted = context.look.type(size) if isinstance(size, str) else context.look.px(size)
        self.bold, self.align, self.valign, self.line_height = bold, align, valign, line_height
        self.text = ""
        self.type_size = 0.0
        self.fits = True
        with self.canvas:
            self._colour = Color(*self.look.colour(colour))
            self.area = Rectangle(pos=(rect.x, rect.y), size=(0, 0))
        self.say(text)

    def paint(self, colour: str) -> None:
        """Change the colour."""
        recolour(self._colour, self.look.colour(colour))

    def say(self, text: str) -> None:
        """Show another text."""
        if text == self.text:
            return
        self.text = text
        if not text:
            self.area.size = (0, 0)
            self.fits = True
            return
        size, lines = self._fitted(text)
        self.type_size = size
        maker = TextMaker(
            text="\n".join(lines),
            font_name=fonts.TEXT,
            font_size=int(size),
            bold=self.bold,
            halign=self.align,
            line_height=1.0,
        )
        maker.refresh()
        self._show(maker.texture)

    def shrink_to(self, size: float) -> None:
        """Be no larger than `size` pixels, as long as the text stays."""
        if self.type_size > size:
            wanted, text = self.wanted, self.text
            self.text, self.wanted = "", size
            self.say(text)
            self.wanted = wanted

    def _fitted(self, text: str) -> tuple[float, list[str]]:
        return fitted(self.look, text, self.rect, self.wanted, bold=self.bold, line_height=self.line_height)

    def _show(self, texture: object) -> None:
        width, height = texture.size  # type: ignore[attr-defined]
        rect = self.rect
        x = {"left": rect.x, "center": rect.x + (rect.w - width) / 2, "right": rect.right_edge - width}[self.align]
        y = {"bottom": rect.y, "middle": rect.y + (rect.h - height) / 2, "top": rect.top_edge - height}[self.valign]
        self.fits = width <= rect.w + 1.5 and height <= rect.h + 1.5
        self.area.texture = texture
        self.area.pos, self.area.size = (round(x), round(y)), (width, height)


def even(words: Iterable[Words], *, in_elder_mode: bool = False) -> None:
    """Give texts of one kind one size: that of the one which has the least room. In elder mode nothing becomes smaller for the
    sake of others, or with `in_elder_mode` not smaller than in ordinary mode."""
    said = [one for one in words if one.text and (in_elder_mode or not one.look.mode.elder)]
    for one in said:
        ordinary = one.wanted / ELDER_SCALE if one.look.mode.elder else 0.0
        one.shrink_to(max(ordinary, min(other.type_size for other in said)))
