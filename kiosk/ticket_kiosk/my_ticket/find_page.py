"""FIND TICKET: how far one's number is, by typing it; or the way to the scanner, and what to do without a ticket."""

from __future__ import annotations

from kiosk.ticket_kiosk.my_ticket.state import NumberLookup, NumberTyped, SubmitNumber
from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.scan.state import OpenScan
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Keyboard, TextButton, Words
from kiosk.ui.widgets.text_field import TextField


class FindTicketPage(PageFrame):
    """One field, one keyboard."""

    personal = True

    def title_text(self) -> str:
        _ = self.context.text
        return _("我的号票")

    def build_body(self, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        gap = look.space("m")
        if look.portrait:
            keys, area = self.reach.bottom(min(look.px(520), self.reach.h * 0.5), gap)
        else:
            area, keys = self.reach.columns(2, look.space("l"))
            keys = keys.top(min(keys.h, look.px(560)))[0]
        high = max(look.target, look.px(120))
        if state.scan.able and area.h > high * 4:
            place, area = area.bottom(high, gap)
            tap = lambda: context.send(OpenScan())  # noqa: E731
            self.add_widget(TextButton(context, place, _("扫号票上的码"), tap, icon="qrcode-scan", size="tile"))
        bar, area = area.bottom(min(high, (area.h - gap) / 2), gap)
        place, area = area.top(min(area.h, look.px(250)), gap)
        self._field = TextField(context, place, _("号票上的号码，如 A012"), lambda: None, on=True)
        self.add_widget(self._field)
        if area.h > look.type("body") * 4:
            lost = _("号票丢了？记得号码就能在这里查；要补打号票，请到{desk}。").format(desk=help_desk(context))
            self.add_widget(Words(context, area, lost, "body", colour="secondary", valign="top", line_height=1.3))
        self._next(bar, state)
        self.add_widget(Keyboard(context, keys, lambda key: context.send(NumberTyped(key)), blank=""))

    def show(self, state: KioskState) -> None:
        super().show(state)
        self._field.say(state.my_ticket.number)

    def _next(self, bar: Rect, state: KioskState) -> None:
        """The button that asks, or why there is none yet."""
        context, _ = self.context, self.context.text
        if state.my_ticket.numbered and state.my_ticket.refusal is None and not state.requests.waits_for(NumberLookup):
            self.add_widget(Bar(context, bar, _("看还要等多久"), lambda: context.send(SubmitNumber())))
            return
        text, colour = self._said(state)
        self.add_widget(Words(context, bar, text, "body", colour=colour, align="center", line_height=1.2))

    def _said(self, state: KioskState) -> tuple[str, str]:
        """The sentence in the place of the bar."""
        _, refusal = self.context.text, state.my_ticket.refusal
        if state.requests.waits_for(NumberLookup):
            return _("正在查询…"), "secondary"
        if refusal == "no-answer":
            return _("没有查到，请稍后再试，或到{desk}咨询").format(desk=help_desk(self.context)), "danger"
        if refusal is not None:
            return _("今天没有这个号码，请核对号票"), "danger"
        return _("输入号码，看前面还有几个人"), "secondary"
