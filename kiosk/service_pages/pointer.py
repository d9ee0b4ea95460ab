"""The mouse's pointer: hidden from the public, shown to a technician who has plugged a mouse in."""

from __future__ import annotations

from kiosk.flow.event import Send
from kiosk.parts import Part
from kiosk.service_pages.events import Pointer


class MousePointer(Part[Pointer]):
    """Shows and hides the pointer of the one window, in the UI thread."""

    handles = (Pointer,)

    def perform(self, effect: Pointer, _send: Send) -> None:
        from kivy.core.window import Window

        Window.show_cursor = effect.on
