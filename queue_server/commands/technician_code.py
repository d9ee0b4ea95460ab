"""The technician at a terminal: is the code right, and what the terminal needs to know codes by itself."""

from __future__ import annotations

from contract.wire.answers import ActsAnswer, SecretAnswer, TechnicianAnswer
from contract.wire.events import TechnicianActed, TechnicianEntered, TechnicianRefused
from contract.wire.messages import Text
from contract.wire.requests import CheckTechnicianCode, FetchTechnicianSecret, TellTechnicianActs
from queue_server.commands.context import CommandContext
from queue_server.commands.refused import Refused
from queue_server.store import guesses
from queue_server.technician_codes import action_log, repository


def check_code(context: CommandContext, ask: CheckTechnicianCode) -> TechnicianAnswer:
    """The account for which the code was made; it is used up. After a few wrong tries there is no right one any more."""
    terminal, connection = _terminal(context), context.unit.connection
    counted = repository.subject(terminal)
    if guesses.count(connection, counted, context.now) >= repository.GUESSES:
        raise Refused("limit-reached", "too many wrong codes at this terminal", TOO_MANY)
    account = repository.spend(connection, context.signer, terminal, ask.code, context.now)
    if account is None:
        guesses.add(connection, [counted], context.now)
        if guesses.count(connection, counted, context.now) >= repository.GUESSES:
            repository.withdraw(connection, terminal)
        context.event(TechnicianRefused(terminal=terminal))
        raise Refused("not-authorised", "the code is wrong, used or too old", WRONG)
    context.event(TechnicianEntered(terminal=terminal, account=account))
    return TechnicianAnswer(account)


def fetch_secret(context: CommandContext, _ask: FetchTechnicianSecret) -> SecretAnswer:
    """The secret of the time-based codes of the terminal that asks, and of no other."""
    return SecretAnswer(repository.secret_of(context.signer, _terminal(context)).hex())


def take_acts(context: CommandContext, ask: TellTechnicianActs) -> ActsAnswer:
    """Put what was done at a terminal, perhaps without the server, into the log, each act once and in its order. Of more than
    a terminal may tell in an hour nothing is written."""
    terminal, connection = _terminal(context), context.unit.connection
    hour = action_log.hour(connection, terminal, ask.diary, context.now)
    news = {act.number: act for act in ask.acts if act.number > hour.known}
    if hour.taken + len(news) > action_log.MOST_AN_HOUR:
        context.changes.flooding.add(terminal)
        raise Refused("limit-reached", f"more than {action_log.MOST_AN_HOUR} acts in an hour", TOO_MANY_ACTS)
    for _, act in sorted(news.items()):
        context.event(
            TechnicianActed(
                terminal=terminal,
                done_at=act.at.isoformat(),
                act=act.act,
                subject=act.subject or None,
                result=act.result or None,
            )
        )
    known = max(news, default=hour.known)
    action_log.note(connection, terminal, ask.diary, hour._replace(known=known, taken=hour.taken + len(news)))
    return ActsAnswer(known)


def _terminal(context: CommandContext) -> str:
    if context.terminal is None:
        raise Refused("not-authorised", "only a terminal with a screen may ask this, for itself", NOT_YOU)
    return context.terminal


WRONG = Text(
    "代码不对、已用过或已过期，请在“终端与设备”网页重新取码。",
    "Wrong, used or too old. Get a new code from the page of terminals and devices.",
)
TOO_MANY = Text(
    "输错次数太多，原代码已作废，请在“终端与设备”网页重新取码。",
    "Too many wrong tries: that code no longer counts. Get a new one from the page of terminals and devices.",
)
TOO_MANY_ACTS = Text("一小时内上报的维护记录太多，稍后再报。", "Too many acts within an hour: tell the rest later.")
NOT_YOU = Text("这里不能使用技术人员代码。", "Technician codes are for terminals with a screen.")
