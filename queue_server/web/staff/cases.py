"""The cases of the approval platform for the staff: masked, with their deadlines (预警, 黄牌, 红牌), and each by itself."""

from __future__ import annotations

import asyncio
from datetime import date
from http import HTTPStatus
from typing import Any, get_args

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import Connection

from contract.wire.case import ENDED, STATES, Case
from contract.wire.facts import DeadlineState
from queue_server.cases import repository
from queue_server.cases.repository import Wanted
from queue_server.codes.seal import code_of
from queue_server.codes.signer import Signer
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.deadline import COLOURS, Deadline, last_days
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key
from queue_server.web import qr
from queue_server.web.auth.sessions import Session
from queue_server.web.site import Site

ROLES = ("clerk", "supervisor", "administrator")
PAGE = 50
DEADLINES: tuple[DeadlineState, ...] = get_args(DeadlineState)


def routes(site: Site, database: Database) -> APIRouter:
    """`/cases` and `/cases/<number>`."""
    router = APIRouter()
    hall = HallRules(site.config)

    @router.get("/cases")
    async def listed(request: Request, q: str = "", state: str = "", deadline: str = "", page: int = 1) -> Response:
        session = await site.guard.need(request, *ROLES)
        today = site.today()
        days = (today, *last_days(today, hall.calendar.working_days))
        colour = next((known for known in DEADLINES if known == deadline), None)
        wanted = Wanted(days, q.strip()[:100], state if state in STATES else "", colour)
        number = max(1, min(page, 10_000))

        def look() -> dict[str, Any]:
            with database.look() as connection:
                found, count = repository.listed(connection, wanted, PAGE, (number - 1) * PAGE)
                return {"count": count, "colours": repository.count_by_deadline(connection, days), "cases": found}

        facts = await asyncio.to_thread(look)
        facts["cases"] = [(case, _deadline(hall, case, today)) for case in facts["cases"]]
        return _page(site, request, session, "cases/list.html", wanted=wanted, page=number, per_page=PAGE, **facts)

    @router.get("/cases/{number}")
    async def one(request: Request, number: str) -> Response:
        session = await site.guard.need(request, *ROLES)

        def look() -> tuple[Case, str] | None:
            with database.look() as connection:
                return _with_code(connection, site, number)

        found = await asyncio.to_thread(look)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        case, code = found
        return _page(
            site, request, session, "cases/one.html", case=case, deadline=_deadline(hall, case, site.today()), qr=qr.svg(code)
        )

    return router


def _page(site: Site, request: Request, session: Session, template: str, **facts: Any) -> Response:
    return site.pages.page(
        request, template, session=session, states=STATES, words=COLOURS, deadlines=DEADLINES, zone=site.config.zone, **facts
    )


def _deadline(hall: HallRules, case: Case, today: date) -> Deadline | None:
    """How far an open case is from its day."""
    if case.binding_on is None or case.state in ENDED:
        return None
    return hall.deadline(case.binding_on, today)


def _with_code(connection: Connection, site: Site, number: str) -> tuple[Case, str] | None:
    case = repository.find(connection, number)
    if case is None:
        return None
    return case, code_of(Signer(hall_key(connection)), "case", site.config.hall.id, case.number)
