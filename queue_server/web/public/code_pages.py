"""What the phone shows for the code of an appointment or a case: the same facts as the kiosk, by the code alone.

Without the code a case is found as at the kiosk, by its number and the last four of the ID number; wrong tries are few.
Of right ones an address has an allowance, so that a program that asks without a pause takes the hall no time.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from http import HTTPStatus
from time import monotonic

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from contract.characters import plain
from contract.wire import answers, messages
from contract.wire.answers import AppointmentScan, CaseAnswer, CaseScan
from contract.wire.case_words import MEANINGS, step_words
from contract.wire.scanned_code import PREFIXES, CodeKind
from queue_server.appointments import repository
from queue_server.broker.budget import Allowance, Budget
from queue_server.hall_access import HallUnavailable
from queue_server.store.database import Database
from queue_server.web import qr
from queue_server.web.auth.guard import place
from queue_server.web.site import Site

LONGEST = 440
LOOK_UPS = Allowance(rate=0.5, at_once=60)
"""Of one address: 30 a minute for as long as it likes, and 60 at once, because the phones of a hall may share one."""
MISTYPED = messages.Text(
    "请填写办件编号，以及身份证号或信用代码的后四位。",
    "Give the case's number and the last four characters of the ID number or the credit code.",
)


class TooOften(Exception):
    """An address has used up its look-ups for now."""


def routes(site: Site, database: Database) -> APIRouter:
    """`/a/<code>` and `/c/<code>`, as they stand in QR codes, and `/c`, where a case is asked for."""
    budget = Budget()

    async def count(request: Request) -> None:
        if not budget.spend(place(request), "look-up", LOOK_UPS, monotonic()):
            raise TooOften

    router = APIRouter(dependencies=[Depends(count)])
    router.include_router(_appointments(site, database))
    router.include_router(_cases(site))
    return router


def _appointments(site: Site, database: Database) -> APIRouter:
    """The page of an appointment, and giving it up."""
    router = APIRouter()

    def give_up(identity: str) -> bool:
        with database.writer.begin() as connection:
            return repository.cancel(connection, identity)

    @router.get("/a/{code}")
    async def appointment(request: Request, code: str) -> Response:
        return await _show(site, request, "appointment", code)

    @router.post("/a/{code}/cancel")
    async def cancel(request: Request, code: str) -> Response:
        found = answers.of_scan(await _scanned(site, "appointment", code))
        given_up = isinstance(found, AppointmentScan) and await asyncio.to_thread(give_up, found.appointment.id)
        if given_up:
            return RedirectResponse(f"/a/{code}", HTTPStatus.SEE_OTHER)
        return await _show(site, request, "appointment", code, trouble=True)

    @router.get("/a/{code}/cancel")
    async def cancelled(code: str) -> Response:
        return RedirectResponse(f"/a/{code}", HTTPStatus.SEE_OTHER)

    return router


def _cases(site: Site) -> APIRouter:
    """The page of a case, and the way to it by number and last four digits."""
    router = APIRouter()

    @router.get("/c/{code}")
    async def case(request: Request, code: str) -> Response:
        return await _show(site, request, "case", code)

    @router.get("/c")
    async def ask(request: Request) -> Response:
        return site.pages.page(request, "phone/find-case.html", number="", why=None)

    @router.post("/c")
    async def find(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=5)
        number, last_four = (plain(str(form.get(key, "")))[:64] for key in ("number", "last_four"))
        who = f"phone {place(request)}"
        answer = await site.hall.ask("find-case", {"number": number, "last_four": last_four}, actor=who)
        found = answers.of(answer, CaseAnswer)
        if found is not None:
            code = found.case.code.removeprefix(PREFIXES["case"])
            return RedirectResponse(f"/c/{code}", HTTPStatus.SEE_OTHER)
        error = _refusal(answer, "find-case")
        why = MISTYPED if error.code == "bad-request" else error.texts
        return site.pages.page(request, "phone/find-case.html", status=HTTPStatus.FORBIDDEN, number=number, why=why)

    return router


async def _scanned(site: Site, kind: CodeKind, code: str) -> answers.Answer:
    return await site.hall.ask("scan", {"code": PREFIXES[kind] + code[:LONGEST]}, actor="phone")


async def _show(site: Site, request: Request, kind: CodeKind, code: str, *, trouble: bool = False) -> Response:
    """What a code stands for; `trouble`: it could not be given up."""
    answer = await _scanned(site, kind, code)
    match answers.of_scan(answer):
        case AppointmentScan(appointment):
            return site.pages.page(
                request,
                "phone/appointment.html",
                status=HTTPStatus.CONFLICT if trouble else HTTPStatus.OK,
                found=appointment,
                config=site.config,
                day=_day,
                code=code,
                qr=qr.svg(appointment.code),
                item=site.item(appointment.item or ""),
                trouble=trouble,
            )
        case CaseScan(case):
            return site.pages.page(
                request,
                "phone/case.html",
                found=case,
                meaning=MEANINGS[case.state],
                step_words=step_words,
                item=site.item(case.item_code),
                qr=qr.svg(case.code),
            )
    why = _refusal(answer, "scan").texts
    return site.pages.page(request, "phone/bad-code.html", why=why, status=HTTPStatus.NOT_FOUND)


def _refusal(answer: answers.Answer, verb: str) -> answers.Error:
    """Why the hall refused; raise HallUnavailable where it is the hall's own trouble."""
    if answer.error is None or answer.error.code in ("busy", "internal"):
        raise HallUnavailable(verb)
    return answer.error


def _day(moment: datetime) -> str:
    """A time of an answer as day and minute."""
    return f"{moment:%Y-%m-%d %H:%M}"
