"""Moving a ticket: to another queue or window, back into the line, or out of it."""

from __future__ import annotations

from contract.wire.answers import TicketAnswer
from contract.wire.events import TicketCancelled, TicketRequeued, TicketTransferred
from contract.wire.messages import Text
from contract.wire.requests import CancelTicket, Requeue, Transfer
from queue_server.codes.signer import ticket_named
from queue_server.commands.context import CommandContext
from queue_server.commands.refused import Refused, bad_request, unknown_queue, unknown_ticket, wrong_state
from queue_server.commands.serve import end_service
from queue_server.domain.routing import rank_behind
from queue_server.store.rows import TicketRow, WindowRow


def transfer(context: CommandContext, ask: Transfer) -> TicketAnswer:
    """Send a ticket to another queue or window. It keeps its number and its age; with `return` it comes back afterwards."""
    window, ticket = _present(context, ask.window, ask.ticket)
    _check_target(context, ask, window, ticket)
    if window is not None:
        context.check("transfer", window=window)
    context.check("transfer", ticket=ticket)
    if ask.return_:
        ticket.return_to, ticket.return_queue = window.id if window else ticket.window, ticket.queue
    if ticket.state == "serving" or (ticket.state == "held" and ticket.held_from == "serving"):
        end_service(context, ticket)
    ticket.bound, ticket.held_from = ask.to_window, None
    context.move_ticket(ticket, "transfer", queue=ask.to_queue)
    _leave(context, window, "transfer")
    context.event(
        TicketTransferred(
            ticket=ticket.id,
            number=ticket.number,
            to_queue=ask.to_queue,
            to_window=ask.to_window,
            window=window.id if window else None,
            returns=ask.return_ or None,
        )
    )
    return TicketAnswer(context.facts(ticket))


def requeue(context: CommandContext, ask: Requeue) -> TicketAnswer:
    """Put a missed, held or called ticket back into its line, behind the first few."""
    window, ticket = _present(context, ask.window, ask.ticket)
    if window is not None:
        context.check("requeue", window=window)
    context.check("requeue", ticket=ticket)
    if ticket.state == "held" and ticket.held_from == "serving":
        end_service(context, ticket)
    places = ask.places if ask.places is not None else context.hall.rules.requeue_places
    ticket.rank = rank_behind(context.unit.ranks(ticket.queue, places + 1), places, context.now.timestamp())
    ticket.bound, ticket.held_from = None, None
    context.move_ticket(ticket, "requeue")
    _leave(context, window, "requeue")
    context.event(TicketRequeued(ticket=ticket.id, number=ticket.number, queue=ticket.queue, places=places))
    return TicketAnswer(context.facts(ticket))


def cancel_ticket(context: CommandContext, ask: CancelTicket) -> TicketAnswer:
    """Give a number up: by the citizen's token, or by a clerk who names the ticket."""
    ticket = named(context, ask.ticket, ask.token)
    context.check("cancel-ticket", ticket=ticket)
    if ticket.state == "held" and ticket.held_from == "serving":
        end_service(context, ticket)
    context.move_ticket(ticket, "cancel-ticket")
    context.event(TicketCancelled(ticket=ticket.id, number=ticket.number, queue=ticket.queue, reason=ask.reason or None))
    return TicketAnswer(context.facts(ticket))


def named(context: CommandContext, ticket: str | None, token: str | None) -> TicketRow:
    """The ticket that a request names by id or by its signed token."""
    if token is not None:
        return _of_token(context, token)
    if ticket is None:
        raise bad_request("neither ticket nor token is named", Text("请指明号票。", "Name a ticket or its token."))
    return context.ticket(ticket)


def _of_token(context: CommandContext, token: str) -> TicketRow:
    """The ticket of a token that this hall has signed for its last paper, or for the one that is just being printed."""
    name = ticket_named(token)
    ticket = context.unit.tickets.get(name) if name is not None else None
    reprints = ticket.reprints if ticket is not None else 0
    if name is None or not any(context.signer.signed(token, paper) for paper in (reprints, reprints + 1)):
        if any(context.signer.signed(token, paper) for paper in range(reprints)):
            raise Refused("not-authorised", f"{name} was printed again, and this is the token of the paper before", _REPRINTED)
        raise Refused("not-authorised", "the token was not signed by this hall", _FORGED)
    if ticket is not None:
        return ticket
    if context.unit.leases.of(name) is not None:
        raise Refused("unknown-ticket", f"the kiosk that holds {name} has not reported it as given out", _OFFLINE)
    if context.signer.behind(context.day) and name.startswith(_day(context)):
        raise Refused("unknown-ticket", f"{name} was given before the ledger was restored from a backup", _LOST)
    raise unknown_ticket(name)


def _day(context: CommandContext) -> str:
    return f"{context.day:%Y%m%d}-"


_FORGED = Text("二维码无效，请扫描号票上的二维码。", "Scan the code on the ticket again.")
_REPRINTED = Text(
    "这个号已经补打，旧号票的二维码作废，请扫新号票上的二维码。", "This number was printed again; scan the new paper."
)
_LOST = Text(
    "系统因故障已从备份恢复，这个号查不到了。请到取号机或导办台重新取号，给您添麻烦了。",
    "The hall's system was restored from a backup and does not know this number any more. Please take a new one; we are sorry.",
)
_OFFLINE = Text(
    "这个号是在网络中断时取的，恢复后才能查到进度，请留意叫号屏。",
    "The number was taken while the network was down; watch the screens until it is known here.",
)


def _present(context: CommandContext, window_id: str | None, ticket_id: str | None) -> tuple[WindowRow | None, TicketRow]:
    """The ticket, and the window that it is at, if any."""
    if ticket_id is None:
        return context.at(window_id, None)
    ticket = context.ticket(ticket_id)
    if ticket.state in ("called", "serving"):
        return context.at(window_id, ticket_id)
    if window_id is not None:
        context.window(window_id)
    return None, ticket


def _check_target(context: CommandContext, ask: Transfer, window: WindowRow | None, ticket: TicketRow) -> None:
    if ask.to_queue is None and ask.to_window is None:
        raise bad_request(
            "neither to_queue nor to_window is named", Text("请选择转往的业务或窗口。", "Name a queue or a window.")
        )
    if ask.to_queue is not None and ask.to_queue not in context.hall.queues:
        raise unknown_queue(ask.to_queue)
    if ask.return_ and window is None and ticket.window is None:
        raise bad_request("a ticket that was at no window cannot return", Text("该号尚未到过窗口。", "Leave out return."))
    if ask.to_window is None:
        return
    if context.window(ask.to_window).state == "closed":
        raise wrong_state(
            f"window {ask.to_window} is closed", Text("目标窗口未开启，请另选。", "Choose a window that is open.")
        )
    if window is not None and ask.to_window == window.id and ask.to_queue is None:
        raise bad_request("the ticket is at this window already", Text("该号已在本窗口。", "Choose another window."))


def _leave(context: CommandContext, window: WindowRow | None, verb: str) -> None:
    if window is not None:
        context.move_window(window, verb)
        context.free(window)
