"""The form in which an item is entered and changed: every element, materials, steps and questions as rows, problems in place.

Saving keeps whatever was written: as a draft where it makes an item, as an unfinished form where it does not yet. It works
without JavaScript: rows are added, moved and removed by the server, which sends the same form back.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from contract.configuration.table import TextConfig
from contract.guides.item import Item
from queue_server.catalogue.columns import DEFAULTS, REQUIRED, SHEETS
from queue_server.catalogue.form import FIELDS, BadForm, Filled, filled, item_of, posted, row_of
from queue_server.catalogue.library import ChangedMeanwhile, edits
from queue_server.catalogue.lifecycle import NotAllowed, NotPossible
from queue_server.catalogue.unfinished_items import UnfinishedItem
from queue_server.web.auth.guard import Forbidden
from queue_server.web.auth.sessions import Session
from queue_server.web.editors.item_fields import GROUPS, LONG, TITLES, options
from queue_server.web.editors.item_rows import change_rows, drop_empty, give_ids, steps_of
from queue_server.web.editors.rights import acting, content, guides_of, history_of, may_write
from queue_server.web.numbers_and_days import Number
from queue_server.web.site import Site

ROW_ACTION = re.compile(r"(add|remove|up):(materials|steps|faq)(?:\.([0-9]{1,3}))?")
MOST_FIELDS = 5000


def routes(site: Site) -> APIRouter:
    """`/items/new`, `/items/<code>/edit`, and `/items/unfinished/<number>` for what was left half filled in."""
    router = APIRouter()

    @router.get("/items/new")
    async def new(request: Request) -> Response:
        session = await site.guard.need(request, "entry")
        return await _page(site, request, session, Opened(await asyncio.to_thread(_empty, site, session)))

    @router.post("/items/new")
    async def create(request: Request) -> Response:
        session = await site.guard.need(request, "entry")
        return await _take(site, request, session, await _form(site, request, session), Opened(Filled()))

    @router.get("/items/{code}/edit")
    async def edit(request: Request, code: str) -> Response:
        session = await site.guard.need(request, "entry")
        history = await history_of(site, session, code)
        if not may_write(session, history):
            raise Forbidden
        left = await asyncio.to_thread(guides_of(site).unfinished.of_item, code.upper())
        if left is not None:
            return RedirectResponse(f"/items/unfinished/{left.id}", HTTPStatus.SEE_OTHER)
        return await _page(site, request, session, Opened(filled(content(history[-1])), code=code.upper(), seen=edits(history)))

    @router.post("/items/{code}/edit")
    async def save(request: Request, code: str) -> Response:
        session = await site.guard.need(request, "entry")
        form = await _form(site, request, session)
        await history_of(site, session, code)
        return await _take(site, request, session, form, Opened(Filled(), code=code.upper()))

    @router.get("/items/unfinished/{number}")
    async def go_on(request: Request, number: Number) -> Response:
        session = await site.guard.need(request, "entry")
        left = await _left(site, session, number)
        return await _show_left(site, request, session, left)

    @router.post("/items/unfinished/{number}")
    async def finish(request: Request, number: Number) -> Response:
        session = await site.guard.need(request, "entry")
        form = await _form(site, request, session)
        left = await _left(site, session, number)
        if form.get("do") == "discard":
            await asyncio.to_thread(guides_of(site).unfinished.drop, number)
            await site.note(request, session, "item-discard", left.code or left.name)
            return RedirectResponse(f"/items/{left.code.lower()}", HTTPStatus.SEE_OTHER)
        return await _take(site, request, session, form, Opened(Filled(), code=left.code, number=number))

    return router


@dataclass(frozen=True)
class Opened:
    """A form on the screen: what stands in it, of which item ("" for a new one), its number where it was left."""

    fields: Filled
    code: str = ""
    seen: int = 0
    number: int = 0


async def _form(site: Site, request: Request, session: Session) -> FormData:
    return await site.guard.form(request, session, max_fields=MOST_FIELDS)


async def _left(site: Site, session: Session, number: int) -> UnfinishedItem:
    left = await asyncio.to_thread(guides_of(site).unfinished.get, number)
    if left is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if left.department != session.account.department:
        raise Forbidden
    return left


async def _take(site: Site, request: Request, session: Session, form: FormData, opened: Opened) -> Response:
    """Change a row of the form, or keep it: as a draft of the item, or as it is where it makes no item yet."""
    sent = str(form.get("seen", ""))
    if not sent.isdecimal():
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    fields = posted((name, str(value)) for name, value in form.multi_items())
    give_ids(fields)
    fields.main |= {"department": session.account.department} | ({"code": opened.code} if opened.code else {})
    opened = replace(opened, fields=fields, seen=int(sent[:9]))
    if action := ROW_ACTION.fullmatch(str(form.get("do", ""))):
        common = str(form.get("common", "")) if action[2] == "materials" else ""
        known = next((m for m in guides_of(site).catalogue.shared.material if m.id == common), None)
        focus = change_rows(fields, action[1], action[2], int(action[3] or 0), row_of("materials", known) if known else None)
        return await _page(site, request, session, opened, focus=focus)
    drop_empty(fields)
    guides = guides_of(site)
    try:
        item = item_of(fields, guides.catalogue.shared)
        await asyncio.to_thread(guides.library.save, item, acting(session), seen=opened.seen)
    except (BadForm, ChangedMeanwhile, NotAllowed, NotPossible):
        return await _keep(site, request, session, opened)
    if opened.number:
        await asyncio.to_thread(guides.unfinished.drop, opened.number)
    await site.note(request, session, "item-save", item.code)
    return RedirectResponse(f"/items/{item.id}", HTTPStatus.SEE_OTHER)


async def _keep(site: Site, request: Request, session: Session, opened: Opened) -> Response:
    """Keep what was written, and show it with what is missing."""
    keep = partial(
        guides_of(site).unfinished.keep,
        opened.fields,
        number=opened.number,
        code=opened.code,
        department=session.account.department,
        seen=opened.seen,
        account=session.account.name,
    )
    number = await asyncio.to_thread(keep)
    await site.note(request, session, "item-keep", opened.code or opened.fields.main.get("name.zh", "")[:100])
    return RedirectResponse(f"/items/unfinished/{number}", HTTPStatus.SEE_OTHER)


async def _show_left(site: Site, request: Request, session: Session, left: UnfinishedItem) -> Response:
    """A form that was left: what is missing in it, and whether the item was changed by somebody since."""
    guides = guides_of(site)
    problems: dict[str, TextConfig] = {}
    try:
        item_of(left.fields, guides.catalogue.shared)
    except BadForm as refused:
        problems = refused.problems
    history = await asyncio.to_thread(guides.library.history, left.code or left.fields.main.get("code", "").upper())
    trouble, seen = "", edits(history) if left.code else 0
    if history and not left.code:
        trouble = "taken"
    elif left.code and not may_write(session, history):
        trouble = "not-possible"
    elif seen != left.seen:
        trouble = "changed-form"
    opened = Opened(left.fields, left.code, seen, left.id)
    return await _page(site, request, session, opened, problems=problems, trouble=trouble)


def _empty(site: Site, session: Session) -> Filled:
    """A new item: what the department's last item says of place, hours and telephones is a good beginning."""
    library = guides_of(site).library
    found = library.newest_contents(department=session.account.department)
    made = Filled(
        DEFAULTS[""] | {"department": session.account.department, "complaints": site.config.hall.complaints_telephone}
    )
    if found:
        last = filled(Item.stored(found[-1])).main
        made.main |= {key: last[key] for key in FROM_THE_LAST}
        made.main["code"] = last["code"][:10]
    made.rows["materials"], made.rows["faq"] = [dict(DEFAULTS["materials"])], [{}]
    made.rows["steps"] = [
        {"id": "start", "kind": "开始", "text": "提出申请", "next": "accept", "who": "申请人"},
        {"id": "accept", "kind": "步骤", "text": "窗口受理", "next": "decide", "who": "窗口"},
        {"id": "decide", "kind": "步骤", "text": "审查决定", "next": "end", "who": session.account.department},
        {"id": "end", "kind": "结束", "text": "送达结果", "who": "窗口"},
    ]
    return made


FROM_THE_LAST = (
    "department_en", "department_code", "place", "windows", "hours", "queue", "theme", "telephone", "supervision_telephone",
    "complaints", "online_address", "handling", "delivery", "level", "subjects", "audience",
)  # fmt: skip


async def _page(
    site: Site,
    request: Request,
    session: Session,
    opened: Opened,
    *,
    problems: Mapping[str, TextConfig] | None = None,
    trouble: str = "",
    focus: str = "",
) -> Response:
    shared = guides_of(site).catalogue.shared
    found = dict(problems or {})
    return site.pages.page(
        request, "items/edit.html", session=session, groups=GROUPS, columns=FIELDS, fields=opened.fields, seen=opened.seen,
        code=opened.code, number=opened.number, problems=found, loose=_loose(found, opened.fields), lists=LISTS_CALLED,
        trouble=trouble, focus=focus, options=options(site, shared), letters=shared.type_letters, long=LONG, titles=TITLES,
        steps_of=steps_of, required=REQUIRED, common=shared.material,
    )  # fmt: skip


LISTS_CALLED = {key: sheet for sheet, (key, _columns) in SHEETS.items() if key}
"""The lists of an item as the form calls them: msgids."""


def _loose(problems: Mapping[str, TextConfig], fields: Filled) -> dict[str, TextConfig]:
    """The problems that belong to no field of the form, by the name of their list: they stand at its head."""
    known: set[object] = set(FIELDS[""])
    known |= {f"{n}.{i}.{k}" for n, rows in fields.rows.items() for i, _ in enumerate(rows) for k in FIELDS[n]}
    return {name: text for name, text in problems.items() if name not in known}
