"""CHECK IN: the number of an appointment and the last four of the ID number, for who has no code at hand."""

from __future__ import annotations

from kiosk.ticket_kiosk.notice_pages import help_desk
from kiosk.ticket_kiosk.number_page import NumberAndLastFourPage
from kiosk.ticket_kiosk.scan.state import SubmitCheckIn
from kiosk.ticket_kiosk.scan.steps import waits
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.typed_number import NumberAndLastFour


class CheckInPage(NumberAndLastFourPage):
    """Which appointment somebody has."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("预约签到")

    def query(self, state: KioskState) -> NumberAndLastFour:
        return state.scan.typed

    def number_name(self) -> str:
        _ = self.context.text
        return _("预约编号")

    def submitting(self, state: KioskState) -> tuple[str, object] | None:
        _ = self.context.text
        return None if waits(state) else (_("签到取号"), SubmitCheckIn())

    def note(self) -> str:
        _ = self.context.text
        return _("没有预约编号？请到{desk}签到。").format(desk=help_desk(self.context))

    def said(self, state: KioskState) -> tuple[str, str]:
        _, refusal = self.context.text, state.scan.refusal
        if waits(state):
            return _("正在查询…"), "secondary"
        if isinstance(refusal, str):
            return _("没有查到，请稍后再试，或到{desk}咨询").format(desk=help_desk(self.context)), "danger"
        if refusal is not None:
            return self.context.pick(refusal), "danger"
        return _("预约编号在预约短信或预约凭证上，大小写都可以。后四位填预约时用的身份证号。"), "secondary"
