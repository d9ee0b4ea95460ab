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
from queue_server.web.live import SharedParts
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
LOOK = ("supervisor", "technician", "administrator")
ORDER = ("technician", "administrator")
ACTS: tuple[Act, ...] = get_args(Act)
OF_OTHER_PAGES: tuple[Act, ...] = ("reprint", "update")
"""What needs more than a terminal's name."""
EXPIRY_S = expiry_s("terminal/<id>/ask")
LIVE_PAUSE_S = 1.0
WATCHED = ("terminal/", "alert/")
ENDS_SOON = timedelta(days=60)
"""A certificate is renewed by itself in its last 120 days: one that is about to end has not been for a long time."""


def routes(site: Site, orders: TerminalOrders, owners: AlertOwners, register: Register | None) -> APIRouter:
    """`/fleet`, its live stream, `POST /fleet/<terminal>/<act>`, the pictures and logs, `POST /fleet/alert/<alert>`."""
    router = _looks(site, orders, owners, register)
    router.include_router(_orders(site, orders))
    return router


def _looks(site: Site, orders: TerminalOrders, owners: AlertOwners, register: Register | None) -> APIRouter:
    """The page, and who looks after an alert."""
    router, views = APIRouter(), FleetViews(site, orders, owners, register)

    @router.get("/fleet")
    async def fleet(request: Request) -> Response:
        session = await site.guard.need(request, *LOOK)
        views.renew()
        parts = await views.parts(session, site.pages.language(request))
        return site.pages.page(request, "fleet.html", session=session, alerts=parts["alerts"], terminals=parts["fleet"])

    @router.get("/fleet/live")
    async def live(request: Request) -> Response:
        session = await site.guard.need(request, *LOOK)
        language = site.pages.language(request)

        async def render() -> dict[str, str] | None:
            again = await asyncio.to_thread(site.sessions.again, session.id)
            return None if again is None else await views.parts(again, language)

        return site.staff.open(request, render, *WATCHED, pause_s=LIVE_PAUSE_S)

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


class FleetViews:
    """What the page shows, made once a change for everybody who sees the same: in a language, with or without the orders; the
    alerts by role, and by who looks after one."""

    def __init__(self, site: Site, orders: TerminalOrders, owners: AlertOwners, register: Register | None) -> None:
        self._site, self._orders, self._owners, self._register = site, orders, owners, register
        self._taken = SharedParts(site.changes, self._takers, "alert/", pause_s=0)
        self._alerts = SharedParts(site.changes, self._alerts_part, "alert/", pause_s=0)
        self._terminals = SharedParts(site.changes, self._terminals_part, *WATCHED, pause_s=0)

    def renew(self) -> None:
        """A page that is opened shows what holds at that moment."""
        for parts in (self._taken, self._alerts, self._terminals):
            parts.renew()

    async def parts(self, session: Session, language: str) -> dict[str, str]:
        """The live parts of the page as this person sees them."""
        taken, name = await self._taken.of(None), session.account.name
        return {
            "alerts": await self._alerts.of((language, session.account.role, name if name in taken.values() else "")),
            "fleet": await self._terminals.of((language, session.account.role in ORDER)),
        }

    async def _takers(self, _all: None) -> dict[str, str]:
        alerts = self._site.states("alert/", "", Alert)
        return await asyncio.to_thread(self._owners.all, {name: alert.since for name, alert in alerts.items()})

    async def _alerts_part(self, key: tuple[str, str, str]) -> str:
        language, role, taker = key
        taken = await self._taken.of(None)
        alerts = alert_readers.read_by(role, self._site.states("alert/", "", Alert))
        return self._site.pages.part(language, "fleet/alerts.html", alerts=alerts, taken=taken, taker=taker)

    async def _terminals_part(self, key: tuple[str, bool]) -> str:
        language, may_order = key
        standings = await asyncio.to_thread(self._register.standings) if self._register is not None else None
        heard = server_trouble.is_heard(self._site.states("alert/", "", Alert).values())
        sections = _sections(self._site, self._orders, standings, language, may_order=may_order, heard=heard)
        return self._site.pages.part(language, "fleet/terminals.html", sections=sections)


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
    language: str,
    *,
    may_order: bool,
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
            queue_names={queue.id: getattr(queue.name, language) for queue in site.config.queue},
            may_order=may_order,
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
