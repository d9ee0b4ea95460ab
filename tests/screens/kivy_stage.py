"""Draws pages of the terminals off screen, at any size, without a program around them."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.configuration.hall import HallConfig
from contract.texts import texts
from kiosk.app.setup import Screen, prepare_kivy
from kiosk.ui.page_context import PageContext
from kiosk.ui.theme import Look, Mode

if TYPE_CHECKING:
    from kiosk.ui.page import Page

SELDOM = (50_000, 20, 50)
"""New objects before the collector of cycles looks again: pages are made by the hundred, and it took as long as drawing them."""

_ready: list[bool] = []


def open_window() -> None:
    """Open the one small window whose graphics context everything is drawn in; needs an X display."""
    if not _ready:
        if "DISPLAY" not in os.environ:
            raise RuntimeError("no X display; run this under xvfb-run or with DISPLAY set")
        prepare_kivy(Screen(320, 320))
        from kivy.core.window import Window

        from kiosk.ui import fonts

        fonts.register()
        Window.dispatch("on_draw")
        gc.freeze()
        gc.set_threshold(*SELDOM)
        _ready.append(True)


def make_page(
    draw: Callable[[PageContext, Any], Page],
    state: Any,
    hall: HallConfig,
    size: tuple[int, int],
    mode: Mode,
    send: Callable[[Any], None] = lambda _event: None,
) -> Page:
    """The page of a state; `send` gets what its targets cause."""
    open_window()
    context = PageContext(Look(*size, mode), hall, texts(mode.language), send)
    return draw(context, state)


def give_back() -> None:
    """Free the textures and shapes that nobody has any more: Kivy keeps their memory until its clock ticks, and without a
    program around the pages only this makes it tick."""
    from kivy.clock import Clock

    Clock.tick()


def save(page: Page, path: Path) -> None:
    """Write the page as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.export_to_png(str(path))
    give_back()
