"""The question before a terminal, or the server, goes back to an older version: why. The answer stands in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request, Response
from starlette.datastructures import FormData

from queue_server.web.auth.sessions import Session
from queue_server.web.site import Site

LONGEST = 200
"""Maximum number of characters of a reason."""


def reason_in(form: FormData) -> str:
    """Why somebody wants an older version, as a form says it; empty where it does not."""
    return " ".join(str(form.get("reason", "")).split())[:LONGEST]


def ask_why(
    site: Site, request: Request, session: Session, version: str, running: Mapping[str, str], form: FormData
) -> Response:
    """The page that asks. `running`: by terminal what runs there; the server's own machine is the terminal "".

    It posts the same form to the same address again, with the reason.
    """
    return site.pages.page(
        request,
        "older-version.html",
        status=HTTPStatus.CONFLICT,
        session=session,
        version=version,
        running=running,
        server="" in running,
        fields={name: value for name, value in form.items() if isinstance(value, str) and name not in ("csrf", "reason")},
        action=request.url.path,
        longest=LONGEST,
    )
