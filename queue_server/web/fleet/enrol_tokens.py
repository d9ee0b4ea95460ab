"""One-time tokens with which terminals enrol, for whoever looks after terminals: `/token/<terminal>`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from queue_server.enrolment.register import Register
from queue_server.web.auth.guard import address
from queue_server.web.fleet.page import ORDER
from queue_server.web.qr import svg
from queue_server.web.site import Site

LIFE = timedelta(hours=24)


def routes(site: Site, register: Register | None) -> APIRouter:
    """How a terminal gets its certificate; `POST` makes a token and shows it, once. Without a register nobody needs one."""
    router = APIRouter()
    terminals = {terminal.id for terminal in site.config.terminal}

    async def page(request: Request, terminal: str, *, make: bool) -> Response:
        session = await site.guard.need(request, *ORDER)
        if terminal not in terminals:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        shown: dict[str, Any] = {"token": None, "until": None, "drawn": None}
        if make:
            await site.guard.form(request, session)
        if make and register is not None:
            token, until = await asyncio.to_thread(register.new_token, terminal, LIFE)
            where = address(request)
            await asyncio.to_thread(lambda: site.audit.append(session.account.name, "enrol-token", terminal, address=where))
            drawn = svg(f"jiaohao-enrol:{terminal}:{token}:{site.config.hall.web_address or ''}")
            shown = {"token": token, "until": until.astimezone(site.config.zone), "drawn": drawn}
        return site.pages.page(request, "token.html", session=session, terminal=terminal, needed=register is not None, **shown)

    @router.get("/token/{terminal}")
    async def ask(request: Request, terminal: str) -> Response:
        return await page(request, terminal, make=False)

    @router.post("/token/{terminal}")
    async def make(request: Request, terminal: str) -> Response:
        return await page(request, terminal, make=True)

    return router
