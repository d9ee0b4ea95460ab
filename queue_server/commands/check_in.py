"""Checking in with an appointment: its code gives one ticket, once, on its day and in its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contract.wire import scanned_code
from contract.wire.requests import IssueTicket
from queue_server.appointments import repository
from queue_server.appointments.repository import Appointment
from queue_server.codes.seal import code_of, is_genuine
from queue_server.commands.context import Work
from queue_server.commands.refused import Refused, bad_request, wrong_state
from queue_server.domain.sentence import Sentence
from queue_server.store.rows import Ticket

REUSABLE = ("void",)
"""A ticket that never came out on paper: the appointment is as good as before."""
GONE: dict[str, Sentence] = {
    "cancelled": Sentence("这个预约已经取消，请重新取号。", "This appointment was cancelled; take a number instead."),
    "no-show": Sentence("这个预约已经过期，请重新预约或取号。", "This appointment is over; book again or take a number."),
}


@dataclass(frozen=True)
class Admission:
    """What an appointment is given. `rank_at` is the instant from which it counts as standing in line, None when it is late
    and stands like anybody else; `ticket` the one that it was given before."""

    appointment: Appointment
    rank_at: datetime | None = None
    ticket: Ticket | None = None


def named(work: Work, text: str) -> Appointment:
    """The appointment of a code; refused when the code is none, another hall's, or not sealed by this hall."""
    code = scanned_code.read(text)
    if code is None or code.kind != "appointment":
        raise bad_request(
            "the text is no appointment code", Sentence("这不是预约码，请出示预约二维码。", "Show the appointment's code.")
        )
    check_seal(work, code)
    found = repository.find(work.unit.connection, code.value, lock=work.unit.shared)
    if found is None:
        raise Refused(
            "not-authorised", "there is no such appointment", Sentence("没有查到这个预约。", "There is no such appointment.")
        )
    return found


def check_seal(work: Work, code: scanned_code.Code) -> None:
    """Refuse a code of another hall, or one that this hall has not sealed."""
    if code.hall != work.plan.config.hall.id:
        raise Refused("not-authorised", "the code is another hall's", FOREIGN)
    if not is_genuine(work.signer, code):
        raise Refused("not-authorised", "the code was not sealed by this hall", FORGED)


def admission(work: Work, ask: IssueTicket) -> Admission:
    """What the appointment of a request gives now; refused when it is too early, too late, gone, or for another queue."""
    assert ask.appointment is not None, "a check-in names its appointment"
    appointment = named(work, ask.appointment)
    if appointment.queue != ask.queue:
        hint = Sentence("预约的是另一项业务，请按预约的业务签到。", f"This appointment is for queue {appointment.queue}.")
        raise bad_request(f"the appointment is for queue {appointment.queue}", hint)
    before = work.unit.tickets.get(appointment.ticket) if appointment.ticket else None
    if before is not None and before.state not in REUSABLE:
        return Admission(appointment, ticket=_same(before))
    if appointment.state in GONE:
        raise wrong_state(f"the appointment is {appointment.state}", GONE[appointment.state])
    return _in_time(work, appointment)


def show(work: Work, appointment: Appointment) -> dict[str, Any]:
    """An appointment as answers carry it; `standing` is early, due, late, over, checked-in, cancelled or no-show."""
    return {
        "id": appointment.id, "queue": appointment.queue, "item": appointment.item, "name": appointment.name,
        "starts_at": work.local(appointment.starts_at), "ends_at": work.local(appointment.ends_at),
        "standing": standing(work, appointment), "ticket": appointment.ticket,
        "opens_at": work.local(appointment.starts_at - _early(work)),
        "code": code_of(work.signer, "appointment", work.plan.config.hall.id, appointment.id),
    }  # fmt: skip


def standing(work: Work, appointment: Appointment) -> str:
    """How the appointment stands to the clock."""
    if appointment.state != "booked":
        ticket = work.unit.tickets.get(appointment.ticket) if appointment.ticket else None
        if ticket is None or ticket.state not in REUSABLE:
            return appointment.state
    day = work.plan.day(appointment.starts_at)
    if work.day > day:
        return "over"
    if work.now < appointment.starts_at - _early(work) or work.day < day:
        return "early"
    return "due" if work.now <= _late_at(work, appointment) else "late"


def _in_time(work: Work, appointment: Appointment) -> Admission:
    local = appointment.starts_at.astimezone(work.plan.zone)
    match standing(work, appointment):
        case "early":
            opens = (appointment.starts_at - _early(work)).astimezone(work.plan.zone)
            zh = f"您预约的是{local:%m月%d日 %H:%M}，请在{opens:%H:%M}以后来签到。"
            en = f"Your appointment is {local:%d %b %H:%M}; check in from {opens:%H:%M}."
            raise wrong_state("it is too early to check in", Sentence(zh, en))
        case "over":
            zh, en = (
                f"您预约的是{local:%m月%d日}，已经过期，请重新预约或取号。",
                f"Your appointment was on {local:%d %b}; take a number.",
            )
            raise Refused("expired", "the day of the appointment is over", Sentence(zh, en))
        case "late" if work.plan.rules.appointment.late == "refuse":
            hint = Sentence("已经过了预约时间，请重新取号。", "The booked time has passed; take a number instead.")
            raise Refused("expired", "the time of the appointment has passed", hint)
        case "late":
            return Admission(appointment)
        case _:
            return Admission(appointment, rank_at=appointment.starts_at)


def _same(ticket: Ticket) -> Ticket:
    """A second scan gets the first ticket's place; one that is over gets nothing."""
    if ticket.state in ("cancelled", "finished", "expired"):
        hint = Sentence(f"这个预约已经使用，号码{ticket.number}。", f"This appointment was used, for number {ticket.number}.")
        raise wrong_state(f"the appointment was used for {ticket.number}, which is {ticket.state}", hint)
    return ticket


def _early(work: Work) -> timedelta:
    return timedelta(minutes=work.plan.rules.appointment.early_minutes)


def _late_at(work: Work, appointment: Appointment) -> datetime:
    return max(appointment.ends_at, appointment.starts_at + timedelta(minutes=work.plan.rules.appointment.late_minutes))


FORGED = Sentence("这个码是无效的，请从原来的渠道重新打开。", "This code is not genuine; open it again where you got it.")
FOREIGN = Sentence("这个码不是本大厅的，请到码上写明的大厅使用。", "This code belongs to another hall; use it there.")
