"""FIND TICKET: how far one's number is, by typing it; or the way to the scanner, and what to do without a ticket."""

from __future__ import annotations

from kiosk.ticket_kiosk.my_ticket.state import NumberLookup, NumberTyped, SubmitNumber
from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.number_page import FieldFacts, NumberPage
from kiosk.ticket_kiosk.scan.state import OpenScan
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import TextButton


class FindTicketPage(NumberPage):
    """One field."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("我的号票")

    def fields(self, state: KioskState) -> list[FieldFacts]:
        _ = self.context.text
        return [FieldFacts(_("号票上的号码，如 A012"))]

    def typed(self, state: KioskState) -> list[str]:
        return [state.my_ticket.number]

    def typing(self, keys: str) -> object:
        return NumberTyped(keys)

    def note(self) -> str:
        _ = self.context.text
        return _("号票丢了？记得号码就能在这里查；要补打号票，请到{desk}。").format(desk=help_desk(self.context))

    def beside(self, area: Rect, state: KioskState) -> Rect:
        """The way to the scanner, where there is room for it."""
        look, context, _ = self.look, self.context, self.context.text
        high = max(look.target, look.px(120))
        if state.scan.able and area.h > high * 4:
            place, area = area.bottom(high, look.space("m"))
            tap = lambda: context.send(OpenScan())  # noqa: E731
            self.add_widget(TextButton(context, place, _("扫号票上的码"), tap, icon="qrcode-scan", size="tile"))
        return area

    def asking(self, state: KioskState) -> tuple[str, object] | None:
        _, mine = self.context.text, state.my_ticket
        if not mine.numbered or mine.refusal is not None or state.requests.waits_for(NumberLookup):
            return None
        return _("看还要等多久"), SubmitNumber()

    def said(self, state: KioskState) -> tuple[str, str]:
        _, refusal = self.context.text, state.my_ticket.refusal
        if state.requests.waits_for(NumberLookup):
            return _("正在查询…"), "secondary"
        if refusal == "no-answer":
            return _("没有查到，请稍后再试，或到{desk}咨询").format(desk=help_desk(self.context)), "danger"
        if refusal is not None:
            return _("今天没有这个号码，请核对号票"), "danger"
        return _("输入号码，看前面还有几个人"), "secondary"
