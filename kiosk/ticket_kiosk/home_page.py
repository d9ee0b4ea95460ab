"""HOME: take a number, what else works here, who is being called, how many wait."""

from __future__ import annotations

import math

from kiosk.ticket_kiosk.calls_now import CallsNow
from kiosk.ticket_kiosk.events import TakeNumber
from kiosk.ticket_kiosk.hours import hours_words
from kiosk.ticket_kiosk.page_frame import PageFrame, date_text
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.tiles import put_tiles
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Icon, Tile, Words
from kiosk.ui.widgets.surface import Fill
from kiosk.ui.widgets.text import measure

MOST_IN_A_ROW = 4
"""So many of the smaller tiles have room beside one another."""
ELDER_TILE, ELDER_LONE_TILE, ELDER_ROW, LEAST_BOARD = 680, 830, 280, 300
"""Units of height in elder mode: the tile that takes a number, the same without others, a row of the others, and the least that
shows who is being called."""
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
            place, rest = rest.top(look.type("body") * 1.6)
            place, phones = place.left(place.w * 0.56, look.space("s"))
            self.date = Words(context, place, "", "body", colour="secondary")
            hours, rest = rest.top(look.type("note") * 1.5, look.space("m"))
            words = _("办公 {hours}").format(hours=hours_words(context))
            self.put(self.date, self._telephones(phones), Words(context, hours, words, "note", colour="secondary"))
        else:
            title = self._title.rect
            free = title.w - measure(self.title_text(), look.type("title"), bold=True) - look.space("l")
            if free > look.px(400):
                self.add_widget(self._telephones(title.right(free)[0]))
        if elder:
            self._large(rest, state)
        elif look.portrait:
            self._portrait(rest, state)
        elif look.mode.elder:  # large words in the lower half take the whole width
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
        high = look.px(ELDER_ROW)
        if look.portrait:
            tile, rest = rest.top(look.px(ELDER_TILE if state.tiles else ELDER_LONE_TILE), gap)
        else:
            tile, rest = rest.columns(2, look.space("l"))
        if state.offline:
            strip, rest = rest.top(look.type("note") * (4.4 if look.portrait else 5), gap)
            notice = TileNotice(self.context, strip, *OFFLINE)
            parts = (self.context.text("网络中断，仍可取号"), self._few_left(state))
            notice.say(self.context.text("；").join(part for part in parts if part))
            self.add_widget(notice)
        left = rest.h - rows * (high + gap)
        if state.offline or (rows and left < look.px(LEAST_BOARD)):
            put_tiles(self, rest.grid(min(2, len(state.tiles)), rows, gap), state)
        else:
            if rows:
                place, rest = rest.top(high * rows + gap * (rows - 1), gap)
                put_tiles(self, place.grid(min(2, len(state.tiles)), rows, gap), state)
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
        put_tiles(self, strip.grid(columns, rows, gap), state)
        self._tile(rect, state)

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
        gap = "" if look.mode.language == "zh" else " "
        note = f"{note}{gap}{self._few_left(state)}"
        self.add_widget(Words(context, body, note, "body", colour="secondary", align="center", valign="top"))

    def _few_left(self, state: KioskState) -> str:
        """That the numbers of this kiosk come to an end; "" while they do not."""
        context, _ = self.context, self.context.text
        desk = context.pick(context.hall.hall.help_desk)
        return _("本机备用号码快用完，之后请到{desk}取号。").format(desk=desk) if state.few_left else ""

    def show(self, state: KioskState) -> None:
        super().show(state)
        _ = self.context.text
        if state.clock is not None and self.date is not None:
            self.date.say(_("今天 {date}").format(date=date_text(self.context, state.clock)))
        if self.board is not None:
            self.board.show(state)


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
