"""`/enrol` and `/enrol/renew`: where terminals get their certificates. Open to all: the token or the old key is the proof."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from queue_server.enrolment.register import EnrolmentRefused, Granted, Register
from queue_server.row_files.json_text import json_of
from queue_server.web.auth.guard import address
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
WHO = "enrolment"
BY_ANYBODY = ("wrong-token", "bad-request", "unknown-certificate", "too-often")
"""Refusals that a stranger can cause as often as he likes: they are logged, and must not fill the audit."""


def routes(site: Site, register: Register | None) -> APIRouter:
    """`POST /enrol` {token, request, mac} and `POST /enrol/renew` {certificate, request, signature}, as `link.enrol` asks."""
    router = APIRouter()

    async def grant(request: Request, what: str, ask: Callable[[dict[str, Any]], Granted]) -> Granted | Response:
        try:
            body: Any = json_of(await request.body())
            granted = await asyncio.to_thread(ask, body)
        except (ValueError, KeyError, TypeError, AttributeError):
            return _error("bad-request")
        except EnrolmentRefused as refused:
            if refused.reason not in BY_ANYBODY:
                note = {"detail": refused.reason, "address": address(request)}
                await asyncio.to_thread(lambda: site.audit.append(WHO, f"{what}-refused", "", **note))
            LOG.warning("%s from %s refused: %s", what, address(request), refused.reason)
            return _error(refused.reason)
        await asyncio.to_thread(lambda: site.audit.append(WHO, what, granted.terminal, address=address(request)))
        return granted

    @router.post("/enrol")
    async def enrol(request: Request) -> Response:
        if register is None:
            return _error("no-enrolment")
        granted = await grant(
            request, "enrol", lambda b: register.enrol(str(b["token"]), str(b["request"]).encode(), bytes.fromhex(b["mac"]))
        )
        if isinstance(granted, Response):
            return granted
        told = {
            "terminal": granted.terminal,
            "certificate": granted.certificate,
            "ca": register.authority.pem,
            "time": site.clock().isoformat(),
        }
        body = json.dumps(told)
        mac = hmac.digest(granted.signing_key, b"answer" + body.encode(), "sha256").hex()
        return JSONResponse({"body": body, "mac": mac})

    @router.post("/enrol/renew")
    async def renew(request: Request) -> Response:
        if register is None:
            return _error("no-enrolment")
        granted = await grant(
            request,
            "renew",
            lambda b: register.renew(
                str(b["certificate"]).encode(), str(b["request"]).encode(), base64.b64decode(b["signature"], validate=True)
            ),
        )
        if isinstance(granted, Response):
            return granted
        return JSONResponse({"certificate": granted.certificate})

    return router


def _error(code: str) -> Response:
    return JSONResponse({"status": "error", "error": {"code": code}}, HTTPStatus.FORBIDDEN)
