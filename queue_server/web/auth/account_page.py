"""The administrator's page of accounts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from queue_server.web.auth.accounts import ROLES, Account, AccountRefused, new_password
from queue_server.web.auth.sessions import Session
from queue_server.web.site import Site

WANTED = ("name", "person", "role", "clerk", "department", "new-department")


@dataclass(frozen=True)
class Done:
    """What a form of the page has done. `password` is told this once; `windows` are open without their clerk now."""

    do: str
    name: str
    password: str = ""
    windows: tuple[str, ...] = ()


def routes(site: Site) -> APIRouter:
    """`/accounts`."""
    router = APIRouter()

    async def show(request: Request, session: Session, *, trouble: str = "", done: Done | None = None) -> Response:
        known, locked, held = await asyncio.gather(
            asyncio.to_thread(site.accounts.all), asyncio.to_thread(site.accounts.locked), asyncio.to_thread(_windows, site)
        )
        form = await request.form() if trouble else FormData()
        return site.pages.page(
            request,
            "accounts.html",
            status=HTTPStatus.BAD_REQUEST if trouble else HTTPStatus.OK,
            session=session,
            accounts=known,
            locked=locked,
            windows=held,
            roles=ROLES,
            clerks=site.config.clerk,
            departments=await _departments(site),
            typed={key: str(form.get(key, "")) for key in WANTED},
            trouble=trouble,
            done=done,
        )

    @router.get("/accounts")
    async def accounts(request: Request) -> Response:
        return await show(request, await site.guard.need(request, "administrator"))

    @router.post("/accounts")
    async def change(request: Request) -> Response:
        session = await site.guard.need(request, "administrator")
        form = await site.guard.form(request, session)
        departments = await _departments(site)
        try:
            done = await asyncio.to_thread(_change, site, session, form, departments)
        except AccountRefused as refused:
            return await show(request, session, trouble=refused.reason)
        await site.note(request, session, f"account-{done.do}", done.name)
        return await show(request, session, done=done)

    return router


async def _departments(site: Site) -> list[str]:
    return await asyncio.to_thread(site.guides.library.departments) if site.guides else []


def _windows(site: Site) -> dict[str, tuple[str, ...]]:
    """The numbers of the windows at which each account is on duty now, by account."""
    held = site.sessions.held()
    open_at: dict[str | None, set[str]] = {}
    for window, state in site.window_states().items():
        if state.state != "closed" and state.clerk is not None:
            open_at.setdefault(state.clerk.id, set()).add(window)
    return {
        account.name: tuple(sorted(site.sign(one) for one in held.get(account.name, set()) | open_at.get(account.clerk, set())))
        for account in site.accounts.all()
    }


def _change(site: Site, session: Session, form: FormData, departments: list[str]) -> Done:
    """Do what one of the page's forms asks for. Raises AccountRefused."""
    do, name = str(form.get("do", "")), str(form.get("name", "")).strip()
    if do == "create":
        account, password = _wanted(site, form, departments), new_password()
        site.accounts.create(
            account.name,
            password,
            account.role,
            clerk=account.clerk,
            department=account.department,
            person=account.person,
            must_change=True,
        )
        return Done(do, account.name, password)
    if do == "set-password":
        password = new_password()
        site.accounts.set_password(name, password, must_change=True)
        site.sessions.end_all(name)
        return Done(do, name, password)
    if do == "person":
        site.accounts.set_person(name, _person(form))
    elif do == "unlock":
        site.accounts.unlock(name)
    elif do in ("bar", "allow"):
        if name == session.account.name:
            raise AccountRefused("yourself")
        windows = _windows(site).get(name, ()) if do == "bar" else ()
        site.accounts.set_active(name, do == "allow")
        site.sessions.end_all(name)
        return Done(do, name, windows=windows)
    else:
        raise AccountRefused("unknown")
    return Done(do, name)


def _wanted(site: Site, form: FormData, departments: list[str]) -> Account:
    """The account that the form describes. Raises AccountRefused: person, clerk, department or role."""
    name, role, clerk, department, new = (
        str(form.get(key, "")).strip() for key in ("name", "role", "clerk", "department", "new-department")
    )
    if role not in ROLES:
        raise AccountRefused("role")
    if (role == "clerk" or clerk) and clerk not in {known.id for known in site.config.clerk}:
        raise AccountRefused("clerk")
    if role != "entry":
        department = new = ""
    if (department and (new or department not in departments)) or len(new) > 100:
        raise AccountRefused("department")
    return Account(name, role, clerk or None, True, True, department=department or new, person=_person(form))


def _person(form: FormData) -> str:
    """Whose account it is. Raises AccountRefused: person."""
    person = " ".join(str(form.get("person", "")).split())
    if not 0 < len(person) <= 64:
        raise AccountRefused("person")
    return person
