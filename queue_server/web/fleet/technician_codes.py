"""The codes that open a terminal's technician page, for whoever looks after terminals: `/technician/<terminal>`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from contract.totp import STEP_S, code_at, step_of
from queue_server.codes.signer import Signer
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key
from queue_server.technician_codes import repository
from queue_server.web.auth.guard import address
from queue_server.web.fleet.page import ORDER
from queue_server.web.site import Site


def routes(site: Site, database: Database) -> APIRouter:
    """How to open the technician page of a terminal; `POST` makes a code and shows it, once."""
    router = APIRouter()
    terminals = {terminal.id for terminal in site.config.terminal if terminal.role in repository.FACES}

    async def page(request: Request, terminal: str, *, make: bool) -> Response:
        session = await site.guard.need(request, *ORDER)
        if terminal not in terminals:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        shown: dict[str, Any] = {"code": None, "offline": None, "until": None, "offline_until": None}
        if make:
            await site.guard.form(request, session)
            shown = await asyncio.to_thread(_codes, database, terminal, session.account.name, site.clock())
            where = address(request)
            await asyncio.to_thread(lambda: site.audit.append(session.account.name, "technician-code", terminal, address=where))
        return site.pages.page(request, "technician.html", session=session, terminal=terminal, zone=site.config.zone, **shown)

    @router.get("/technician/{terminal}")
    async def ask(request: Request, terminal: str) -> Response:
        return await page(request, terminal, make=False)

    @router.post("/technician/{terminal}")
    async def make(request: Request, terminal: str) -> Response:
        return await page(request, terminal, make=True)

    return router


def _codes(database: Database, terminal: str, account: str, now: datetime) -> dict[str, Any]:
    """A new one-time code, and the time-based one of this minute."""
    with database.writer.begin() as connection:
        signer = Signer(hall_key(connection))
        code, until = repository.new_code(connection, signer, terminal, account, now)
    step = step_of(now.timestamp())
    offline = code_at(repository.secret_of(signer, terminal), step)
    return {"code": code, "until": until, "offline": offline, "offline_until": datetime.fromtimestamp((step + 2) * STEP_S, UTC)}
