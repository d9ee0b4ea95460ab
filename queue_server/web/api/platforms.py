"""Where platforms hand things over: the approval platform its cases, the booking platform its appointments.

`POST /api/cases` with the token of `case-token.txt`, `POST /api/appointments` with that of `appointment-token.txt`, as
`Authorization: Bearer <token>`; the body is JSON or CSV by its Content-Type. Everything is taken, or nothing:
200 {"taken": 12} or {"appointments": [...]}, 400 {"problems": [{"row", "key", "reason", "zh"}]}, 401 without the token.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from contract.configuration.hall import HallConfig
from contract.wire.case import Case
from queue_server.appointments import repository as appointments
from queue_server.appointments.intake import BookedAppointment
from queue_server.appointments.intake import take_in as book
from queue_server.appointments.repository import Booking
from queue_server.appointments.row_format import bookings
from queue_server.cases.intake import take_in as put
from queue_server.cases.row_format import CASES
from queue_server.row_files.problem import BadRows
from queue_server.row_files.reader import M, RowReader
from queue_server.store.database import Database
from queue_server.web.api import token_files
from queue_server.web.api.token_files import ApiTokens

KINDS = ("application/json", "text/csv")


def routes(database: Database, config: HallConfig, tokens: ApiTokens, clock: Callable[[], datetime]) -> APIRouter:
    """`/api/cases` and `/api/appointments`."""
    router = APIRouter()
    writer = database.writer

    def take_cases(numbered: list[tuple[int, Case]]) -> dict[str, object]:
        return {"taken": put(database, numbered, clock()).all}

    def take_appointments(numbered: list[tuple[int, Booking]]) -> dict[str, object]:
        return {"appointments": [_answer(booked) for booked in book(database, config, numbered, clock())]}

    def cancel(name: str) -> bool:
        with writer.begin() as connection:
            known = appointments.of_reference(connection, name) or appointments.find(connection, name)
            return known is not None and (known.state == "cancelled" or appointments.cancel(connection, known.id))

    @router.post("/api/cases")
    async def post_cases(request: Request) -> JSONResponse:
        return await _take(request, tokens.cases, token_files.CASES, CASES, take_cases)

    @router.post("/api/appointments")
    async def post_appointments(request: Request) -> JSONResponse:
        return await _take(request, tokens.appointments, token_files.APPOINTMENTS, bookings(config), take_appointments)

    @router.post("/api/appointments/{name}/cancel")
    async def cancel_appointment(request: Request, name: str) -> JSONResponse:
        if not _has(request, tokens.appointments):
            return _no_token(token_files.APPOINTMENTS)
        if not await asyncio.to_thread(cancel, name[:64]):
            return JSONResponse({"error": "it is not booked, or not any more"}, HTTPStatus.CONFLICT)
        return JSONResponse({"cancelled": name})

    return router


async def _take(
    request: Request, token: str, file: str, rows: RowReader[M], take: Callable[[list[tuple[int, M]]], dict[str, object]]
) -> JSONResponse:
    if not _has(request, token):
        return _no_token(file)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        return JSONResponse({"error": f"send {' or '.join(KINDS)}"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    read, body = rows.from_json if kind == KINDS[0] else rows.from_csv, await request.body()
    try:
        return JSONResponse(await asyncio.to_thread(lambda: take(read(body))))
    except BadRows as error:
        problems = [{"row": p.row, "key": p.key, "reason": p.reason, "zh": p.zh} for p in error.problems]
        return JSONResponse({"problems": problems}, HTTPStatus.BAD_REQUEST)


def _answer(booked: BookedAppointment) -> dict[str, str | None]:
    made = booked.appointment
    return {"id": made.id, "reference": made.reference, "state": made.state, "code": booked.code, "url": booked.address}


def _has(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return secrets.compare_digest(given.encode(), token.encode())


def _no_token(file: str) -> JSONResponse:
    return JSONResponse({"error": f"give the token of {file}: Authorization: Bearer ..."}, HTTPStatus.UNAUTHORIZED)
