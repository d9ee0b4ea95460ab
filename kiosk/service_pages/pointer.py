"""The mouse's pointer: hidden from the public, shown to a technician who has plugged a mouse in."""

from __future__ import annotations

from typing import Any

from kiosk.flow.role import Send
from kiosk.service_pages.events import Pointer


class Pointers:
    """Shows and hides the pointer of the one window, in the UI thread."""

    def perform(self, effect: Any, _send: Send) -> None:
        """Only what concerns the pointer."""
        if isinstance(effect, Pointer):
            from kivy.core.window import Window

            Window.show_cursor = effect.on
