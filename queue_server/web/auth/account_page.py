"""The administrator's page: accounts and the audit."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from queue_server.web.auth.accounts import ROLES, AccountRefused
from queue_server.web.auth.guard import address
from queue_server.web.auth.sessions import Session
from queue_server.web.site import Site


def routes(site: Site) -> APIRouter:
    """`/accounts`."""
    router = APIRouter()

    async def show(request: Request, session: Session, *, trouble: str = "") -> Response:
        known, locked, rows = await asyncio.gather(
            asyncio.to_thread(site.accounts.all), asyncio.to_thread(site.accounts.locked), asyncio.to_thread(site.audit.latest)
        )
        audit = [(row.at.astimezone(site.config.zone), row) for row in rows]
        status = HTTPStatus.BAD_REQUEST if trouble else HTTPStatus.OK
        return site.pages.page(
            request,
            "accounts.html",
            status=status,
            session=session,
            accounts=known,
            locked=locked,
            audit=audit,
            roles=ROLES,
            clerks=site.config.clerk,
            departments=await _departments(site),
            trouble=trouble,
        )

    @router.get("/accounts")
    async def accounts(request: Request) -> Response:
        return await show(request, await site.guard.need(request, "administrator"))

    @router.post("/accounts")
    async def change(request: Request) -> Response:
        session = await site.guard.need(request, "administrator")
        form = await site.guard.form(request, session)
        try:
            await asyncio.to_thread(_change, site, session, form, address(request))
        except AccountRefused as refused:
            return await show(request, session, trouble=refused.reason)
        return RedirectResponse("/accounts", HTTPStatus.SEE_OTHER)

    return router


async def _departments(site: Site) -> list[str]:
    return await asyncio.to_thread(site.guides.library.departments) if site.guides else []


def _change(site: Site, session: Session, form: FormData, where: str) -> None:
    """Do what one of the page's forms asks for. Raises Refused."""
    do, name, password = (str(form.get(key, "")).strip() for key in ("do", "name", "password"))
    if do == "create":
        clerk = str(form.get("clerk", "")) or None
        if not name or len(name) > 64 or (clerk and clerk not in {known.id for known in site.config.clerk}):
            raise AccountRefused("unknown")
        role, department = str(form.get("role", "")), str(form.get("department", "")).strip()[:100]
        site.accounts.create(
            name, password, role, clerk=clerk, department=department if role == "entry" else "", must_change=True
        )
    elif do == "set-password":
        site.accounts.set_password(name, password, must_change=True)
        site.sessions.end_all(name)
    elif do == "unlock":
        site.accounts.unlock(name)
    elif do in ("bar", "allow"):
        if name == session.account.name:
            raise AccountRefused("yourself")
        site.accounts.set_active(name, do == "allow")
        site.sessions.end_all(name)
    else:
        raise AccountRefused("unknown")
    site.audit.append(session.account.name, f"account-{do}", name, address=where)
