"""What the phone shows for the code of an appointment or a case: the same facts as the kiosk, by the code alone."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from queue_server.api.codes import PREFIXES, CodeKind
from queue_server.desk import NoAnswer
from queue_server.web.site import Site

LONGEST = 200


def routes(site: Site) -> APIRouter:
    """`/a/<code>` and `/c/<code>`, as they stand in QR codes."""
    router = APIRouter()

    async def show(request: Request, kind: CodeKind, code: str) -> Response:
        answer = await site.desk.ask("scan", {"code": PREFIXES[kind] + code[:LONGEST]}, actor="phone")
        if answer.status == "ok" and answer.data is not None:
            return site.pages.page(
                request, f"phone/{kind}.html", guess=True, found=answer.data[kind], config=site.config, day=_day
            )
        if answer.error is None or answer.error.code in ("busy", "internal"):
            raise NoAnswer("scan")
        return site.pages.page(request, "phone/bad-code.html", guess=True, why=answer.error.texts, status=HTTPStatus.NOT_FOUND)

    @router.get("/a/{code}")
    async def appointment(request: Request, code: str) -> Response:
        return await show(request, "appointment", code)

    @router.get("/c/{code}")
    async def case(request: Request, code: str) -> Response:
        return await show(request, "case", code)

    return router


def _day(text: str) -> str:
    """A time of an answer as day and minute."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"
