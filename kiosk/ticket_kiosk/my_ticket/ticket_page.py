"""MY TICKET: the place of a number in the line, giving its place up, and the way to rating when the service is over."""

from __future__ import annotations

from functools import partial

from contract.wait_words import ahead_words, wait_words
from contract.wire.facts import SentOn
from kiosk.ticket_kiosk.my_ticket.state import AskGiveUp, ConfirmGiveUp, OpenRating, ShownTicket
from kiosk.ticket_kiosk.my_ticket.steps import waits
from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.scan.appointment_page import queue_name
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.confirm_page import numbers_of, windows_text
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Icon, TextButton, Words


def state_words(context: PageContext, ticket: ShownTicket) -> tuple[str, str]:
    """The state of the ticket, and what to do."""
    _, desk = context.text, help_desk(context)
    numbers = {window.id: window.number for window in context.hall.window}
    window = numbers.get(ticket.window or "", ticket.window or "")
    if ticket.state == "called":
        return (_("请到 {window} 号窗口").format(window=window) if window else _("轮到您了")), _("正在叫您的号码")
    if ticket.state == "serving":
        return _("正在办理"), (_("在 {window} 号窗口").format(window=window) if window else "")
    rated = _("感谢您的评价。") if ticket.level is not None else ""
    again = _("如需办理，请重新取号。")
    return {
        "printing": (_("正在打印号票"), _("请在出票口取走号票")),
        "waiting": (_("正在排队"), _sent_words(context, ticket.sent) or _("请在等候区留意叫号和大屏")),
        "held": (_("暂时挂起"), _("窗口会再次叫您。办好需要补的事后，请告诉窗口人员。")),
        "missed": (_("已过号"), _("请到窗口或{desk}说明，工作人员会为您重新排队。").format(desk=desk)),
        "finished": (_("已办结"), rated),
        "cancelled": (_("已取消"), again),
        "expired": (_("已过期"), _("号票当天有效，请重新取号。")),
    }.get(ticket.state, (_("已作废"), again))


def _sent_words(context: PageContext, sent: SentOn | None) -> str:
    """Where a ticket was sent on, and where it goes afterwards."""
    _ = context.text
    if sent is None:
        return ""
    numbers = {window.id: window.number for window in context.hall.window}
    where = _("您的号转到本业务排队，号码不变")
    if sent.window is not None:
        where = _("您的号转到 {window} 号窗口，由这个窗口叫您").format(window=numbers.get(sent.window, sent.window))
    if sent.returns_to is None:
        return where
    back = _("这边办完后，回 {window} 号窗口接着办").format(window=numbers.get(sent.returns_to, sent.returns_to))
    return f"{where}\n{back}"


class MyTicketPage(PageFrame):
    """The ticket whose code was scanned, or whose number was typed."""

    personal = True

    def title_text(self) -> str:
        _ = self.context.text
        return _("我的号票")

    def build_body(self, state: KioskState) -> None:
        look, ticket = self.look, state.my_ticket.ticket
        assert ticket is not None, "this page comes with a ticket"
        height = max(look.target, look.px(150))
        foot, rest = self.reach.bottom(height, look.space("l"))
        self._actions(foot, state, ticket)
        rest = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y)
        if look.portrait:
            upper, lower = rest.top(rest.h * 0.44, look.space("l"))
        else:
            upper, lower = rest.columns(2, look.space("l"))
        self._number(upper, ticket)
        self._facts(lower, state, ticket)

    def _number(self, rect: Rect, ticket: ShownTicket) -> None:
        look, context = self.look, self.context
        self.add_widget(Card(context, rect))
        body = rect.inset(look.space("l"), look.space("m"))
        place, body = body.top(look.type("body") * 1.5)
        self.put(
            Words(context, place, queue_name(context, ticket.queue), "body", colour="secondary", align="center"),
            Words(context, body, ticket.number, 240, bold=True, colour="accent", align="center", line_height=1.1),
        )

    def _facts(self, rect: Rect, state: KioskState, ticket: ShownTicket) -> None:
        look, context, _ = self.look, self.context, self.context.text
        title, note = state_words(context, ticket)
        if state.my_ticket.asks_give_up:
            title, note = _("确定取消排队吗？"), _("取消后号码作废，要办理须重新取号。")
        place, rest = rect.top(look.type("title") * 1.5, look.space("s"))
        colour = "accent" if ticket.state == "called" else "text"
        self.add_widget(Words(context, place, title, "title", bold=True, colour=colour, align="center", line_height=1.2))
        place, rest = rest.top(look.type("body") * 2.9, look.space("m"))
        refusal = self._refusal(state)
        self.add_widget(
            Words(
                context,
                place,
                refusal or note,
                "body",
                colour="danger" if refusal else "secondary",
                align="center",
                valign="top",
                line_height=1.3,
            )
        )
        if ticket.state == "waiting" and not state.my_ticket.asks_give_up:
            self._line(rest, state, ticket)

    def _line(self, rect: Rect, state: KioskState, ticket: ShownTicket) -> None:
        """The people ahead, the time it may take, the windows."""
        look, context, _ = self.look, self.context, self.context.text
        wait = wait_words(ticket.estimate_s, ticket.opens_at, state.clock and state.clock.date(), _)
        rows = [
            ("account-multiple", ahead_words(ticket.ahead, _)),
            ("clock", wait),
            ("monitor", _("办理窗口 {windows}").format(windows=windows_text(numbers_of(context, ticket.windows)))),
        ]
        height = min(look.type("body") * 2, rect.h / len(rows))
        block = rect.top(height * len(rows))[0]
        for row, (icon, text) in zip(block.rows(len(rows), 0), rows, strict=True):
            place, row = row.left(row.h * 0.7, look.space("m"))
            self.put(Icon(context, place, icon, colour="secondary"), Words(context, row, text, "body", line_height=1.2))

    def _refusal(self, state: KioskState) -> str:
        _, refusal = self.context.text, state.my_ticket.refusal
        if refusal is None:
            return ""
        unsaid = _("没有办成，请再试一次，或到{desk}办理").format(desk=help_desk(self.context))
        return unsaid if isinstance(refusal, str) else self.context.pick(refusal)

    def _actions(self, rect: Rect, state: KioskState, ticket: ShownTicket) -> None:
        look, context, _ = self.look, self.context, self.context.text
        if waits(state):
            self.add_widget(Words(context, rect, _("请稍候"), "body", colour="secondary", align="center"))
            return
        # what gives the place up is never where the question was asked: who taps twice has not answered it
        left, right = rect.columns(2, look.space("l"))
        if not state.my_ticket.token:
            text = _("要取消排队或评价，请扫号票上的码。号票丢了，请到{desk}补打。").format(desk=help_desk(context))
            self.add_widget(Words(context, rect, text, "body", colour="secondary", align="center", line_height=1.3))
        elif state.my_ticket.asks_give_up:
            self.put(
                TextButton(context, left, _("继续排队"), partial(context.send, AskGiveUp(False)), size="tile"),
                Bar(context, right, _("取消排队"), partial(context.send, ConfirmGiveUp()), colour="danger"),
            )
        elif ticket.ratable:
            self.add_widget(Bar(context, rect, _("评价本次服务"), partial(context.send, OpenRating())))
        elif ticket.cancellable:
            self.add_widget(TextButton(context, left, _("不办了，取消排队"), partial(context.send, AskGiveUp()), size="tile"))
