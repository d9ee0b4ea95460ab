"""A ticket goes on paper once more, at a kiosk that the staff chooses: the same number in the same place, never a new one.

The new paper has a code of its own, and once it is out the code of the one before is void: of two papers only one can give the
place up, or rate.
"""

from __future__ import annotations

from contract.wire.answers import IssueAnswer, TicketAnswer
from contract.wire.events import (
    ReprintEvent,
    TicketReprinted,
    TicketReprintFailed,
    TicketReprintOrdered,
    TicketReprintUnanswered,
)
from contract.wire.messages import Text
from contract.wire.requests import ConfirmReprint, ReprintTicket
from queue_server.commands.context import CommandContext
from queue_server.commands.issue import answer_of
from queue_server.commands.refused import bad_request, wrong_state

REPRINTABLE = ("waiting", "called", "missed", "held")
"""States in which the paper is still worth something to its holder."""

KINDS: dict[str, type[ReprintEvent]] = {
    "printed": TicketReprinted,
    "failed": TicketReprintFailed,
    "unknown": TicketReprintUnanswered,
}
"""The event of each result."""


def reprint_ticket(context: CommandContext, ask: ReprintTicket) -> IssueAnswer:
    """What is printed; the staff page orders it from the terminal. Nothing about the ticket changes."""
    ticket = context.ticket(ask.ticket)
    if ask.terminal not in context.hall.config.ticket_printers():
        hint = Text("请选择一台能打号票的自助机。", "Choose a kiosk with a ticket printer.")
        raise bad_request(f"{ask.terminal} is no kiosk with a ticket printer", hint)
    if ticket.state not in REPRINTABLE or ticket.business_day != context.day.isoformat():
        raise wrong_state(
            f"ticket {ticket.number} is {ticket.state}",
            Text("只能补打今天还没有办理的号。", "Only tickets of today that still wait or are called are printed again."),
        )
    context.event(TicketReprintOrdered(ticket=ticket.id, number=ticket.number, queue=ticket.queue, terminal=ask.terminal))
    return answer_of(context, ticket, again=True)


def confirm_reprint(context: CommandContext, ask: ConfirmReprint) -> TicketAnswer:
    """What came of it: printed, failed, or unknown where the terminal gave no answer."""
    ticket = context.ticket(ask.ticket)
    if ask.result == "printed":
        ticket.reprints += 1
        context.unit.tickets.touch(ticket)
        context.unit.reprints.add(ticket.id, ask.terminal, context.day.isoformat(), context.now)
    context.event(
        KINDS[ask.result](
            queue=ticket.queue, ticket=ticket.id, number=ticket.number, terminal=ask.terminal, detail=ask.detail or None
        )
    )
    return TicketAnswer(context.facts(ticket))
