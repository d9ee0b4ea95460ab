"""A page: what one state of a flow looks like. It draws and sends events; it never does I/O."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from kivy.graphics import PopMatrix, PushMatrix, Translate

from kiosk.ui.drift import drift
from kiosk.ui.page_context import PageContext
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.surface import Fill

V = TypeVar("V")


class Page(Box, Generic[V]):
    """Built when the flow enters it, then given every new state by `show` until another page follows."""

    personal = False
    """Whether what it shows is of one person: then it is covered in the picture of the screen that the staff may fetch."""

    def __init__(self, context: PageContext, state: V) -> None:
        super().__init__(context, context.rect)
        self.add_widget(Fill(context, context.rect, "background"))
        with self.canvas:  # what is added from here on is drawn moved, the background stays
            PushMatrix()
            self._shift = Translate(0, 0)
        with self.canvas.after:
            PopMatrix()
        self.build(state)
        self.show(state)

    def drift(self, clock: datetime | None) -> None:
        """Draw all of it at its place of this time: for a page that may stand all night. None: where it was put."""
        x, y = (self.look.px(part) for part in drift(clock))
        if (self._shift.x, self._shift.y) != (x, y):
            self._shift.x, self._shift.y = x, y

    def build(self, state: V) -> None:
        """Put the widgets that stay."""

    def show(self, state: V) -> None:
        """Bring the widgets up to date; called once after `build` and after every change of state."""
