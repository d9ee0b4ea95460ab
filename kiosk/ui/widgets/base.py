"""The widget that all others are: a box on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kivy.uix.widget import Widget

from kiosk.ui.rect import Rect

if TYPE_CHECKING:
    from kiosk.ui.page_context import PageContext
    from kiosk.ui.theme import Colour, Look


def recolour(instruction: Any, colour: Colour) -> None:
    """Change a colour of a canvas, unless it is the same: to set one means that the whole screen is drawn again."""
    if tuple(instruction.rgba) != colour:
        instruction.rgba = colour


class Box(Widget):
    """A widget that stays where it was put. `context` gives look, texts and the way to the flow."""

    def __init__(self, context: PageContext, rect: Rect, **kwargs: object) -> None:
        super().__init__(size_hint=(None, None), pos=(rect.x, rect.y), size=(rect.w, rect.h), **kwargs)
        self.context = context
        self.rect = rect

    @property
    def look(self) -> Look:
        return self.context.look

    def put(self, *widgets: Widget) -> None:
        """Add several widgets, the first at the back."""
        for widget in widgets:
            self.add_widget(widget)
