"""A citizen's rating of one service, and the look at one's own ticket."""

from __future__ import annotations

from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy import bindparam, literal_column, select

from contract.number_masking import mask_said
from contract.wire.answers import KeptRating, LookupAnswer, RateAnswer
from contract.wire.events import RatingExplained, ServiceRated
from contract.wire.facts import RateableService, SentOn
from contract.wire.messages import Text
from contract.wire.requests import LookupTicket, Rate
from queue_server.commands.context import CommandContext
from queue_server.commands.move import named
from queue_server.commands.refused import Refused, bad_request, wrong_state
from queue_server.domain import rating as rules
from queue_server.store import tables
from queue_server.store.prepared import Prepared
from queue_server.store.repositories import GivenRating
from queue_server.store.rows import ServiceRow, TicketRow

S, P = tables.services.c, tables.periods.c
UNSERVED = ("missed", "void", "expired")
"""States in which a ticket may be that was called last and not served."""
_LAST_CALL = Prepared(
    select(P.window, P.clerk, P.started_at, P.ended_at)
    .where(P.ticket == bindparam("ticket"), P.kind == "called")
    .order_by(P.step.desc())
    .limit(literal_column("1"))
)
_EXPIRED = Text("评价时间已过，感谢您的支持。", "The time for rating this service is over.")


def rate(context: CommandContext, ask: Rate) -> RateAnswer:
    """Keep the rating of a service: by the window's rater on the day of the service, or by the ticket's token for some
    working days. Reasons may follow a rating that has none; the level stays as it was given."""
    _check(context, ask)
    service = _asked(context, ask.service) if ask.service is not None else _by_token(context, ask.token)
    before = context.unit.ratings.of(service.id)
    if before is not None and not _explains(ask, before):
        hint = Text("您已评价过本次服务，感谢您的支持。", "You have already rated this service. Thank you.")
        raise Refused("already-rated", f"service {service.id} is rated already", hint)
    _check_time(context, ask, service)
    if before is not None:
        return _explained(context, ask, service, before)
    if context.unit.services.get(service.id) is None:
        _was_served(context, service)
    rating = _kept(context, ask, service)
    context.unit.ratings.add(rating)
    window = context.unit.windows.get(service.window)
    if window is not None and window.ask is not None and window.ask["service"] == service.id:
        context.end_ask(window)
    context.event(ServiceRated(service=service.id, window=service.window, level=ask.level, channel=ask.channel))
    return RateAnswer(replace(rating, at=context.local(rating.at)))


def _explains(ask: Rate, before: GivenRating) -> bool:
    """Whether a request says why a rating was given that has no reason so far."""
    return ask.level == before.level and not before.explained and bool(ask.reasons or ask.text.strip())


def _explained(context: CommandContext, ask: Rate, service: ServiceRow, before: GivenRating) -> RateAnswer:
    """Add the reasons; where and when the rating was given stays."""
    rating = replace(_kept(context, ask, service), channel=before.channel, at=before.at, business_day=before.business_day)
    context.unit.ratings.explain(rating)
    context.event(RatingExplained(service=service.id, window=service.window))
    return RateAnswer(replace(rating, at=context.local(rating.at)))


def _kept(context: CommandContext, ask: Rate, service: ServiceRow) -> KeptRating:
    """The rating as it is kept, at this instant."""
    window = context.hall.windows.get(service.window)
    return KeptRating(
        service=service.id,
        ticket=service.ticket,
        queue=service.queue,
        item=service.item,
        window=service.window,
        clerk=service.clerk,
        level=ask.level,
        reasons=list(dict.fromkeys(ask.reasons)),
        text=mask_said(ask.text.strip()),
        channel=ask.channel,
        business_day=context.day.isoformat(),
        at=context.now,
        window_number=service.window if window is None else window.number,
    )


def lookup(context: CommandContext, ask: LookupTicket) -> LookupAnswer:
    """How a ticket is now: its state, how many come before it, how long that may take, and where it is called."""
    by_name = ask.ticket is not None and ask.token is None
    ticket = context.ticket(ask.ticket or "") if by_name else named(context, None, ask.token)
    place = context.place(ticket)
    service, sent = _rateable(context, ticket), _sent(context, ticket)
    return LookupAnswer(context.facts(ticket), place.ahead, place.wait, place.windows, context.opens_at(), service, sent)


def _sent(context: CommandContext, ticket: TicketRow) -> SentOn | UnsetType:
    """Where a ticket waits that was sent from a window, or from the queue of its letter."""
    queue = context.hall.queues.get(ticket.queue)
    moved = queue is not None and not ticket.number.startswith(queue.letter)
    if ticket.state != "waiting" or not (moved or ticket.bound or ticket.return_to):
        return UNSET
    return SentOn(ticket.bound, ticket.return_to)


def _check(context: CommandContext, ask: Rate) -> None:
    if (ask.service is None) == (ask.token is None):
        raise bad_request(
            "a rating names a service or a token, one of them", Text("请指明所评价的服务。", "Name what is rated.")
        )
    needs = context.hall.rules.bad_rating_needs_reason and not ask.unexplained
    try:
        rules.check(ask.level, ask.reasons, ask.text, channel=ask.channel, bad_needs_reason=needs)
    except rules.BadRating as error:
        raise bad_request(str(error), error.hint) from None


def _asked(context: CommandContext, service_id: str) -> ServiceRow:
    service = context.unit.services.get(service_id)
    if service is None:
        hint = Text("没有这次服务的记录。", "Rate by the id in rating/<window>/ask.")
        raise bad_request(f"there is no service {service_id!r}", hint)
    return service


def _by_token(context: CommandContext, token: str | None) -> ServiceRow:
    """The last service of the token's ticket that has ended, or its last call, where nobody is said to have come."""
    ticket = named(context, None, token)
    service = _unserved_call(context, ticket) or _last_ended(context, ticket)
    if service is None:
        raise wrong_state("the ticket was not served yet", Text("办理结束后即可评价。", "Rate when the service is finished."))
    return service


def _was_served(context: CommandContext, call: ServiceRow) -> None:
    """Whoever rates a call says that it was a service."""
    ticket = context.ticket(call.ticket)
    ticket.services += 1
    context.unit.tickets.touch(ticket)
    context.unit.services.add(call)


def _unserved_call(context: CommandContext, ticket: TicketRow) -> ServiceRow | None:
    """The last call of a ticket that was then marked as a no-show, as the service that it was for whoever rates it: somebody
    may have been served all the same. None when it is not so, and when it was rated before."""
    if ticket.state not in UNSERVED:
        return None
    calls = _LAST_CALL.run(context.unit.connection, {"ticket": ticket.id})
    for window, clerk, called_at, left_at in calls:
        before = _last_ended(context, ticket)
        if window is None or left_at is None or (before is not None and before.called_at >= called_at):
            return None
        return ServiceRow(
            id=f"{ticket.id}-s{ticket.services + 1}",
            ticket=ticket.id,
            number=ticket.number,
            queue=ticket.queue,
            item=ticket.item,
            window=window,
            clerk=clerk,
            business_day=ticket.business_day,
            called_at=called_at,
            started_at=left_at,
            ended_at=left_at,
        )
    return None


def _check_time(context: CommandContext, ask: Rate, service: ServiceRow) -> None:
    if service.ended_at is None:
        raise wrong_state("the service has not ended", Text("办理结束后即可评价。", "Rate when the service is finished."))
    if ask.service is not None:
        # what was touched at the window counts, however long the rater was cut off, or the citizen thought
        over = service.ask_expires_at is None or service.business_day != context.day.isoformat()
    else:
        over = context.now >= context.hall.rating_until(service.ended_at)
    if over:
        raise Refused("expired", f"service {service.id} can no longer be rated this way", _EXPIRED)


def _last_ended(context: CommandContext, ticket: TicketRow) -> ServiceRow | None:
    context.unit.services.flush()
    ended = (
        context.unit.services.columns.where(S.ticket == ticket.id, S.ended_at.is_not(None)).order_by(S.ended_at.desc()).limit(1)
    )
    found = context.unit.services.find(ended)
    return found[0] if found else None


def _rateable(context: CommandContext, ticket: TicketRow) -> RateableService | UnsetType | None:
    """Whether the ticket's last service can be rated by its token; UNSET where there is none."""
    service = _unserved_call(context, ticket)
    if service is None and not ticket.services:
        return UNSET
    service = service or _last_ended(context, ticket)
    if service is None or service.ended_at is None:
        return None
    rating, in_time = context.unit.ratings.of(service.id), context.now < context.hall.rating_until(service.ended_at)
    return RateableService(
        service.id,
        service.window,
        level=None if rating is None else rating.level,
        can_rate=rating is None and in_time,
        can_explain=rating is not None and not rating.explained and in_time,
    )
