"""SCAN: what the camera sees, or where to hold the code; one hint, and one sentence when a code is of no use."""

from __future__ import annotations

from kiosk.ticket_kiosk.notice_pages import TroubleBlock, help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.scan.state import OpenCheckIn
from kiosk.ticket_kiosk.scan.steps import waits
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Icon, TextButton, Words
from kiosk.ui.widgets.surface import Fill
from kiosk.ui.widgets.viewfinder import Viewfinder


class ScanPage(PageFrame):
    """Nothing here needs to be touched but by who has an appointment and no code."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("扫码办理")

    def build_body(self, state: KioskState) -> None:
        look = self.look
        self.viewfinder: Viewfinder | None = None
        if not state.scan.able:
            _, desk = self.context.text, help_desk(self.context)
            note = _("请稍等片刻再试，或到{desk}办理。").format(desk=desk)
            TroubleBlock(self, self._without_code(self.body, state), "camera-off", _("扫码器暂时不能用"), note)
            return
        if look.portrait:
            body = self._without_code(self.body, state)
            upper, lower = body.top(min(body.h * 0.56, body.w), look.space("l"))
        else:
            upper, lower = self.body.columns(2, look.space("l"))
            upper = self._without_code(upper, state)
        if state.scan.films:
            self.viewfinder = Viewfinder(self.context, upper)
            self.add_widget(self.viewfinder)
        else:
            self._where_to_hold(upper)
        self._words(lower, state)

    def _without_code(self, rect: Rect, state: KioskState) -> Rect:
        """The way for who has no code, at the lower edge of `rect`; what is left of it."""
        if not state.served or waits(state):
            return rect
        look, context, _ = self.look, self.context, self.context.text
        place, rest = rect.bottom(max(look.target, look.px(120)), look.space("m"))
        tap = lambda: context.send(OpenCheckIn())  # noqa: E731
        self.add_widget(TextButton(context, place, _("没有码？输入预约编号"), tap, icon="keyboard"))
        return rest

    def _where_to_hold(self, rect: Rect) -> None:
        look, context = self.look, self.context
        self.add_widget(Card(context, rect))
        row = rect.centre(min(rect.w * 0.86, look.px(760)), min(rect.h * 0.6, look.px(300)))
        phone, arrow, window = row.columns(3, look.space("m"))
        side = min(arrow.w, arrow.h) * 0.5
        self.put(
            Icon(context, phone, "cellphone"),
            Icon(context, arrow.centre(side, side), "arrow-right", colour="secondary"),
            Icon(context, window, "barcode-scan", colour="text"),
        )

    def _words(self, rect: Rect, state: KioskState) -> None:
        look, context, _ = self.look, self.context, self.context.text
        place, rest = rect.top(look.type("title") * 1.5, look.space("s"))
        hint = _("请把二维码放入框内") if state.scan.films else _("请把二维码对准扫码口")
        place_, rest = rest.top(look.type("body") * 2.9, look.space("m"))
        note = _("手机离远一点，屏幕调亮一些，停一下就好")
        said, rest = rest.top(max(look.px(180), look.type("body") * 4.6), look.space("m"))
        self.put(
            Words(context, place, hint, "title", bold=True, align="center", line_height=1.2),
            Words(context, place_, note, "body", colour="secondary", align="center", valign="top", line_height=1.3),
        )
        self._said(said, state)
        if rest.h >= look.type("note") * 1.5:
            useful = self._useful(state, roomy=rest.h >= look.type("note") * 4.5)
            self.add_widget(Words(context, rest, useful, "note", colour="secondary", align="center", valign="top"))

    def _said(self, rect: Rect, state: KioskState) -> None:
        """What has come of the last code."""
        look, context, _ = self.look, self.context, self.context.text
        if waits(state):
            self.add_widget(Words(context, rect, _("正在识别…"), "tile", bold=True, colour="accent", align="center"))
            return
        sentence = self._refusal(state)
        if not sentence:
            return
        self.add_widget(Fill(context, rect, "warning_soft", corner=look.corner))
        icon, body = rect.inset(look.space("m"), look.space("s")).left(look.px(72), look.space("m"))
        self.put(
            Icon(context, icon.centre(look.px(72), look.px(72)), "alert-circle-outline", colour="warning"),
            Words(context, body, sentence, "body", bold=True, line_height=1.3),
        )

    def _refusal(self, state: KioskState) -> str:
        _, refusal = self.context.text, state.scan.refusal if state.served else "away"
        match refusal:
            case None:
                return ""
            case "nonsense":
                return _("这个码在这里用不上，请出示号票、预约、办件、办事指南或服务码的二维码。")
            case "unknown-guide":
                return _("本机没有这个事项的办事指南，请到{desk}咨询。").format(desk=help_desk(self.context))
            case "away":
                return _("系统正在恢复，暂时只能扫办事指南的码。急需办理请到{desk}。").format(desk=help_desk(self.context))
            case "no-answer":
                return _("没有查到，请再扫一次，或到{desk}咨询。").format(desk=help_desk(self.context))
            case text:
                return self.context.pick(text)

    def _useful(self, state: KioskState, *, roomy: bool) -> str:
        """What else is good to know here."""
        _ = self.context.text
        desk = _("扫不上？请到{desk}办理").format(desk=help_desk(self.context))
        useful = _("可以扫：预约码、号票、受理凭证、办事指南、个人或企业服务码")
        return f"{useful}\n{desk}" if roomy and state.served and not self.look.mode.elder else desk

    def show(self, state: KioskState) -> None:
        super().show(state)
        if self.viewfinder is not None:
            self.viewfinder.show(state.scan.picture)
