"""Who is on duty at a window: the person of a session, or somebody else."""

from __future__ import annotations

import asyncio

from contract.configuration.hall import Clerk
from contract.wire import messages
from queue_server.web.auth.sessions import Session
from queue_server.web.site import Site


def clerk_of(site: Site, session: Session) -> Clerk | None:
    """Who of the hall's clerks this is; None for somebody who stands in."""
    return next((clerk for clerk in site.config.clerk if clerk.id == session.account.clerk), None)


async def stand_ins(site: Site) -> dict[str, str]:
    """Who stands in at open windows at which no clerk is on duty: window → account."""
    unnamed = {window for window, state in site.window_states().items() if state.clerk is None and state.state != "closed"}
    held = await asyncio.to_thread(site.sessions.held) if unnamed else {}
    return {window: account for account, windows in held.items() for window in windows & unnamed}


def is_on_duty(state: messages.WindowState, clerk: Clerk | None) -> bool:
    return (state.clerk.id if state.clerk else None) == (clerk.id if clerk else None)


def taken_by(site: Site, session: Session, state: messages.WindowState | None) -> messages.WindowClerk | None:
    """The other clerk who works at the window by now, if there is one."""
    if state is None or state.clerk is None or state.state == "closed" or is_on_duty(state, clerk_of(site, session)):
        return None
    return state.clerk
