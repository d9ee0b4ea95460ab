"""APPOINTMENT: why there is no number yet, or what to know before it. HOLDER: what belongs to a personal or enterprise code."""

from __future__ import annotations

from contract.wire.facts import AppointmentFacts
from kiosk.ticket_kiosk.events import TakeNumber
from kiosk.ticket_kiosk.guides.list_pages import Listing
from kiosk.ticket_kiosk.notice_pages import TroubleBlock, help_desk
from kiosk.ticket_kiosk.page_frame import PageFrame, time_text
from kiosk.ticket_kiosk.scan.state import CheckIn, PickAppointment, PickCase
from kiosk.ticket_kiosk.scan.steps import waits
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.choice_page import ROW_HEIGHT, TILE_WIDTH, ChoiceTile
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Bar, Card, Icon, Words

ADMITTED = ("due", "late", "checked-in")
"""The standings that lead on to a number."""


def queue_name(context: PageContext, queue: str) -> str:
    """What the hall calls a queue."""
    return next((context.pick(known.name) for known in context.hall.queue if known.id == queue), queue)


def standing_words(context: PageContext, state: KioskState, appointment: AppointmentFacts) -> tuple[str, str]:
    """Whether the appointment is early, due or late, and what to do."""
    _ = context.text
    desk, starts = help_desk(context), time_text(context, appointment.starts_at, state.clock)
    opens = time_text(context, appointment.opens_at, state.clock)
    over = _("您预约的是 {time}。请重新预约，或返回首页取号。").format(time=starts)
    late = (
        _("现在不能用这个预约了，请返回首页取号，或到{desk}咨询。").format(desk=desk)
        if context.hall.rules.appointment.late == "refuse"
        else _("现在取号，和现场取号的一起排队。")
    )
    return {
        "early": (_("还没到签到时间"), _("您预约的是 {time}，请在 {opens} 以后来扫码签到。").format(time=starts, opens=opens)),
        "due": (_("可以签到了"), _("签到后在等候区留意叫号")),
        "late": (_("已经过了预约时间"), late),
        "checked-in": (_("您已经签到"), _("可以查看您的号码和前面的人数")),
        "cancelled": (_("这个预约已经取消"), _("如要办理，请返回首页取号。")),
    }.get(appointment.standing, (_("这个预约已经过期"), over))


class AppointmentPage(PageFrame):
    """One appointment, and the bar that checks it in when that is possible."""

    personal = True

    def title_text(self) -> str:
        _ = self.context.text
        return _("我的预约")

    def build_body(self, state: KioskState) -> None:
        look, appointment = self.look, state.scan.appointment
        assert appointment is not None, "this page comes with an appointment"
        height = max(look.target, look.px(168))
        bar, rest = self.reach.bottom(height, look.space("l"))
        rest = Rect(rest.x, rest.y, rest.w, self.body.top_edge - rest.y)
        leads = appointment.standing in ADMITTED
        refused = appointment.standing == "late" and self.context.hall.rules.appointment.late == "refuse"
        if leads and not refused:
            self._bar(bar, state, appointment)
        if look.portrait:
            upper, lower = rest.top(rest.h * 0.52, look.space("l"))
        else:
            upper, lower = rest.columns(2, look.space("l"))
        title, note = standing_words(self.context, state, appointment)
        well = appointment.standing in ("due", "checked-in") and state.scan.refusal is None
        colour = "success" if well else "warning"
        TroubleBlock(self, upper, "clock" if colour == "warning" else "check-circle", title, note, colour=colour)
        self._facts(lower, state, appointment)

    def _bar(self, rect: Rect, state: KioskState, appointment: AppointmentFacts) -> None:
        context, _ = self.context, self.context.text
        if waits(state) or state.scan.refusal is not None:
            refusal = state.scan.refusal
            text = _("没有查到，请稍后再试，或到{desk}咨询").format(desk=help_desk(context))
            said = _("正在查询…") if refusal is None else text if isinstance(refusal, str) else context.pick(refusal)
            colour = "secondary" if refusal is None else "danger"
            self.add_widget(Words(context, rect, said, "body", colour=colour, align="center", line_height=1.2))
            return
        text = _("看我的号票") if appointment.standing == "checked-in" else _("签到取号")
        self.add_widget(Bar(context, rect, text, lambda: context.send(CheckIn()), icon="ticket-confirmation"))

    def _facts(self, rect: Rect, state: KioskState, appointment: AppointmentFacts) -> None:
        look, context, _ = self.look, self.context, self.context.text
        facts = (
            ("account", _("预约人"), appointment.name),
            ("file-document", _("业务"), queue_name(context, appointment.queue)),
            ("clock", _("时间"), f"{time_text(context, appointment.starts_at, state.clock)}–{appointment.ends_at:%H:%M}"),
        )
        row_height = look.type("body") * 2.6
        card = rect.top(min(rect.h, row_height * len(facts) + look.space("l")))[0]
        self.add_widget(Card(context, card))
        for row, (icon, label, text) in zip(
            card.inset(look.space("l"), look.space("m")).rows(len(facts), 0), facts, strict=True
        ):
            place, row = row.left(min(row.h, look.px(56)), look.space("m"))
            left, right = row.left(look.type("body") * (4.2 if look.mode.language == "zh" else 5.4), look.space("s"))
            self.put(
                Icon(context, place, icon, colour="secondary"),
                Words(context, left, label, "body", colour="secondary", line_height=1.2),
                Words(context, right, text, "body", bold=True, line_height=1.2),
            )


class HolderPage(Listing):
    """The appointments and cases of whoever has shown a service code, and a number for anything else."""

    personal = True
    least = (TILE_WIDTH * 1.9, ROW_HEIGHT)
    stretch = 1.2

    def title_text(self) -> str:
        return ""

    def build_body(self, state: KioskState) -> None:
        look, _, holder = self.look, self.context.text, state.scan.holder
        assert holder is not None, "this page comes with a holder"
        if not holder.appointments and not holder.cases:
            high = look.type("body") * 2
            if look.mode.low:
                place = self.above.bottom(min(high, self.above.h))[0]
            else:
                place, self.reach = self.reach.top(high, look.space("m"))
            self.add_widget(Words(self.context, place, _("没有查到您名下的预约和办件"), "body", colour="secondary"))
        super().build_body(state)
        self._title.say(_("{name}，您好").format(name=holder.holder.name))

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        context, _ = self.context, self.context.text
        holder, elder = state.scan.holder, self.look.mode.elder
        assert holder is not None, "this page comes with a holder"
        appointments = [
            ChoiceTile(
                each.id,
                _("预约：{business}").format(business=queue_name(context, each.queue)),
                "clock",
                f"{time_text(context, each.starts_at, state.clock)}　{standing_words(context, state, each)[0]}",
                PickAppointment(each.id),
            )
            for each in holder.appointments
        ]
        cases = [
            ChoiceTile(
                case.number,
                _("办件：{item}").format(item=case.item),
                "clipboard-text",
                "　".join((context.pick(case.state_texts), *([] if elder else [str(case.received_on)]), case.number)),
                PickCase(case.number),
            )
            for case in holder.cases
        ]
        number = ChoiceTile("number", _("取号"), "ticket-confirmation", _("办理其他业务"), TakeNumber())
        return [*appointments, *cases, number]
