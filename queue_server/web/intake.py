"""Where the approval platform hands its cases over: `POST /api/cases` with the token of `case-token.txt`.

`Authorization: Bearer <token>`, the body JSON or CSV by its Content-Type. All cases are taken, or none:
200 {"taken": 12}, 400 {"problems": [{"row", "key", "reason"}]}, 401 without the token.
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

from queue_server.api.cases import Case
from queue_server.cases import book
from queue_server.cases.incoming import BadCases, from_csv, from_json
from queue_server.service.token import Signer, hall_key

TOKEN_FILE = "case-token.txt"  # noqa: S105 - the name of the file
READ: dict[str, Callable[[bytes], list[Case]]] = {"application/json": from_json, "text/csv": from_csv}


def routes(writer: Engine, state: Path) -> APIRouter:
    """`/api/cases`. The token is made on the first start, readable for its owner only."""
    router = APIRouter()
    token = _token(state / TOKEN_FILE)

    @router.post("/api/cases")
    async def take(request: Request) -> JSONResponse:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), token.encode()):
            return JSONResponse(
                {"error": f"give the token of {TOKEN_FILE}: Authorization: Bearer ..."}, HTTPStatus.UNAUTHORIZED
            )
        read = READ.get(request.headers.get("content-type", "").partition(";")[0].strip().lower())
        if read is None:
            return JSONResponse({"error": f"send {' or '.join(READ)}"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        return await asyncio.to_thread(_take, writer, read, await request.body())

    return router


def _take(writer: Engine, read: Callable[[bytes], list[Case]], body: bytes) -> JSONResponse:
    try:
        cases = read(body)
    except BadCases as error:
        problems: list[dict[str, Any]] = [asdict(problem) for problem in error.problems]
        return JSONResponse({"problems": problems}, HTTPStatus.BAD_REQUEST)
    with writer.begin() as connection:
        return JSONResponse({"taken": book.put(connection, Signer(hall_key(connection)), cases, datetime.now(UTC))})


def _token(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32) + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
