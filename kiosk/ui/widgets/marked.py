"""Text of which a part is marked: what a search has matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.graphics import Color, Rectangle

from kiosk.ui.line_breaking import fit
from kiosk.ui.rect import Rect
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.text import drawn, measure, sizes_below

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext

LINE = 1.25


def split(lines: list[str], text: str, start: int, length: int) -> list[tuple[str, str, str]]:
    """Each line in three: before the marked part of `text`, the part, behind it."""
    parts, at = [], 0
    for line in lines:
        begin = text.index(line, at)
        at = begin + len(line)
        one = min(max(start - begin, 0), len(line))
        two = min(max(start + length - begin, one), len(line))
        parts.append((line[:one], line[one:two], line[two:]))
    return parts


class Marked(Box):
    """Text from the top left; the marked part bold, in the accent colour, on a soft ground."""

    def __init__(
        self, context: PageContext, rect: Rect, size: str = "body", *, bold: bool = False, colour: str = "text"
    ) -> None:
        super().__init__(context, rect)
        self.wanted, self.bold, self.colour = context.look.type(size), bold, colour
        self._said: tuple[str, int, int] = ("", 0, 0)
        self.text = ""

    def say(self, text: str, start: int = 0, length: int = 0) -> None:
        """Show another text, `length` characters from `start` on marked."""
        if (text, start, length) == self._said:
            return
        self._said, self.text = (text, start, length), text
        self.canvas.clear()
        if text:
            self._draw(text, start, length)

    def _draw(self, text: str, start: int, length: int) -> None:
        sizes = sizes_below(self.look, self.wanted)
        # measured bold, so that the marked part has room wherever it is
        size, lines = fit(text, self.rect.w, self.rect.h, sizes, lambda part, s: measure(part, s, bold=True), LINE)
        room = max(1, int(self.rect.h / (size * LINE) + 0.15))
        parts = split(lines, text, start, length)
        if len(parts) > room:
            before, part, behind = parts[room - 1]
            parts = [*parts[: room - 1], (before, part, behind[:-1] + "…")]
        top = self.rect.top_edge - max(0.0, (self.rect.h - len(parts) * size * LINE) / 2)
        for before, part, behind in parts:
            top -= size * LINE
            x = self._piece(before, self.rect.x, top, size, marked=False)
            x = self._piece(part, x, top, size, marked=True)
            self._piece(behind, x, top, size, marked=False)

    def _piece(self, text: str, x: float, y: float, size: float, *, marked: bool) -> float:
        """Draw a piece of a line; return where the next one begins."""
        if not text:
            return x
        texture = drawn(text, int(size), self.bold or marked)
        width = measure(text, size, bold=self.bold or marked)
        with self.canvas:
            if marked:
                Color(*self.look.colour("accent_soft"))
                Rectangle(pos=(round(x), round(y)), size=(round(width), round(size * LINE)))
            Color(*self.look.colour("accent" if marked else self.colour))
            Rectangle(texture=texture, pos=(round(x), round(y + (size * LINE - texture.height) / 2)), size=texture.size)
        return x + width
