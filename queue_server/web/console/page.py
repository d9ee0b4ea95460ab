"""The clerk console: choose a window, call, serve, finish; live by server-sent events.

A session holds its window alone. Whoever takes the window later (another log-in here, or another clerk over MQTT) ends
that hold, and the first console says so; the ticket at the window stays as it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import FormData

from contract.configuration.hall import Clerk, Window
from contract.wire import answers, messages
from contract.wire.pause_reasons import PAUSE_REASONS
from queue_server.hall_access import HallUnavailable
from queue_server.row_files.json_text import json_of
from queue_server.web.auth.guard import Forbidden, address
from queue_server.web.auth.sessions import Session
from queue_server.web.console import view
from queue_server.web.console.duty import clerk_of, is_on_duty, stand_ins, taken_by
from queue_server.web.console.hall_now import ConsoleViews
from queue_server.web.console.parts import rendered
from queue_server.web.console.said import done, why_not
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
SETTLE_S = 1.0
ROLES = ("clerk", "supervisor", "administrator")
WATCHED = ("display/", "terminal/", "alert/", "server/")
"""What every console watches, beside its own window, that window's queues, and its session."""
LINE_PAUSE_S = 1.0
"""A console shows what happens at its own window at once, and the line of everybody so often."""
QUESTIONS_KEPT = 100
"""Of so many people at once who were asked whether to take a window over; whoever has gone away does not answer."""
FIELDS: dict[str, tuple[str, ...]] = {
    "call-next": (),
    "call-ticket": ("ticket", "reason"),
    "recall": (),
    "start-service": (),
    "finish-service": (),
    "no-show": (),
    "hold": (),
    "resume": ("ticket",),
    "transfer": ("to_queue", "to_window", "return"),
    "requeue": ("ticket",),
    "pause-window": ("reason",),
    "open-window": (),
}
"""What a console may ask for: verb → the fields that come from the browser. The window is always the session's own."""


@dataclass(frozen=True)
class AskedFirst:
    """What has to be confirmed before somebody takes a window."""

    window: Window
    answer: answers.Answer


def routes(site: Site) -> APIRouter:
    """`/console` and what belongs to it."""
    views = ConsoleViews(site)
    router = _at_window(site, views)
    router.include_router(_duty(site, views))
    return router


def _at_window(site: Site, views: ConsoleViews) -> APIRouter:
    """The console: its page, its buttons, its live stream."""
    router = APIRouter()

    @router.get("/console")
    async def console(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        window = site.window(session.window) if session.window else None
        return await (_choice(site, request, session) if window is None else _console(site, views, request, session, window))

    @router.post("/console/command")
    async def command(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        site.guard.header(request, session)
        return await _command(site, request, session)

    @router.get("/console/live")
    async def live(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        language = site.pages.language(request)

        async def render() -> dict[str, str] | None:
            now = await asyncio.to_thread(site.sessions.again, session.id)
            window = site.window(now.window) if now and now.window else None
            if now is None or window is None or now.window != session.window:
                return None
            return await rendered(site, views, language, now, window)

        own = (f"window/{session.window}/", f"rating/{session.window}/", "session")
        queues = (f"queue/{queue}/" for queue in site.queues_at(session.window or ""))
        return site.staff.open(request, render, *WATCHED, *queues, at_once=own, pause_s=LINE_PAUSE_S)

    return router


def _duty(site: Site, views: ConsoleViews) -> APIRouter:
    """Coming to a window, and leaving it."""
    router, questions = APIRouter(), dict[str, AskedFirst]()

    @router.post("/console/window")
    async def take(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        form = await site.guard.form(request, session)
        return await _take(site, questions, request, session, form)

    @router.get("/console/window")
    async def question(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        asked = questions.get(session.id)
        if asked is None:
            return RedirectResponse("/console", HTTPStatus.SEE_OTHER)
        words = why_not(site, request, asked.answer)
        state = site.window_states().get(asked.window.id)
        there = (await stand_ins(site)).get(asked.window.id, "")
        return site.pages.page(
            request,
            "take-over.html",
            session=session,
            window=asked.window,
            question=words,
            stand_in=there,
            taken=bool(there) or taken_by(site, session, state) is not None,
        )

    @router.post("/console/leave")
    async def leave(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        form = await site.guard.form(request, session)
        trouble = ""
        if session.window and form.get("close"):
            answer = await site.hall.ask("close-window", {"window": session.window}, actor=session.account.name)
            trouble = why_not(site, request, answer)
        if trouble and (window := site.window(session.window or "")) is not None:
            return await _console(site, views, request, session, window, trouble=trouble)
        await asyncio.to_thread(site.sessions.leave_window, session)
        return RedirectResponse("/console", HTTPStatus.SEE_OTHER)

    return router


async def _console(
    site: Site, views: ConsoleViews, request: Request, session: Session, window: Window, *, trouble: str = ""
) -> Response:
    """The page of a clerk at a window; `trouble` is why the window could not be left."""
    views.renew()
    return site.pages.page(
        request,
        "console.html",
        status=HTTPStatus.CONFLICT if trouble else HTTPStatus.OK,
        session=session,
        window=window,
        keys=view.KEYS,
        pauses=PAUSE_REASONS,
        parts=await rendered(site, views, site.pages.language(request), session, window),
        trouble=trouble,
    )


async def _choice(site: Site, request: Request, session: Session, *, trouble: str = "", status: int = 200) -> Response:
    """The page on which a clerk chooses a window."""
    return site.pages.page(
        request,
        "windows.html",
        status=status,
        session=session,
        windows=_windows_for(site, session),
        states=site.window_states(),
        stand_ins=await stand_ins(site),
        trouble=trouble,
        lost=site.window(session.lost_window) if session.lost_window else None,
    )


def _windows_for(site: Site, session: Session) -> list[Window]:
    """The windows at which this person may work: those of the clerk, or all; none for a clerk whom the hall has no more."""
    clerk = clerk_of(site, session)
    if clerk is None and session.account.clerk:
        return []
    return [w for w in site.config.window if clerk is None or not clerk.windows or w.id in clerk.windows]


async def _take(site: Site, questions: dict[str, AskedFirst], request: Request, session: Session, form: FormData) -> Response:
    """Open a window and hold it; where somebody else is concerned, ask first, on a page to which one can go back."""
    questions.pop(session.id, None)
    window = next((w for w in _windows_for(site, session) if w.id == form.get("window")), None)
    if window is None:
        raise Forbidden
    clerk = clerk_of(site, session)
    body: dict[str, object] = {"window": window.id, "confirmed": form.get("confirmed") == "1"}
    body |= {"clerk": clerk.id} if clerk else {"stand_in": True}
    state = site.state(f"window/{window.id}/state", messages.WindowState)
    # A paused window stays paused for the next clerk too; taking it again after a lost connection must not open it.
    if state is None or state.state != "paused" or not is_on_duty(state, clerk):
        answer = await site.hall.ask("open-window", body, actor=session.account.name)
        if answer.error is not None and answer.error.code == "in-use":
            if len(questions) >= QUESTIONS_KEPT:
                questions.pop(next(iter(questions)))
            questions[session.id] = AskedFirst(window, answer)
            return RedirectResponse("/console/window", HTTPStatus.SEE_OTHER)
        if trouble := why_not(site, request, answer):
            return await _choice(site, request, session, trouble=trouble, status=HTTPStatus.CONFLICT)
    await _on_duty(site, window, clerk)
    before = await asyncio.to_thread(site.sessions.take_window, session, window.id)
    site.changes.tell("session")
    await asyncio.to_thread(
        site.audit.append, session.account.name, "window-taken", window.id, detail=", ".join(before), address=address(request)
    )
    return RedirectResponse("/console", HTTPStatus.SEE_OTHER)


async def _on_duty(site: Site, window: Window, clerk: Clerk | None) -> None:
    """Wait a moment until the published state of the window names this clerk: it comes just after the answer."""
    topic = f"window/{window.id}/state"
    with site.changes.reader((topic,)) as changed, contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            while (state := site.state(topic, messages.WindowState)) is None or not is_on_duty(state, clerk):
                changed.clear()
                await changed.wait()


async def _command(site: Site, request: Request, session: Session) -> Response:
    """Hand one press of a button to the ledger; the browser keeps the request id on every retry."""
    asked = command_in(await request.body())
    if asked is None:
        return _error("bad-request", HTTPStatus.BAD_REQUEST)
    verb, request_id, fields = asked
    window = site.window(session.window) if session.window else None
    state = site.state(f"window/{window.id}/state", messages.WindowState) if window else None
    if window is None or taken_by(site, session, state):
        return _error("taken-over", HTTPStatus.CONFLICT)
    body = fields | {"window": window.id}
    clerk = clerk_of(site, session)
    if verb == "open-window" and clerk is not None:
        body["clerk"] = clerk.id
    try:
        answer = await site.hall.ask(verb, body, request_id=request_id, actor=session.account.name)
    except HallUnavailable:
        return _error("no-answer", HTTPStatus.SERVICE_UNAVAILABLE)
    if verb == "call-ticket" and answer.status == "ok":
        detail = str(fields.get("reason", ""))
        subject = str(fields.get("ticket", ""))
        await asyncio.to_thread(
            site.audit.append, session.account.name, "ticket-chosen", subject, detail=detail, address=address(request)
        )
    content: dict[str, object] = {"status": answer.status}
    if answer.error is not None:
        content |= {"code": answer.error.code, "message": why_not(site, request, answer)}
    else:
        content["message"] = done(site, request, verb, fields, answer)
    return JSONResponse(content)


def command_in(payload: bytes) -> tuple[str, str, dict[str, object]] | None:
    """(verb, request id, fields) of a posted command, or None when it is none of ours."""
    try:
        posted: Any = json_of(payload)
        verb, request_id = posted["verb"], str(uuid.UUID(posted["request_id"]))
        fields = {name: posted[name] for name in FIELDS[verb] if posted.get(name) not in (None, "")}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return verb, request_id, fields


def _error(code: str, status: int) -> Response:
    return JSONResponse({"status": "error", "code": code}, status)
