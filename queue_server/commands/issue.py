"""Taking a number, and whether its paper came out."""

from __future__ import annotations

from datetime import datetime

from contract.configuration.hall import Queue
from contract.wire.answers import IssueAnswer, TicketAnswer
from contract.wire.events import TicketIssued, TicketPrinted, TicketVoid
from contract.wire.messages import Text, TicketClass
from contract.wire.requests import ConfirmPrint, IssueTicket
from queue_server.appointments import repository
from queue_server.commands.check_in import Admission, admission
from queue_server.commands.context import CommandContext
from queue_server.commands.lease import SAME_INSTANT_S
from queue_server.commands.named_item import unfit
from queue_server.commands.refused import Refused, bad_request, unknown_queue
from queue_server.domain.ticket_number import display_number, first_offline, ticket_id
from queue_server.store.rows import TicketRow

ITEM_LENGTH = 200


def issue_ticket(context: CommandContext, ask: IssueTicket) -> IssueAnswer:
    """Give out the next number of a queue. A kiosk that prints names its terminal: its ticket waits once it is printed."""
    queue = context.hall.queues.get(ask.queue)
    if queue is None:
        raise unknown_queue(ask.queue)
    if ask.item is not None and len(ask.item) > ITEM_LENGTH:
        raise bad_request(f"item is longer than {ITEM_LENGTH} characters", Text("事项编码过长。", "Give the item's code."))
    if ask.item is not None and (problem := unfit(context, ask.item, queue.id)) is not None:
        raise problem
    admitted = admission(context, ask) if ask.appointment is not None else None
    if admitted is not None and admitted.ticket is not None:
        return answer_of(context, admitted.ticket)
    _check_open(context)
    if admitted is None:
        _check_limits(context, queue)
    ticket = _new_ticket(context, ask, queue, admitted)
    context.enter(ticket)
    if admitted is not None:
        repository.check_in(context.unit.connection, admitted.appointment.id, ticket.id)
    context.event(
        TicketIssued(
            ticket=ticket.id,
            number=ticket.number,
            queue=queue.id,
            class_=ticket.class_,
            channel=ask.channel,
            terminal=ask.terminal,
            item=ticket.item,
            appointment=admitted.appointment.id if admitted else None,
        )
    )
    return answer_of(context, ticket)


def _new_ticket(context: CommandContext, ask: IssueTicket, queue: Queue, admitted: Admission | None) -> TicketRow:
    """The ticket of the next number; an appointment in time has its class, and its place from the booked time on."""
    booked = admitted.rank_at if admitted is not None else None
    class_: TicketClass = ask.class_ if ask.class_ != "ordinary" else queue.default_class
    day = context.day.isoformat()
    count = _next_number(context, queue, day)
    number = display_number(queue.letter, count)
    return TicketRow(
        id=ticket_id(context.day, number),
        number=number,
        queue=queue.id,
        class_=class_ if booked is None else "appointment",
        business_day=day,
        state="printing" if ask.channel == "kiosk" and ask.terminal is not None else "waiting",
        rank=(booked or _behind_all(context)).timestamp() + count * SAME_INSTANT_S,
        issued_at=context.now,
        changed_at=context.now,
        channel=ask.channel,
        terminal=ask.terminal,
        item=ask.item or (admitted.appointment.item if admitted else None),
    )


def _behind_all(context: CommandContext) -> datetime:
    """From when on a new ticket waits: never before one that was issued earlier, also after the clock went back."""
    context.line_end.at = max(context.line_end.at, context.now)
    return context.line_end.at


def _next_number(context: CommandContext, queue: Queue, day: str) -> int:
    """The next number of the day that nobody has: no other queue from a time when it had this letter, no kiosk by a lease."""
    behind = context.signer.behind(context.day)
    while True:
        count = context.unit.next_number(queue.id, day, behind)
        ticket = ticket_id(context.day, display_number(queue.letter, count))
        leased = count >= first_offline(behind) and context.unit.leases.of(ticket) is not None
        if not leased and context.unit.tickets.get(ticket) is None:
            return count


def answer_of(context: CommandContext, ticket: TicketRow, *, again: bool = False) -> IssueAnswer:
    """What is answered of a ticket that was given before, as it is now; `again` when it goes on paper once more."""
    place = context.place(ticket)
    return IssueAnswer(context.signed(ticket, again=again), place.ahead, place.wait, place.windows, context.opens_at())


def confirm_print(context: CommandContext, ask: ConfirmPrint) -> TicketAnswer:
    """The paper is out: the ticket waits. Or it is not: the ticket is void, for the citizen holds nothing."""
    ticket = context.ticket(ask.ticket)
    verb = "printed" if ask.result == "printed" else "print-failed"
    context.check(verb, ticket=ticket)
    context.move_ticket(ticket, verb)
    kind = TicketPrinted if ask.result == "printed" else TicketVoid
    context.event(kind(ticket=ticket.id, number=ticket.number, queue=ticket.queue, detail=ask.detail or None))
    return TicketAnswer(context.facts(ticket))


def _check_open(context: CommandContext) -> None:
    if context.hall.is_open(context.now):
        return
    opening = context.hall.opens_at(context.now)
    when = (
        Text("", "") if opening is None else Text(f"下次取号时间：{opening:%m月%d日 %H:%M}。", f" from {opening:%d %b %H:%M}")
    )
    raise Refused(
        "queue-closed",
        "the hall is closed at this time",
        Text(f"现在不是取号时间。{when.zh}", f"Numbers are given during opening hours{when.en}."),
    )


def _check_limits(context: CommandContext, queue: Queue) -> None:
    begins = context.hall.begins(context.day)
    if queue.daily_limit is not None and context.unit.issued(queue.id, context.day.isoformat(), begins) >= queue.daily_limit:
        raise _limit(f"all {queue.daily_limit} numbers of queue {queue.id} are given out for today")
    if not queue.segments:
        return
    local = context.now.astimezone(context.hall.zone)
    segment = next((s for s in queue.segments if s.opens <= local.time() < s.closes), None)
    if segment is None:
        if context.hall.any_hour:
            return
        first = "、".join(f"{s.opens:%H:%M}-{s.closes:%H:%M}" for s in queue.segments)
        hint = Text(f"该业务取号时段为{first}。", f"Numbers of this queue are given {first.replace('、', ', ')}.")
        raise Refused("queue-closed", f"queue {queue.id} gives no numbers at this time", hint)
    since, until = (datetime.combine(local.date(), at, context.hall.zone) for at in (segment.opens, segment.closes))
    if context.unit.issued(queue.id, context.day.isoformat(), begins, since, until) >= segment.limit:
        raise _limit(f"all {segment.limit} numbers of queue {queue.id} until {segment.closes:%H:%M} are given out")


def _limit(message: str) -> Refused:
    hint = Text(
        "该业务今天的号已发完，请改日再来或咨询导办台。", "No numbers are left; come another day or ask at the help desk."
    )
    return Refused("limit-reached", message, hint)
