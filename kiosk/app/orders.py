"""What the staff may order a terminal with a screen to do: show which one it is, send a picture of the screen, restart."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contract.wire.messages import Act, TerminalAsk
from kiosk.ui.theme import Look
from link.orders import RESTART_S, OrderHandler, OrderResult

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.app.app import App
    from kiosk.ui.page_context import PageContext

SHOWN_S = 10.0
UI_TIMEOUT_S = 10.0
LONGEST_SIDE = 960


def orders_of(app: App[Any, Any]) -> Mapping[Act, OrderHandler]:
    """What every running program can do; called in the thread of the orders."""

    def identify(_ask: TerminalAsk) -> OrderResult:
        app.call(lambda: show_name(app)).result(UI_TIMEOUT_S)
        return OrderResult(f"shown for {SHOWN_S:.0f} s")

    def screen(_ask: TerminalAsk) -> OrderResult:
        width, height, content = app.call(lambda: pixels(app.root)).result(UI_TIMEOUT_S)
        return OrderResult(media="image/png", content=_png(width, height, content))

    def restart(_ask: TerminalAsk) -> OrderResult:
        threading.Timer(RESTART_S, app.stop).start()
        return OrderResult()

    return {"identify": identify, "screen": screen, "restart": restart}


def show_name(app: App[Any, Any]) -> None:
    """Cover the screen with the terminal's name for a while; the app lets no touch through."""
    from kivy.clock import Clock
    from kivy.core.window import Window
    from kivy.graphics import Color, Rectangle
    from kivy.uix.label import Label

    look = Look(1, 1)
    size = app.root.size
    cover = Label(
        text=app.terminal, size=size, font_size=min(size[0] / max(4, len(app.terminal)) * 1.6, size[1] / 3), bold=True
    )
    cover.color = look.colour("on_accent")
    with cover.canvas.before:
        Color(*look.colour("accent"))
        Rectangle(size=size)
    Window.add_widget(cover)
    Clock.schedule_once(lambda _dt: Window.remove_widget(cover), SHOWN_S)


def pixels(root: Widget) -> tuple[int, int, bytes]:
    """Width, height and RGBA bytes of what the page draws, the uppermost row first. What a camera sees, and a page that is of
    one person, is nobody else's."""
    from kiosk.ui.page import Page
    from kiosk.ui.widgets.viewfinder import Viewfinder

    covers = [(page, _cover(page.context)) for page in root.walk() if isinstance(page, Page) and page.personal]
    hidden = [widget for widget in root.walk() if isinstance(widget, Viewfinder)]
    for page, cover in covers:
        page.add_widget(cover)
    for widget in hidden:
        widget.opacity = 0
    texture = root.export_as_image().texture
    for widget in hidden:
        widget.opacity = 1
    for page, cover in covers:
        page.remove_widget(cover)
    return int(texture.size[0]), int(texture.size[1]), bytes(texture.pixels)


def _cover(context: PageContext) -> Widget:
    """What lies over a page that is of one person."""
    from kiosk.ui.widgets import Words
    from kiosk.ui.widgets.surface import Fill

    _ = context.text
    cover = Fill(context, context.rect, "background")
    text = _("有人正在使用，这一页不给别人看")
    cover.add_widget(Words(context, context.rect.inset(context.look.margin), text, "title", align="center"))
    return cover


def _png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG of at most LONGEST_SIDE pixels, on the colour of the window."""
    from PIL import Image

    background = tuple(round(255 * part) for part in Look(1, 1).colour("background")[:3])
    drawn = Image.frombytes("RGBA", (width, height), pixels)
    picture = Image.new("RGB", (width, height), background)
    picture.paste(drawn, mask=drawn.getchannel("A"))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return content.getvalue()
