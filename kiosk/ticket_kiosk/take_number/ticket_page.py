"""PRINTING and DONE: the paper slides out, the number huge, people ahead, where to wait, and the QR code for the phone."""

from __future__ import annotations

from kivy.animation import Animation
from kivy.graphics import Color, PopMatrix, PushMatrix, SmoothRoundedRectangle, Translate

from contract.wait_words import ahead_words, wait_words
from kiosk.ticket_kiosk.events import GoHome
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.confirm_page import numbers_of, windows_text
from kiosk.ui.page import Page
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.theme import MOTION_S
from kiosk.ui.widgets import Bar, Card, Icon, QrCode, Words
from kiosk.ui.widgets.base import Box

SLOW_S = 3
"""After so many seconds without the number it is said that it takes longer."""
CLASS_COLOURS = {"ordinary": "ordinary", "priority": "priority", "military": "military", "appointment": "appointment"}


class TicketPicture(Box):
    """A sheet of paper with the slot it comes out of; `slide` lets it come."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        look = self.look
        slot, sheet = rect.top(look.px(30))
        self.sheet = Rect(sheet.x + look.space("l"), sheet.y, sheet.w - 2 * look.space("l"), sheet.h + look.px(15))
        with self.canvas.before:
            PushMatrix()
            self._shift = Translate(0, 0)
        self.add_widget(Card(context, self.sheet))
        with self.canvas.after:
            PopMatrix()
            Color(*look.colour("text"))
            SmoothRoundedRectangle(pos=(slot.x, slot.y), size=(slot.w, slot.h), radius=[slot.h / 2])

    def slide(self) -> None:
        """Let the paper come out of the slot."""
        self._shift.y = self.look.px(80)
        Animation(y=0, duration=MOTION_S, t="out_quad").start(self._shift)


class PrintingPage(Page[KioskState]):
    """The number is being fetched and printed; nothing can be tapped, and it says so when it takes longer."""

    def build(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        block = context.rect.inset(look.margin).centre(look.px(860), look.px(820))
        place, block = block.top(look.px(300), look.space("l"))
        self.picture = Icon(
            context, place.centre(look.px(240), look.px(240)), "printer" if state.prints else "ticket-confirmation"
        )
        place, block = block.top(look.type("title") * 2.8, look.space("m"))
        self.title = Words(context, place, "", "title", bold=True, align="center", line_height=1.3)
        place, block = block.top(look.type("body") * 3.2)
        self.note = Words(context, place, "", "body", colour="secondary", align="center", valign="top")
        dots = block.centre(look.px(200), look.px(40))
        self.dots = [Icon(context, cell, "checkbox-blank-circle", colour="line") for cell in dots.columns(3, look.px(36))]
        self.put(self.picture, self.title, self.note, *self.dots)

    def show(self, state: KioskState) -> None:
        _ = self.context.text
        printing = state.taking.ticket is not None
        self.title.say(_("正在打印您的号票…") if printing else _("正在取号…"))
        waiting = _("请稍候") if state.now - state.idle_since < SLOW_S else _("系统有点慢，请再等一会儿")
        self.note.say(_("请在出票口取走号票") if printing else waiting)
        beat = int(state.now) % 3
        for i, dot in enumerate(self.dots):
            dot.paint("accent" if i == beat else "line")


class TicketPage(PageFrame):
    """The number, and what to do next. Closes by itself."""

    personal = True
    leaves = False

    def build(self, state: KioskState) -> None:
        ticket, _ = state.taking.ticket, self.context.text
        noted = _("没有号票，请记下或拍下号码") if ticket and ticket.offline else _("请记下您的号码")
        if state.taking.in_doubt:
            noted = _("号票可能没打全，请记下或拍下号码")
        self.words = _("请取走您的号票") if state.taking.on_paper else noted
        super().build(state)

    def title_text(self) -> str:
        """On a wide screen what to do is in the head, so that the number has the height of the page."""
        return "" if self.look.portrait else self.words

    def build_body(self, state: KioskState) -> None:
        ticket = state.taking.ticket
        if ticket is None:
            return
        look, context, _ = self.look, self.context, self.context.text
        bar, rest = self.body.bottom(max(look.target, look.px(150)), look.space("l"))
        self.add_widget(Bar(context, bar, _("完成"), lambda: context.send(GoHome())))
        if look.portrait:
            title, rest = rest.top(look.type("title") * 1.5, look.space("m"))
            self.add_widget(Words(context, title, self.words, "title", bold=True, align="center"))
            share = (
                0.42 if state.taking.on_paper else 0.55 if ticket.offline else 0.34
            )  # what is to be noted is large, beside no code
            upper, lower = rest.top(rest.h * share, look.space("l"))
        else:
            upper, lower = rest.columns(2, look.space("l"))
        self._number(upper, state)
        self._next(lower, state)

    def _number(self, rect: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        ticket = state.taking.ticket
        assert ticket is not None
        queue = next((q for q in context.hall.queue if q.id == ticket.queue), None)
        self.add_widget(Card(context, rect))
        body = rect.inset(look.space("l"), look.space("m"))
        place, body = body.top(look.type("body") * 1.5)
        mark, name = class_text(context, ticket.class_), context.pick(queue.name) if queue else ""
        if mark and not look.portrait:  # one line less, for the number
            name, mark = f"{name} · {mark}", ""
        self.add_widget(Words(context, place, name, "body", colour="secondary", align="center"))
        if mark:
            place, body = body.bottom(look.type("body") * 1.5)
            self.add_widget(Words(context, place, mark, "body", bold=True, colour=CLASS_COLOURS[ticket.class_], align="center"))
        self.number = Words(context, body, ticket.number, 240, bold=True, colour="accent", align="center", line_height=1.1)
        self.add_widget(self.number)

    def _next(self, rect: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        ticket = state.taking.ticket
        assert ticket is not None
        facts = rect
        link = None if ticket.offline else state.setting.ticket_url(ticket.token)
        if link:
            high = min(rect.h * 0.57, look.px(340 if look.portrait else 240))
            code, facts = rect.bottom(high, look.space("m"))
            self._code(code, link)
        where = self._where(state)
        line = [
            ("account-multiple", ahead_words(ticket.ahead, _)),
            ("clock", wait_words(ticket.estimate_s, ticket.opens_at, ticket.issued_at.date(), _)),
        ]
        rows = [
            *([("cloud-outline-off", _("离线取号，按取号时间排队"))] if ticket.offline else line),
            ("monitor", where),
            *([("bell", _("请在等候区留意叫号和大屏"))] if look.portrait or not look.mode.elder else []),
        ]
        height = min(look.type("body") * 1.9, facts.h / len(rows))
        for row, (icon, text) in zip(facts.top(height * len(rows))[0].rows(len(rows), 0), rows, strict=True):
            place, row = row.left(row.h * 0.7, look.space("m"))
            self.put(Icon(context, place, icon, colour="secondary"), Words(context, row, text, "body", line_height=1.2))

    def _where(self, state: KioskState) -> str:
        _ = self.context.text
        assert state.taking.ticket is not None
        return _("办理窗口 {windows}").format(windows=windows_text(numbers_of(self.context, state.taking.ticket.windows)))

    def _code(self, rect: Rect, link: str) -> None:
        look, context, _ = self.look, self.context, self.context.text
        self.add_widget(Card(context, rect, "surface", raised=False))
        body = rect.inset(look.space("m"), look.space("s"))
        place, body = body.left(min(body.h, body.w * 0.5), look.space("m"))
        self.code = QrCode(context, place, link)
        words = Words(context, body, _("用手机扫码，随时看排队进度"), "body", bold=True, line_height=1.3)
        self.put(self.code, words)


def class_text(context: PageContext, class_: str) -> str:
    """The word of a favoured class; nothing for an ordinary ticket."""
    _ = context.text
    return {"priority": _("优先"), "military": _("军人优先"), "appointment": _("预约")}.get(class_, "")
