"""Checking in with an appointment: its code gives one ticket, once, on its day and in its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.wire import scanned_code
from contract.wire.facts import AppointmentFacts, Standing
from contract.wire.messages import Text
from contract.wire.requests import IssueTicket
from queue_server.appointments import repository
from queue_server.appointments.repository import Appointment
from queue_server.codes.seal import code_of, is_genuine
from queue_server.commands.context import CommandContext
from queue_server.commands.refused import Refused, bad_request, wrong_state
from queue_server.store.rows import TicketRow

REUSABLE = ("void",)
"""A ticket that never came out on paper: the appointment is as good as before."""
GONE: dict[str, Text] = {
    "cancelled": Text("这个预约已经取消，请重新取号。", "This appointment was cancelled; take a number instead."),
    "no-show": Text("这个预约已经过期，请重新预约或取号。", "This appointment is over; book again or take a number."),
}


@dataclass(frozen=True)
class Admission:
    """What an appointment is given. `rank_at` is the instant from which it counts as waiting, None when it is late
    and waits like anybody else; `ticket` the one that it was given before."""

    appointment: Appointment
    rank_at: datetime | None = None
    ticket: TicketRow | None = None


def named(context: CommandContext, text: str) -> Appointment:
    """The appointment of a code; refused when the code is none, another hall's, or not sealed by this hall."""
    code = scanned_code.read(text)
    if code is None or code.kind != "appointment":
        raise bad_request(
            "the text is no appointment code", Text("这不是预约码，请出示预约二维码。", "Show the appointment's code.")
        )
    check_seal(context, code)
    found = repository.find(context.unit.connection, code.value, lock=context.unit.shared)
    if found is None:
        raise Refused(
            "not-authorised", "there is no such appointment", Text("没有查到这个预约。", "There is no such appointment.")
        )
    return found


def check_seal(context: CommandContext, code: scanned_code.Code) -> None:
    """Refuse a code of another hall, or one that this hall has not sealed."""
    if code.hall != context.hall.config.hall.id:
        raise Refused("not-authorised", "the code is another hall's", FOREIGN)
    if not is_genuine(context.signer, code):
        raise Refused("not-authorised", "the code was not sealed by this hall", FORGED)


def admission(context: CommandContext, ask: IssueTicket) -> Admission:
    """What the appointment of a request gives now; refused when it is too early, too late, gone, or for another queue."""
    assert ask.appointment is not None, "a check-in names its appointment"
    appointment = named(context, ask.appointment)
    if appointment.queue != ask.queue:
        hint = Text("预约的是另一项业务，请按预约的业务签到。", f"This appointment is for queue {appointment.queue}.")
        raise bad_request(f"the appointment is for queue {appointment.queue}", hint)
    before = context.unit.tickets.get(appointment.ticket) if appointment.ticket else None
    if before is not None and before.state not in REUSABLE:
        return Admission(appointment, ticket=_same(before))
    if appointment.state in GONE:
        raise wrong_state(f"the appointment is {appointment.state}", GONE[appointment.state])
    return _in_time(context, appointment)


def show(context: CommandContext, appointment: Appointment) -> AppointmentFacts:
    """An appointment as answers carry it."""
    return AppointmentFacts(
        id=appointment.id,
        queue=appointment.queue,
        item=appointment.item,
        name=appointment.name,
        starts_at=context.local(appointment.starts_at),
        ends_at=context.local(appointment.ends_at),
        standing=standing(context, appointment),
        ticket=appointment.ticket,
        opens_at=context.local(appointment.starts_at - _early(context)),
        code=code_of(context.signer, "appointment", context.hall.config.hall.id, appointment.id),
    )


def standing(context: CommandContext, appointment: Appointment) -> Standing:
    """Where the appointment is against the clock."""
    if appointment.state != "booked":
        ticket = context.unit.tickets.get(appointment.ticket) if appointment.ticket else None
        if ticket is None or ticket.state not in REUSABLE:
            return appointment.state
    day = context.hall.day(appointment.starts_at)
    if context.day > day:
        return "over"
    if context.now < appointment.starts_at - _early(context) or context.day < day:
        return "early"
    return "due" if context.now <= _late_at(context, appointment) else "late"


def _in_time(context: CommandContext, appointment: Appointment) -> Admission:
    local = appointment.starts_at.astimezone(context.hall.zone)
    match standing(context, appointment):
        case "early":
            opens = (appointment.starts_at - _early(context)).astimezone(context.hall.zone)
            zh = f"您预约的是{local:%m月%d日 %H:%M}，请在{opens:%H:%M}以后来签到。"
            en = f"Your appointment is {local:%d %b %H:%M}; check in from {opens:%H:%M}."
            raise wrong_state("it is too early to check in", Text(zh, en))
        case "over":
            zh, en = (
                f"您预约的是{local:%m月%d日}，已经过期，请重新预约或取号。",
                f"Your appointment was on {local:%d %b}; take a number.",
            )
            raise Refused("expired", "the day of the appointment is over", Text(zh, en))
        case "late" if context.hall.rules.appointment.late == "refuse":
            hint = Text("已经过了预约时间，请重新取号。", "The booked time has passed; take a number instead.")
            raise Refused("expired", "the time of the appointment has passed", hint)
        case "late":
            return Admission(appointment)
        case _:
            return Admission(appointment, rank_at=max(appointment.starts_at, appointment.taken_at or appointment.starts_at))


def _same(ticket: TicketRow) -> TicketRow:
    """A second scan gets the first ticket's place; one that is over gets nothing."""
    if ticket.state in ("cancelled", "finished", "expired"):
        hint = Text(f"这个预约已经使用，号码{ticket.number}。", f"This appointment was used, for number {ticket.number}.")
        raise wrong_state(f"the appointment was used for {ticket.number}, which is {ticket.state}", hint)
    return ticket


def _early(context: CommandContext) -> timedelta:
    return timedelta(minutes=context.hall.rules.appointment.early_minutes)


def _late_at(context: CommandContext, appointment: Appointment) -> datetime:
    return max(appointment.ends_at, appointment.starts_at + timedelta(minutes=context.hall.rules.appointment.late_minutes))


FORGED = Text("这个码是无效的，请从原来的渠道重新打开。", "This code is not genuine; open it again where you got it.")
FOREIGN = Text("这个码不是本大厅的，请到码上写明的大厅使用。", "This code belongs to another hall; use it there.")
