"""The live parts of a console, as HTML by element id."""

from __future__ import annotations

import asyncio
import logging

from contract.configuration.hall import Window
from contract.wire import answers, messages
from contract.wire.answers import LookupAnswer
from contract.wire.facts import TicketFacts
from queue_server.hall_access import HallUnavailable
from queue_server.web import server_trouble
from queue_server.web.auth.sessions import Session
from queue_server.web.console import view
from queue_server.web.console.duty import taken_by
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
MOST_SHOWN = 50
PARTS = ("devices", "now", "line", "targets")


async def rendered(site: Site, language: str, session: Session, window: Window) -> dict[str, str]:
    """What the console of `window` shows now."""
    state = site.state(f"window/{window.id}/state", messages.WindowState)
    condition = state.state if state else "unknown"
    ticket = await _ticket(site, state)
    server = site.state("server/status", messages.ServerStatus)
    alerts = site.states("alert/", "", messages.Alert)
    facts: dict[str, object] = {
        "ticket": ticket,
        "item": site.item(ticket.item or "") if ticket else None,
        "session": session,
        "window": window,
        "others": [other for other in site.config.window if other.id != window.id],
        "numbers": {other.id: other.number for other in site.config.window},
        "zone": site.config.zone,
        "state": state,
        "condition": condition,
        "rating": site.state(f"rating/{window.id}/ask", messages.RatingAsk),
        "queues": {queue.id: queue for queue in site.config.queue},
        "queue_states": site.states("queue/", "/state", messages.QueueState),
        "window_states": site.window_states(),
        "can": view.possible(condition),
        "taken_by": taken_by(site, session, state),
        "ready": server is not None and server.state == "ready" and not server_trouble.reasons(alerts.values()),
        "alerts": view.concerning(site.config, window, alerts),
        "health": view.health(
            site.config,
            window,
            site.states("display/", "/shown", messages.DisplayShown),
            site.states("terminal/", "/status", messages.TerminalStatus),
            heard=server_trouble.is_heard(alerts.values()),
        ),
    }
    facts |= await _from_the_ledger(site, window, state)
    return {name: site.pages.part(language, f"console/{name}.html", **facts) for name in PARTS}


async def _from_the_ledger(site: Site, window: Window, state: messages.WindowState | None) -> dict[str, object]:
    """The line, the citizen at the window, and how the service before ended."""
    here = state.ticket if state else None
    try:
        line, why = await asyncio.gather(site.hall.window_line(window.id, MOST_SHOWN), site.hall.why(window.id))
        visit = await site.hall.visit(here.id) if here else None
        last = None if here else await site.hall.last_service(window.id)
    except Exception:
        # A ledger that cannot be read must look like trouble, never like an empty line.
        LOG.exception("the line of window %s could not be read", window.id)
        return {"line": None, "why": None, "visit": None, "last": None}
    return {"line": line, "why": why, "visit": visit, "last": last}


async def _ticket(site: Site, state: messages.WindowState | None) -> TicketFacts | None:
    """The ticket at the window; None when there is none or the ledger does not answer."""
    if state is None or state.ticket is None:
        return None
    try:
        answer = await site.hall.ask("lookup", {"ticket": state.ticket.id})
    except HallUnavailable:
        return None
    found = answers.of(answer, LookupAnswer)
    return found.ticket if found is not None else None
