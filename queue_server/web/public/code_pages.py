"""What the phone shows for the code of an appointment or a case: the same facts as the kiosk, by the code alone.

Without the code a case is found as at the kiosk, by its number and the last four of the ID number; wrong tries are few.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from contract.wire import answers, messages
from contract.wire.answers import AppointmentScan, CaseAnswer, CaseScan
from contract.wire.scanned_code import PREFIXES, CodeKind
from queue_server.hall_access import HallUnavailable
from queue_server.web.auth.guard import place
from queue_server.web.site import Site

LONGEST = 200
MISTYPED = messages.Text(
    "请填写办件编号和身份证号码后四位（末位可以是 X）。",
    "Give the case's number and the last four characters of the ID number.",
)


def routes(site: Site) -> APIRouter:
    """`/a/<code>` and `/c/<code>`, as they stand in QR codes, and `/c`, where a case is asked for."""
    router = APIRouter()

    async def show(request: Request, kind: CodeKind, code: str) -> Response:
        answer = await site.hall.ask("scan", {"code": PREFIXES[kind] + code[:LONGEST]}, actor="phone")
        match answers.of_scan(answer):
            case AppointmentScan(appointment):
                return site.pages.page(
                    request, "phone/appointment.html", guess=True, found=appointment, config=site.config, day=_day
                )
            case CaseScan(case):
                return site.pages.page(request, "phone/case.html", guess=True, found=case)
        if answer.error is None or answer.error.code in ("busy", "internal"):
            raise HallUnavailable("scan")
        return site.pages.page(request, "phone/bad-code.html", guess=True, why=answer.error.texts, status=HTTPStatus.NOT_FOUND)

    @router.get("/a/{code}")
    async def appointment(request: Request, code: str) -> Response:
        return await show(request, "appointment", code)

    @router.get("/c/{code}")
    async def case(request: Request, code: str) -> Response:
        return await show(request, "case", code)

    @router.get("/c")
    async def ask(request: Request) -> Response:
        return site.pages.page(request, "phone/find-case.html", guess=True, number="", why=None)

    @router.post("/c")
    async def find(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=5)
        number, last_four = (str(form.get(key, "")).strip()[:64] for key in ("number", "last_four"))
        who = f"phone {place(request)}"
        answer = await site.hall.ask("find-case", {"number": number, "last_four": last_four}, actor=who)
        found = answers.of(answer, CaseAnswer)
        if found is not None:
            code = found.case.code.removeprefix(PREFIXES["case"])
            return RedirectResponse(f"/c/{code}", HTTPStatus.SEE_OTHER)
        if answer.error is None or answer.error.code in ("busy", "internal"):
            raise HallUnavailable("find-case")
        why = MISTYPED if answer.error.code == "bad-request" else answer.error.texts
        return site.pages.page(request, "phone/find-case.html", status=HTTPStatus.FORBIDDEN, guess=True, number=number, why=why)

    return router


def _day(moment: datetime) -> str:
    """A time of an answer as day and minute."""
    return f"{moment:%Y-%m-%d %H:%M}"
