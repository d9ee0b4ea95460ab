"""The fleet page: every terminal and device of the hall, what they can be asked, and who looks after which alert."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import get_args

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from contract.wire import codec, messages
from contract.wire.device_state import FINE, SOON
from contract.wire.messages import Act, Alert, TerminalStatus
from contract.wire.topics import expiry_s
from queue_server.enrolment.register import Register, Standing
from queue_server.web import server_trouble
from queue_server.web.auth.sessions import Session
from queue_server.web.fleet.alert_owners import AlertOwners
from queue_server.web.fleet.terminal_orders import TerminalOrders
from queue_server.web.site import Site

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
        alerts = site.states("alert/", "", Alert)
        taken = await asyncio.to_thread(owners.all, {name: alert.since for name, alert in alerts.items()})
        standings = await asyncio.to_thread(register.standings) if register is not None else None
        return site.pages.part(
            language, "fleet/terminals.html", terminals=_terminals(site, orders, standings), alerts=alerts, taken=taken,
            session=session,
            queue_names={queue.id: getattr(queue.name, language) for queue in site.config.queue},
            may_order=session.account.role in ORDER, heard=server_trouble.is_heard(alerts.values()),
            fine=FINE, soon=SOON, zone=site.config.zone,
            ends_soon=site.clock() + ENDS_SOON,
        )  # fmt: skip

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
        if standing is not None:
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


def _terminals(site: Site, orders: TerminalOrders, standings: dict[str, Standing] | None) -> list[dict[str, object]]:
    """Every terminal of the configuration with what is known of it; strangers behind them for as long as they speak.
    `standings` are those of the register, None in a hall without certificates."""
    states = site.states("terminal/", "/status", TerminalStatus)
    speak = {name for name, status in states.items() if status.state in ("init", "ready")}
    known = {terminal.id: terminal for terminal in site.config.terminal}
    names = {device.id: device for device in site.config.device}
    return [
        {
            "id": name,
            "role": known[name].role if name in known else None,
            "group": known[name].group if name in known else None,
            "place": known[name].place if name in known else None,
            "window": site.window(known[name].window or "") if name in known else None,
            "status": states.get(name),
            "orders": orders.latest(name),
            "seen": orders.seen(name, states.get(name)),
            "lease": orders.lease(name, states.get(name)),
            "enrols": standings is not None,
            "certificate": standings.get(name) if standings is not None else None,
            "models": {device: names[device].model for device in names},
        }
        for name in [*known, *sorted(speak - set(known))]
    ]
