"""The form in which an item is entered and changed: every element, materials, steps and questions as rows, problems in place.

It works without JavaScript: rows are added, moved and removed by the server, which sends the same form back.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from contract.configuration.table import TextConfig
from contract.guides.item import Item
from queue_server.catalogue.columns import DEFAULTS
from queue_server.catalogue.form import FIELDS, MOST_ROWS, BadForm, Filled, filled, item_of, posted
from queue_server.catalogue.library import ChangedMeanwhile, edits
from queue_server.catalogue.lifecycle import NotAllowed, NotPossible
from queue_server.web.auth.guard import Forbidden
from queue_server.web.auth.sessions import Session
from queue_server.web.editors.item_fields import GROUPS, LONG, TITLES, options
from queue_server.web.editors.rights import acting, content, guides_of, history_of, may_write, trouble_of
from queue_server.web.site import Site

ROW_ACTION = re.compile(r"(add|remove|up):(materials|steps|faq)(?:\.([0-9]{1,3}))?")
MOST_FIELDS = 5000


def routes(site: Site) -> APIRouter:
    """`/items/new` and `/items/<code>/edit`."""
    router = APIRouter()

    @router.get("/items/new")
    async def new(request: Request) -> Response:
        session = await site.guard.need(request, "entry")
        return await _page(site, request, session, await asyncio.to_thread(_empty, site, session), seen=0)

    @router.post("/items/new")
    async def create(request: Request) -> Response:
        session = await site.guard.need(request, "entry")
        return await _take(site, request, session, await _form(site, request, session), "")

    @router.get("/items/{code}/edit")
    async def edit(request: Request, code: str) -> Response:
        session = await site.guard.need(request, "entry")
        history = await history_of(site, session, code)
        if not may_write(session, history):
            raise Forbidden
        return await _page(site, request, session, filled(content(history[-1])), seen=edits(history), code=code.upper())

    @router.post("/items/{code}/edit")
    async def save(request: Request, code: str) -> Response:
        session = await site.guard.need(request, "entry")
        form = await _form(site, request, session)
        await history_of(site, session, code)
        return await _take(site, request, session, form, code.upper())

    return router


async def _form(site: Site, request: Request, session: Session) -> FormData:
    return await site.guard.form(request, session, max_fields=MOST_FIELDS)


async def _take(site: Site, request: Request, session: Session, form: FormData, code: str) -> Response:
    """Change a row of the form, or keep the item as a draft."""
    sent = str(form.get("seen", ""))
    if not sent.isdigit():
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    seen = int(sent[:9])
    fields = posted((name, str(value)) for name, value in form.multi_items())
    fields.main |= {"department": session.account.department} | ({"code": code} if code else {})
    if action := ROW_ACTION.fullmatch(str(form.get("do", ""))):
        focus = change_rows(fields, action[1], action[2], int(action[3] or 0))
        return await _page(site, request, session, fields, seen=seen, code=code, focus=focus)
    guides = guides_of(site)
    try:
        item = item_of(fields, guides.catalogue.shared)
        await asyncio.to_thread(guides.library.save, item, acting(session), seen=seen)
    except BadForm as refused:
        return await _page(site, request, session, fields, seen=seen, code=code, problems=refused.problems)
    except (ChangedMeanwhile, NotAllowed, NotPossible) as error:
        trouble = "taken" if not code and isinstance(error, ChangedMeanwhile) else trouble_of(error)
        return await _page(site, request, session, fields, seen=seen, code=code, trouble=trouble)
    await site.note(request, session, "item-save", item.code)
    return RedirectResponse(f"/items/{item.id}", HTTPStatus.SEE_OTHER)


def change_rows(fields: Filled, do: str, name: str, place: int) -> str:
    """Add, remove or lift a row; return the name of the field to stand in afterwards."""
    rows = fields.rows[name]
    if do == "add" and len(rows) < MOST_ROWS:
        rows.append(dict(DEFAULTS[name]))
        place = len(rows) - 1
    elif do == "remove" and place < len(rows):
        del rows[place]
        place = max(0, place - 1)
    elif do == "up" and 0 < place < len(rows):
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
        place -= 1
    return f"{name}.{place}.{next(iter(FIELDS[name]))}"


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
    fields: Filled,
    *,
    seen: int,
    code: str = "",
    problems: Mapping[str, TextConfig] | None = None,
    trouble: str = "",
    focus: str = "",
) -> Response:
    shared = guides_of(site).catalogue.shared
    found = dict(problems or {})
    status = HTTPStatus.BAD_REQUEST if found or trouble else HTTPStatus.OK
    return site.pages.page(
        request, "items/edit.html", status=status, session=session, groups=GROUPS, columns=FIELDS, fields=fields, seen=seen,
        code=code, problems=found, loose=_loose(found, fields), trouble=trouble, focus=focus, options=options(site, shared),
        letters=shared.type_letters, long=LONG, titles=TITLES,
    )  # fmt: skip


def _loose(problems: Mapping[str, TextConfig], fields: Filled) -> Sequence[TextConfig]:
    """The problems that belong to no field of the form: they stand at its head."""
    known: set[object] = set(FIELDS[""])
    known |= {f"{n}.{i}.{k}" for n, rows in fields.rows.items() for i, _ in enumerate(rows) for k in FIELDS[n]}
    return [text for name, text in problems.items() if name not in known]
