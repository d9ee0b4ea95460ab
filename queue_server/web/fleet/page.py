"""The fleet page: every terminal and device of the hall, what they can be asked, and who looks after which alert."""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import get_args

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from contract.characters import UNPRINTABLE
from contract.wire import codec, messages
from contract.wire.device_state import FINE, SOON
from contract.wire.messages import Act, Alert, TerminalStatus
from contract.wire.topics import expiry_s
from queue_server.enrolment.register import Register, Standing
from queue_server.web import alert_readers, server_trouble
from queue_server.web.auth.sessions import Session
from queue_server.web.fleet.alert_owners import AlertOwners
from queue_server.web.fleet.terminal_orders import TerminalOrders
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
LOOK = ("supervisor", "technician", "administrator")
ORDER = ("technician", "administrator")
ACTS: tuple[Act, ...] = get_args(Act)
OF_OTHER_PAGES: tuple[Act, ...] = ("reprint", "update")
"""What needs more than a terminal's name."""
EXPIRY_S = expiry_s("terminal/<id>/ask")
LIVE_PAUSE_S = 1.0
ENDS_SOON = timedelta(days=60)
"""A certificate is renewed by itself in its last 120 days: one that is about to end has not been for a long time."""


def routes(site: Site, orders: TerminalOrders, owners: AlertOwners, register: Register | None) -> APIRouter:
    """`/fleet`, its live stream, `POST /fleet/<terminal>/<act>`, the pictures and logs, `POST /fleet/alert/<alert>`."""
    router = _looks(site, orders, owners, register)
    router.include_router(_orders(site, orders))
    return router


def _looks(site: Site, orders: TerminalOrders, owners: AlertOwners, register: Register | None) -> APIRouter:
    """The page, and who looks after an alert."""
    router = APIRouter()

    async def part(session: Session, language: str) -> str:
        standing = site.states("alert/", "", Alert)
        alerts = alert_readers.read_by(session.account.role, standing)
        taken = await asyncio.to_thread(owners.all, {name: alert.since for name, alert in alerts.items()})
        standings = await asyncio.to_thread(register.standings) if register is not None else None
        heard = server_trouble.is_heard(standing.values())
        sections = _sections(site, orders, standings, session, language, heard=heard)
        return site.pages.part(language, "fleet/terminals.html", sections=sections, alerts=alerts, taken=taken, session=session)

    @router.get("/fleet")
    async def fleet(request: Request) -> Response:
        session = await site.guard.need(request, *LOOK)
        return site.pages.page(request, "fleet.html", session=session, part=await part(session, site.pages.language(request)))

    @router.get("/fleet/live")
    async def live(request: Request) -> Response:
        session = await site.guard.need(request, *LOOK)
        language = site.pages.language(request)

        async def render() -> dict[str, str] | None:
            again = await asyncio.to_thread(site.sessions.again, session.id)
            return None if again is None else {"fleet": await part(again, language)}

        return site.staff.open(request, render, "terminal/", "alert/", pause_s=LIVE_PAUSE_S)

    @router.post("/fleet/alert/{alert}")
    async def take(request: Request, alert: str) -> Response:
        session = await site.guard.need(request, *LOOK)
        await site.guard.form(request, session)
        standing = site.state(f"alert/{alert}", Alert)
        if standing is not None and session.account.role in alert_readers.readers(standing.kind):
            account = session.account.name
            await asyncio.to_thread(owners.take, alert, standing.since, account, site.clock())
            await site.note(request, session, "take-alert", alert)
            site.changes.tell(f"alert/{alert}")
        return RedirectResponse("/fleet", HTTPStatus.SEE_OTHER)

    return router


def _orders(site: Site, orders: TerminalOrders) -> APIRouter:
    """What terminals are asked, and the content that they send."""
    router = APIRouter()

    @router.post("/fleet/{terminal}/{act}")
    async def order(request: Request, terminal: str, act: Act) -> Response:
        session = await site.guard.need(request, *(LOOK if act == "refilled" else ORDER))
        form = await site.guard.form(request, session)
        if terminal not in {known.id for known in site.config.terminal} or act in OF_OTHER_PAGES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        device = next((known.id for known in site.config.device if known.id == form.get("device")), None)
        if act == "refilled" and device is None:
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        ask = messages.TerminalAsk(str(uuid.uuid4()), act, device=device)
        orders.sent(terminal, ask.id, act)
        site.hall.say(f"terminal/{terminal}/ask", codec.encode(ask), EXPIRY_S)
        await site.note(request, session, act, terminal)
        site.changes.tell(f"terminal/{terminal}/ask")
        return RedirectResponse(f"/fleet#{terminal}", HTTPStatus.SEE_OTHER)

    @router.get("/fleet/{terminal}/{act}")
    async def content(request: Request, terminal: str, act: Act) -> Response:
        await site.guard.need(request, *ORDER)
        done = orders.latest(terminal).get(act)
        if done is None or done.state != "done" or done.media not in ("image/png", "application/zip"):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        name = f"{terminal}-{done.asked_at.astimezone(site.config.zone):%Y%m%d-%H%M%S}"
        headers = {} if done.media == "image/png" else {"Content-Disposition": f'attachment; filename="{name}.zip"'}
        return Response(done.content, media_type=done.media, headers=headers)

    return router


def _sections(
    site: Site,
    orders: TerminalOrders,
    standings: dict[str, Standing] | None,
    session: Session,
    language: str,
    *,
    heard: bool,
) -> list[str]:
    """Every terminal of the configuration with what is known of it; strangers behind them for as long as they speak.
    `standings` are those of the register, None in a hall without certificates; `heard` is whether the broker is.

    Each is rendered by itself: what one of them reports never takes the page on which it is revoked.
    """
    states = site.states("terminal/", "/status", TerminalStatus)
    speak = {name for name, status in states.items() if status.state in ("init", "ready")}
    known = {terminal.id for terminal in site.config.terminal}

    def section(name: str, told: dict[str, object]) -> str:
        terminal = _configured(site, name) | _certified(name, standings) | told
        return site.pages.part(
            language,
            "fleet/terminal.html",
            terminal=terminal,
            session=session,
            queue_names={queue.id: getattr(queue.name, language) for queue in site.config.queue},
            may_order=session.account.role in ORDER,
            heard=heard,
            fine=FINE,
            soon=SOON,
            zone=site.config.zone,
            ends_soon=site.clock() + ENDS_SOON,
        )

    def either(name: str) -> str:
        try:
            return section(name, _told(orders, name, states.get(name)))
        except Exception:
            LOG.exception("what terminal %s reports cannot be shown", name)
            return section(name, {"status": None, "orders": {}, "seen": None, "lease": None, "unshown": True})

    return [either(terminal) for terminal in [*(one.id for one in site.config.terminal), *sorted(speak - known)]]


def _configured(site: Site, name: str) -> dict[str, object]:
    """A terminal as the hall's configuration has it."""
    known = {terminal.id: terminal for terminal in site.config.terminal}.get(name)
    return {
        "id": name,
        "role": known.role if known else None,
        "group": known.group if known else None,
        "place": known.place if known else None,
        "window": site.window(known.window or "") if known else None,
        "models": {device.id: device.model for device in site.config.device},
    }


def _certified(name: str, standings: dict[str, Standing] | None) -> dict[str, object]:
    return {"enrols": standings is not None, "certificate": standings.get(name) if standings is not None else None}


def _told(orders: TerminalOrders, name: str, status: TerminalStatus | None) -> dict[str, object]:
    """What a terminal says of itself, and what came of its orders."""
    return {
        "status": None if status is None else msgspec.convert(_printable(msgspec.to_builtins(status)), TerminalStatus),
        "orders": orders.latest(name),
        "seen": orders.seen(name, status),
        "lease": orders.lease(name, status),
        "unshown": False,
    }


def _printable(value: object) -> object:
    """What a terminal reports, without characters that turn the text around them about."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("", value)
    if isinstance(value, dict):
        return {_printable(key): _printable(one) for key, one in value.items()}
    return [_printable(one) for one in value] if isinstance(value, list) else value
