"""Printing a ticket once more: the staff chooses ticket and kiosk, the kiosk prints it marked 补打, its answer comes back here.

The page waits for the answer, so that nobody has to look whether the paper came out. A form that is sent twice is one order:
its request id is the id of the request to the ledger and of the order to the kiosk.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from contract.wire import answers, codec, messages
from contract.wire.device_state import WORKS
from contract.wire.messages import Reprint, TerminalAsk, TerminalStatus
from queue_server.web.auth.sessions import Session
from queue_server.web.fleet.terminal_orders import TerminalOrder, TerminalOrders
from queue_server.web.site import Site

ROLES = ("clerk", "supervisor", "administrator")
EXPIRY_S = 8
"""A kiosk that is away for longer does not print: the citizen would be gone."""
WAIT_S = 35.0
"""The order may arrive late by EXPIRY_S, and the kiosk gives it up after 25 s."""


@dataclass(frozen=True)
class KioskPrinter:
    """A kiosk's ticket printer; `state` is that of the device, or of the terminal when that is not ready."""

    terminal: str
    state: str

    @property
    def prints(self) -> bool:
        return self.state in WORKS


def routes(site: Site, orders: TerminalOrders, *, wait_s: float = WAIT_S) -> APIRouter:
    """`/reprint`."""
    router = APIRouter()

    @router.get("/reprint")
    async def choose(request: Request, q: str = "") -> Response:
        session = await site.guard.need(request, *ROLES)
        before = {key: request.query_params.get(key, "")[:64] for key in ("number", "terminal", "came", "why")}
        return await _page(site, request, session, q.strip()[:8], before)

    @router.post("/reprint")
    async def reprint(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        form = await site.guard.form(request, session)
        try:
            wish = ReprintForm(
                str(form.get("ticket", "")), str(form.get("terminal", "")), str(uuid.UUID(str(form.get("request_id"))))
            )
        except ValueError:
            raise HTTPException(HTTPStatus.BAD_REQUEST) from None
        return await _reprint(site, orders, request, session, form, wish, wait_s)

    return router


@dataclass(frozen=True)
class ReprintForm:
    """What the form asks for; `id` is that of the request and of the order."""

    ticket: str
    terminal: str
    id: str


async def _reprint(
    site: Site, orders: TerminalOrders, request: Request, session: Session, form: FormData, wish: ReprintForm, wait_s: float
) -> Response:
    printer = next((one for one in printers(site) if one.terminal == wish.terminal), None)
    body = {"ticket": wish.ticket, "terminal": wish.terminal}
    if printer is None or not printer.prints:
        refusal = messages.Text("这台自助机现在不能打印，请换一台。", "This kiosk cannot print now; choose another.")
        return await _page(site, request, session, "", {}, refusal)
    answer = await site.hall.ask("reprint-ticket", body, request_id=wish.id, actor=session.account.name)
    found = answers.of(answer, answers.IssueAnswer)
    if found is None:
        error = answer.error
        refusal = (error and error.texts) or messages.Text("没有打印，请重试。", "It was not printed; try again.")
        return await _page(site, request, session, "", {}, refusal)
    language: Literal["zh", "en"] = "en" if form.get("language") == "en" else "zh"
    order = await _ordered(site, orders, wish, _paper(found, language), wait_s)
    came = {"done": "printed", "failed": "failed", "unable": "failed"}.get(order.state, "unknown")
    number = found.ticket.number
    done = {**body, "result": came, "detail": order.text[:200]}
    confirmed = str(uuid.uuid5(uuid.UUID(wish.id), "confirm"))
    await site.hall.ask("confirm-reprint", done, request_id=confirmed, actor=session.account.name)
    await site.note(request, session, "reprint", number, f"{wish.terminal}: {came} {order.text}".strip())
    query = {"number": number, "terminal": wish.terminal, "came": came, "why": order.text[:20]}
    return RedirectResponse(f"/reprint?{urlencode(query)}", HTTPStatus.SEE_OTHER)


async def _ordered(site: Site, orders: TerminalOrders, wish: ReprintForm, ticket: Reprint, wait_s: float) -> TerminalOrder:
    """Send the order; return it with the kiosk's answer, or as it stands when none came in time."""
    with site.changes.reader((f"terminal/{wish.terminal}/told",)) as changed:
        order = orders.sent(wish.terminal, wish.id, "reprint")
        ask = TerminalAsk(wish.id, "reprint", ticket=ticket)
        site.hall.say(f"terminal/{wish.terminal}/ask", codec.encode(ask), EXPIRY_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while order.state == "asked":
                    await changed.wait()
                    changed.clear()
    return order


def _paper(found: answers.IssueAnswer, language: Literal["zh", "en"]) -> Reprint:
    """What is printed, from the ledger's answer."""
    ticket = found.ticket
    return Reprint(
        ticket.id,
        ticket.number,
        ticket.queue,
        ticket.class_,
        ticket.issued_at,
        ticket.token,
        found.ahead,
        found.estimate_s,
        found.windows,
        found.opens_at,
        language,
    )


def printers(site: Site) -> list[KioskPrinter]:
    """Every kiosk that has a ticket printer, with how it is now."""
    found = []
    for terminal, device in site.config.ticket_printers().items():
        status = site.state(f"terminal/{terminal}/status", TerminalStatus)
        states = {one.id: one.state for one in status.devices} if status and status.state == "ready" else {}
        found.append(KioskPrinter(terminal, states.get(device, "unreachable")))
    return found


async def _page(
    site: Site, request: Request, session: Session, text: str, before: dict[str, str], refusal: messages.Text | None = None
) -> Response:
    tickets = await site.hall.reprintable(text)
    return site.pages.page(
        request,
        "reprint.html",
        status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
        session=session,
        tickets=tickets,
        printers=printers(site),
        text=text,
        before=before,
        refusal=refusal,
        zone=site.config.zone,
        queues={queue.id: queue for queue in site.config.queue},
        request_id=uuid.uuid4(),
    )
