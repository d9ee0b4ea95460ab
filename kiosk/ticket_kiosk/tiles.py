"""The tiles of home, and of what stands in its place while no number can be taken: what works here besides taking a number."""

from __future__ import annotations

from functools import partial

from kiosk.ticket_kiosk.a4_print.state import OpenBlanks
from kiosk.ticket_kiosk.case_progress.state import OpenCaseQuery
from kiosk.ticket_kiosk.events import OpenHelp
from kiosk.ticket_kiosk.guides.state import OpenGuides
from kiosk.ticket_kiosk.my_ticket.state import OpenFindTicket
from kiosk.ticket_kiosk.scan.state import OpenCheckIn, OpenScan
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Icon, Tap, Words
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.button import Action
from kiosk.ui.widgets.text import Align, even, measure


def put_tiles(page: Box, places: list[Rect], state: KioskState) -> None:
    """One tile in each place: all with their icons, or none where some have no room for it."""
    tiles = _made(page.context, places, state)
    if not all(tile.has_icon for tile in tiles):
        tiles = _made(page.context, places, state, icons=False)
    even(tile.title for tile in tiles)
    page.put(*tiles)


def _made(context: PageContext, places: list[Rect], state: KioskState, *, icons: bool = True) -> list[MoreTile]:
    tiles, _ = [], context.text
    for place, name in zip(places, state.tiles, strict=False):
        text, icon, event = more(context)[name]
        note = _("暂时不能用") if name in state.out_of_order else ""
        tiles.append(MoreTile(context, place, text, partial(context.send, event), icon=icon if icons else "", note=note))
    return tiles


def more(context: PageContext) -> dict[str, tuple[str, str, object]]:
    """What there is besides taking a number: name, icon, and the event of its tile."""
    _ = context.text
    return {
        "guides": (_("办事指南"), "book-open-page-variant", OpenGuides()),
        "my-ticket": (_("我的号票"), "ticket-confirmation", OpenFindTicket()),
        "scan": (_("扫码办理"), "qrcode-scan", OpenScan()),
        "check-in": (_("预约签到"), "clock", OpenCheckIn()),
        "progress": (_("办件进度"), "clipboard-text", OpenCaseQuery()),
        "blanks": (_("打印表格"), "printer", OpenBlanks()),
        "help": (_("投诉求助"), "headset", OpenHelp()),
    }


class MoreTile(Tap):
    """A smaller tile: icon and name, side by side or one above the other; below them `note`, what is out of order.

    The icon is left out where it has no room, or is "".
    """

    def __init__(self, context: PageContext, rect: Rect, title: str, on_tap: Action, *, icon: str, note: str = "") -> None:
        super().__init__(context, rect, on_tap)
        look = self.look
        self.card = Card(context, rect)
        self.add_widget(self.card)
        body = rect.inset(look.space("m"), look.space("s"))
        if note:
            lines = 1 if measure(note, look.type("note")) <= rect.w - look.space("s") else 2
            strip, body = body.bottom(look.type("note") * 1.25 * lines)
            strip = Rect(rect.x, strip.y, rect.w, strip.h).inset(look.space("s") / 2, 0)
            self.add_widget(Words(context, strip, note, "note", colour="warning", align="center", line_height=1.15))
        if rect.w > rect.h * 2.2:
            wide = min(body.w, look.px(72) + look.space("m") + measure(title, look.type("tile"), bold=True) + look.space("s"))
            place, words = body.centre(wide, body.h).left(look.px(72), look.space("m"))
        else:
            place, words = body.top(body.h * 0.4, look.space("s") / 2)
        side = min(place.w, place.h, look.px(72))
        size = "tile" if measure(title, look.type("tile"), bold=True) <= words.w else "body"
        align: Align = "left" if rect.w > rect.h * 2.2 else "center"
        crowded = measure(title, look.type(size), bold=True) > words.w and words.h < look.type(size) * 2.2
        self.has_icon = bool(icon) and not crowded  # two lines leave no room for it
        if not self.has_icon:
            words, align = body, "center"
        else:
            self.add_widget(Icon(context, place.centre(side, side), icon))
        self.title = Words(context, words, title, size, bold=True, align=align, line_height=1.15)
        self.add_widget(self.title)

    def draw_pressed(self, pressed: bool) -> None:
        self.card.paint("pressed" if pressed else "surface")
