"""The live parts of a console, as HTML by element id."""

from __future__ import annotations

import logging

from contract.configuration.hall import Window
from queue_server.hall_access import WaitingTicket
from queue_server.web import server_trouble
from queue_server.web.auth.sessions import Session
from queue_server.web.console import view
from queue_server.web.console.duty import taken_by
from queue_server.web.console.hall_now import ConsoleViews, HallNow, SeenAtWindow
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
PARTS = ("devices", "now", "line", "targets")


async def rendered(site: Site, views: ConsoleViews, language: str, session: Session, window: Window) -> dict[str, str]:
    """What the console of `window` shows now."""
    hall, places = await views.hall.of(None), await views.places.of(language)
    state = hall.windows.get(window.id)
    condition = state.state if state else "unknown"
    server, alerts = hall.server, hall.alerts
    facts: dict[str, object] = {
        "session": session,
        "window": window,
        "numbers": {other.id: other.number for other in site.config.window},
        "zone": site.config.zone,
        "state": state,
        "condition": condition,
        "rating": hall.ratings.get(window.id),
        "queues": {queue.id: queue for queue in site.config.queue},
        "places": places.queues,
        "windows": [html for other, html in places.windows.items() if other != window.id],
        "can": view.possible(condition),
        "taken_by": taken_by(site, session, state),
        "ready": server is not None and server.state == "ready" and not server_trouble.reasons(alerts.values()),
        "alerts": view.concerning(site.config, window, alerts),
        "health": view.health(site.config, window, hall.shown, hall.terminals, heard=server_trouble.is_heard(alerts.values())),
    }
    facts |= await _from_the_ledger(site, views, language, window, hall)
    return {name: site.pages.part(language, f"console/{name}.html", **facts) for name in PARTS}


async def _from_the_ledger(site: Site, views: ConsoleViews, language: str, window: Window, hall: HallNow) -> dict[str, object]:
    """The line, the citizen at the window, and how the service before ended."""
    state = hall.windows.get(window.id)
    here = state.ticket if state else None
    at = SeenAtWindow(window.id, state, hall.ratings.get(window.id))

    def row(ticket: WaitingTicket) -> str:
        return views.row(language, ticket)

    try:
        line = (await views.line.of(tuple(site.queues_at(window.id)))).at(window.id)
        visit = await views.visit.of(at) if here else None
        last = None if here else await views.last.of(at)
    except Exception:
        # A ledger that cannot be read must look like trouble, never like an empty line.
        LOG.exception("the line of window %s could not be read", window.id)
        return {"line": None, "visit": None, "item": None, "last": None}
    item = site.item(visit.item) if visit is not None and visit.item else None
    return {"line": line, "row": row, "visit": visit, "item": item, "last": last}
