"""Where platforms hand things over: the approval platform its cases, the booking platform its appointments.

`POST /api/cases` with the token of `case-token.txt`, `POST /api/appointments` with that of `appointment-token.txt`, as
`Authorization: Bearer <token>`; the body is JSON or CSV by its Content-Type. Everything is taken, or nothing:
200 {"taken": 12} or {"appointments": [...]}, 400 {"problems": [{"row", "key", "reason", "zh"}]}, 401 without the token.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Engine

from contract.configuration.hall import HallConfig
from queue_server.appointments import repository as appointments
from queue_server.appointments.intake import BookedAppointment, take_in
from queue_server.appointments.row_format import bookings
from queue_server.cases import repository as cases
from queue_server.cases.row_format import CASES
from queue_server.codes.signer import Signer, hall_key
from queue_server.row_files import BadRows, RowReader
from queue_server.web.api.token_files import token_of

TOKEN_FILE = "case-token.txt"  # noqa: S105 - the name of the file
APPOINTMENT_TOKEN_FILE = "appointment-token.txt"  # noqa: S105
KINDS = ("application/json", "text/csv")


def routes(writer: Engine, state: Path, config: HallConfig) -> APIRouter:
    """`/api/cases` and `/api/appointments`. The tokens are made on the first start, readable for their owner only."""
    router = APIRouter()
    case_token, appointment_token = token_of(state / TOKEN_FILE), token_of(state / APPOINTMENT_TOKEN_FILE)

    def take_cases(numbered: list[tuple[int, Any]]) -> dict[str, Any]:
        with writer.begin() as connection:
            signer = Signer(hall_key(connection))
            return {"taken": cases.put(connection, signer, [case for _, case in numbered], datetime.now(UTC))}

    def take_appointments(numbered: list[tuple[int, Any]]) -> dict[str, Any]:
        return {"appointments": [_told(taken) for taken in take_in(writer, config, numbered, datetime.now(UTC))]}

    def cancel(name: str) -> bool:
        with writer.begin() as connection:
            known = appointments.of_reference(connection, name) or appointments.find(connection, name)
            return known is not None and (known.state == "cancelled" or appointments.cancel(connection, known.id))

    @router.post("/api/cases")
    async def post_cases(request: Request) -> JSONResponse:
        return await _take(request, case_token, TOKEN_FILE, CASES, take_cases)

    @router.post("/api/appointments")
    async def post_appointments(request: Request) -> JSONResponse:
        return await _take(request, appointment_token, APPOINTMENT_TOKEN_FILE, bookings(config.zone), take_appointments)

    @router.post("/api/appointments/{name}/cancel")
    async def cancel_appointment(request: Request, name: str) -> JSONResponse:
        if not _has(request, appointment_token):
            return _no_token(APPOINTMENT_TOKEN_FILE)
        if not await asyncio.to_thread(cancel, name[:64]):
            return JSONResponse({"error": "it is not booked, or not any more"}, HTTPStatus.CONFLICT)
        return JSONResponse({"cancelled": name})

    return router


async def _take(
    request: Request, token: str, file: str, rows: RowReader[Any], take: Callable[[list[tuple[int, Any]]], dict[str, Any]]
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
        return JSONResponse({"problems": [asdict(problem) for problem in error.problems]}, HTTPStatus.BAD_REQUEST)


def _told(taken: BookedAppointment) -> dict[str, Any]:
    made = taken.appointment
    return {"id": made.id, "reference": made.reference, "state": made.state, "code": taken.code, "url": taken.address}


def _has(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return secrets.compare_digest(given.encode(), token.encode())


def _no_token(file: str) -> JSONResponse:
    return JSONResponse({"error": f"give the token of {file}: Authorization: Bearer ..."}, HTTPStatus.UNAUTHORIZED)
