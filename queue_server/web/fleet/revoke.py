"""Shutting a terminal out, for whoever looks after terminals: `/revoke/<terminal>` says what will happen, then does it."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from contract.wire.messages import TerminalStatus
from queue_server.enrolment.register import Register
from queue_server.enrolment.revocation import BrokerHere, NotInEffect, revoke
from queue_server.web.fleet.page import ORDER
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
FAREWELL = timedelta(seconds=10)
"""So long after its connection was ended, a terminal may seem to be there."""


def routes(site: Site, register: Register | None, broker: BrokerHere | None) -> APIRouter:
    """The page of one terminal; `POST` revokes its certificates and ends its connection. Without `broker` it can only be done
    on the broker's machine, and the page says so."""
    router = APIRouter()
    terminals = {terminal.id for terminal in site.config.terminal}
    one_at_a_time = asyncio.Lock()

    def known(terminal: str) -> bool:
        """A terminal of the hall or one that speaks: never a queue server, which has a certificate as well."""
        return terminal in terminals or site.hall.state(f"terminal/{terminal}/status") is not None

    def still_there(terminal: str, since: datetime) -> bool:
        status = site.state(f"terminal/{terminal}/status", TerminalStatus)
        return status is not None and status.state in ("init", "ready") and site.clock() - since > FAREWELL

    @router.get("/revoke/{terminal}")
    async def ask(request: Request, terminal: str, trouble: str = "") -> Response:
        session = await site.guard.need(request, *ORDER)
        if register is None or not known(terminal):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        standing = (await asyncio.to_thread(register.standings)).get(terminal)
        again = standing is not None and standing.state == "revoked" and (bool(trouble) or still_there(terminal, standing.at))
        return site.pages.page(
            request,
            "revoke.html",
            session=session,
            terminal=terminal,
            standing=standing,
            here=broker is not None,
            again=again,
            trouble=trouble,
            zone=site.config.zone,
        )

    @router.post("/revoke/{terminal}")
    async def do(request: Request, terminal: str) -> Response:
        session = await site.guard.need(request, *ORDER)
        await site.guard.form(request, session)
        if register is None or broker is None or not known(terminal):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        trouble = ""
        async with one_at_a_time:
            try:
                await asyncio.to_thread(revoke, register, broker, [terminal], site.clock)
            except NotInEffect as error:
                LOG.error("%s is revoked, but not shut out yet: %s", terminal, error)
                trouble = error.reason
        await site.note(request, session, "revoke", terminal, trouble)
        site.changes.tell(f"terminal/{terminal}/status")
        return RedirectResponse(f"/revoke/{terminal}{f'?trouble={trouble}' if trouble else ''}", HTTPStatus.SEE_OTHER)

    return router
