"""HOME: take a number, what else works here, who is being called, how many wait."""

from __future__ import annotations

import math
from functools import partial

from kiosk.ticket_kiosk.a4_print.state import OpenBlanks
from kiosk.ticket_kiosk.calls_now import CallsNow
from kiosk.ticket_kiosk.case_progress.state import OpenCaseQuery
from kiosk.ticket_kiosk.events import OpenHelp, TakeNumber
from kiosk.ticket_kiosk.guides.state import OpenGuides
from kiosk.ticket_kiosk.my_ticket.state import OpenFindTicket
from kiosk.ticket_kiosk.page_frame import PageFrame, date_text
from kiosk.ticket_kiosk.scan.state import OpenCheckIn, OpenScan
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Icon, Tap, Tile, Words
from kiosk.ui.widgets.button import Action
from kiosk.ui.widgets.surface import Fill
from kiosk.ui.widgets.text import Align, even, measure

MOST_IN_A_ROW = 4
"""So many of the smaller tiles have room beside one another."""
ELDER_TILE, ELDER_LONE_TILE, ELDER_ROW, ELDER_LEAST_ROW, LEAST_BOARD = 680, 830, 280, 180, 300
"""Units of height in elder mode: the tile that takes a number, the same without others, a row of the others, a row while the
kiosk is on its own, and the least that shows who is being called."""
OFFLINE = ("cloud-outline-off", "accent")
"""Icon and colour of notices while the kiosk gives numbers without the server: nothing that anybody must worry about."""


class HomePage(PageFrame):
    """The first page."""

    leaves = False

    def build(self, state: KioskState) -> None:
        self.board: CallsNow | None = None
        super().build(state)

    def title_text(self) -> str:
        return self.context.pick(self.context.hall.hall.name)

    def build_body(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        elder = look.mode.elder and not look.mode.low
        self.date: Words | None = None
        rest = self.body
        if look.portrait or not elder:  # a wide screen in elder mode has the height for what is touched
            place, rest = rest.top(look.type("body") * 1.6, look.space("m"))
            place, phones = place.left(place.w * 0.56, look.space("s"))
            self.date = Words(context, place, "", "body", colour="secondary")
            self.put(self.date, self._telephones(phones))
        else:
            title = self._title.rect
            free = title.w - measure(self.title_text(), look.type("title"), bold=True) - look.space("l")
            if free > look.px(400):
                self.add_widget(self._telephones(title.right(free)[0]))
        if elder:
            self._large(rest, state)
        elif look.portrait:
            self._portrait(rest, state)
        elif look.mode.elder and not state.offline:  # large words in the lower half take the whole width
            low = self._lower(rest)
            notice = 0.0 if state.prints else look.type("note") * 4.4
            self._tiles(low, state)
            above = rest.bottom(low.h + notice, look.space("m"))[1]
            if above.h > look.type("body") * 4:
                self._lower_half(above, state)
        else:
            many = len(state.tiles) > MOST_IN_A_ROW
            left, right = rest.left(rest.w * 0.58, look.space("l")) if many else rest.columns(2, look.space("l"))
            self._tiles(left if not look.mode.low else self._lower(left), state)
            self._lower_half(right, state)

    def _telephones(self, rect: Rect) -> Words:
        """Whom to ring up: with a question, and with a complaint."""
        context, _, hall = self.context, self.context.text, self.context.hall.hall
        text = _("咨询 {telephone}\n投诉 {complaints}").format(telephone=hall.telephone, complaints=hall.complaints_telephone)
        return Words(context, rect, text, "note", colour="secondary", align="right", line_height=1.2)

    def _large(self, rest: Rect, state: KioskState) -> None:
        """Fewer and larger things: take a number, and what else works in two columns. Who is being called, which is on the call
        screen as well, has what room is left."""
        look = self.look
        gap = look.space("m")
        rows = -(-len(state.tiles) // 2)
        high = look.px(ELDER_ROW if not state.offline else ELDER_LEAST_ROW)
        if look.portrait:
            tile, rest = rest.top(look.px(ELDER_TILE if state.tiles else ELDER_LONE_TILE), gap)
        else:
            tile, rest = rest.columns(2, look.space("l"))
        left = rest.h - rows * (high + gap)
        if rows and not state.offline and left < look.px(LEAST_BOARD):
            self._more_tiles(rest.grid(min(2, len(state.tiles)), rows, gap), state)
        else:
            if rows:
                place, rest = rest.top(high * rows + gap * (rows - 1), gap)
                self._more_tiles(place.grid(min(2, len(state.tiles)), rows, gap), state)
            self._lower_half(rest, state)
        self._tile(tile, state)

    def _portrait(self, rest: Rect, state: KioskState) -> None:
        look = self.look
        if look.mode.low:
            self._tiles(self.reach, state)
            self._lower_half(rest.bottom(self.reach.h, look.space("l"))[1], state)
        else:
            board, above = rest.bottom(rest.h * 0.42, look.space("l"))
            self._tiles(above, state)
            self._lower_half(board, state)

    def _lower(self, rect: Rect) -> Rect:
        return rect.bottom(self.reach.h)[0]

    def _tiles(self, rect: Rect, state: KioskState) -> None:
        """Take a number, and below or beside it what else works."""
        look = self.look
        gap = look.space("m")
        count = len(state.tiles)
        if not count:
            self._tile(rect, state)
            return
        columns = count if count <= MOST_IN_A_ROW else math.ceil(count / 2)
        rows = -(-count // columns)
        high = max(look.target, look.px(180 if count > 2 else 150))
        if rect.h > (high + gap) * rows + high * 1.5:
            strip, rect = rect.bottom(high * rows + gap * (rows - 1), gap)
        else:
            strip, rect = rect.right(rect.w * (0.4 if count <= 2 else 0.6), gap)
            rows = math.ceil(count / 2)
            columns = 2
            if strip.h < high * rows + gap * (rows - 1):
                rows, columns = min(2, count), math.ceil(count / 2)
        self._more_tiles(strip.grid(columns, rows, gap), state)
        self._tile(rect, state)

    def _more_tiles(self, places: list[Rect], state: KioskState) -> None:
        tiles = self._made(places, state)
        if not all(tile.has_icon for tile in tiles):  # all of them or none
            tiles = self._made(places, state, icons=False)
        even(tile.title for tile in tiles)
        self.put(*tiles)

    def _made(self, places: list[Rect], state: KioskState, *, icons: bool = True) -> list[MoreTile]:
        context, tiles, _ = self.context, [], self.context.text
        for place, name in zip(places, state.tiles, strict=False):
            text, icon, event = more(context)[name]
            note = _("暂时不能用") if name in state.out_of_order else ""
            tiles.append(MoreTile(context, place, text, partial(context.send, event), icon=icon if icons else "", note=note))
        return tiles

    def _tile(self, rect: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        if not state.offline and not state.prints:
            if look.mode.low and not look.portrait:  # the tile is small there, and the screen above it is free
                strip = Rect(rect.x, rect.top_edge + look.space("s"), rect.w, look.type("note") * 4.2)
            else:
                strip, rect = rect.top(look.type("note") * (2.2 if look.portrait else 3.4), look.space("m"))
            notice = TileNotice(context, strip)
            notice.say(_("暂时不能打印，可在屏幕上取号"))
            self.add_widget(notice)
        self.add_widget(TakeNumberTile(context, rect, _("取号"), _("点这里，选择要办的业务")))

    def _lower_half(self, rect: Rect, state: KioskState) -> None:
        """Who is being called; while the kiosk is on its own, that it is."""
        if state.offline:
            self._alone(rect, state)
        else:
            self.board = CallsNow(self.context, rect)
            self.add_widget(self.board)

    def _alone(self, rect: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        self.add_widget(Card(context, rect))
        body = rect.inset(look.space("l"), look.space("m"))
        heights = (look.px(130), look.type("tile") * 3.2, look.type("body") * 5.6)
        scale = min(1.0, body.h / sum(heights))
        body = body.centre(body.w, sum(heights) * scale)
        place, body = body.top(heights[0] * scale)
        icon, colour = OFFLINE
        self.add_widget(Icon(context, place.inset(0, place.h * 0.08), icon, colour=colour))
        place, body = body.top(heights[1] * scale)
        self.add_widget(Words(context, place, _("网络中断，仍可取号"), "tile", bold=True, align="center", line_height=1.2))
        note = _("号票上会注明“离线取号”，请留意大厅叫号屏。")
        if not state.prints:
            note = _("打印机也不能用，号码显示在屏幕上，请记下或拍照。")
        if state.few_left:
            desk = context.pick(context.hall.hall.help_desk)
            gap = "" if look.mode.language == "zh" else " "
            note += gap + _("本机备用号码快用完，之后请到{desk}取号。").format(desk=desk)
        self.add_widget(Words(context, body, note, "body", colour="secondary", align="center", valign="top"))

    def show(self, state: KioskState) -> None:
        super().show(state)
        _ = self.context.text
        if state.clock is not None and self.date is not None:
            self.date.say(_("今天 {date}").format(date=date_text(self.context, state.clock)))
        if self.board is not None:
            self.board.show(state)


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


class TakeNumberTile(Tile):
    """The one large tile: icon, two words and a sentence in the middle."""

    def _draw_column(self, body: Rect, title: str, icon: str, note: str, aside: str, ink: str) -> None:
        look, context = self.look, self.context
        heights = (look.px(150 if look.mode.elder and look.mode.low else 200), look.px(190), look.type("body") * 3)
        if sum(heights) > body.h:  # what it is called before what it is for
            heights = (*heights[:2], 0)
        scale = min(1.0, body.h / sum(heights))
        block = body.centre(body.w, sum(heights) * scale)
        place, block = block.top(heights[0] * scale)
        self.add_widget(Icon(context, place.inset(0, place.h * 0.05), "ticket-confirmation", colour=ink))
        place, block = block.top(heights[1] * scale)
        self.add_widget(Words(context, place, title, 116, bold=True, colour=ink, align="center", line_height=1.15))
        if block.h >= look.type("note") * 2.6:
            self.add_widget(Words(context, block, note, "body", colour=ink, align="center", valign="top"))

    _draw_row = _draw_column

    def __init__(self, context: PageContext, rect: Rect, title: str, note: str) -> None:
        super().__init__(context, rect, title, lambda: context.send(TakeNumber()), note=note, main=True)


class TileNotice(Fill):
    """A sentence on a soft ground, a warning if nothing else is said, or nothing."""

    def __init__(self, context: PageContext, rect: Rect, icon: str = "printer-alert", colour: str = "warning") -> None:
        super().__init__(context, rect, f"{colour}_soft", corner=context.look.corner / 2)
        place, body = rect.inset(context.look.space("m"), 0).left(rect.h * 0.6, context.look.space("s"))
        self.words = Words(context, body, "", "note", colour=colour, bold=True, line_height=1.2)
        self.put(Icon(context, place, icon, colour=colour), self.words)
        self.opacity = 0

    def say(self, text: str) -> None:
        """Show a sentence; an empty one hides the notice."""
        self.opacity = 1 if text else 0
        self.words.say(text)
