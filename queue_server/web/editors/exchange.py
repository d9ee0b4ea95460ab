"""Items as files: export of what a list shows, import of many as drafts at once or, with one problem, of none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import PurePath

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.datastructures import UploadFile

from contract.guides.item import Item
from queue_server.catalogue import excel, exchange
from queue_server.catalogue.hall_choices import choices_of
from queue_server.catalogue.library import ImportCounts
from queue_server.catalogue.sandboxed_import import items_apart
from queue_server.row_files.problem import BadRows, Problem
from queue_server.web.auth.sessions import Session
from queue_server.web.editors.items import chosen
from queue_server.web.editors.rights import ROLES, acting, guides_of
from queue_server.web.one_at_a_time import ONE_AT_A_TIME
from queue_server.web.site import Site

WAYS: dict[str, tuple[str, Callable[[Sequence[Item]], bytes]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", excel.to_excel),
    "zip": ("application/zip", exchange.to_csv),
    "json": ("application/json", exchange.to_json),
}
WRONG_KIND = Problem(
    0,
    "",
    "is none of .xlsx, .zip and .json; put the four sheets as CSV into one .zip, for one CSV alone holds no items",
    "只能导入 .xlsx、.zip 或 .json 文件；单个 .csv 装不下事项，请把四个工作表各存为 CSV，放进一个 .zip",
)


def routes(site: Site) -> APIRouter:
    """`/items/export.<xlsx|zip|json>` and `/items/import`."""
    router = APIRouter()

    @router.get("/items/export.{suffix}")
    async def export(request: Request, suffix: str, state: str = "", department: str = "", q: str = "") -> Response:
        session = await site.guard.need(request, *ROLES)
        if suffix not in WAYS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        kind, write = WAYS[suffix]
        wanted = chosen(session, state, department, q)
        library = guides_of(site).library

        def work() -> bytes:
            return write([Item.stored(content) for content in library.newest_contents(**wanted)])

        async with ONE_AT_A_TIME:
            found = await asyncio.to_thread(work)
        await site.note(request, session, "item-export", suffix)
        return Response(found, media_type=kind, headers={"Content-Disposition": f'attachment; filename="items.{suffix}"'})

    @router.get("/items/import")
    async def ask(request: Request) -> Response:
        session = await site.guard.need(request, "entry")
        return _page(site, request, session)

    @router.post("/items/import")
    async def take(request: Request) -> Response:
        session = await site.guard.need(request, "entry")
        form = await site.guard.form(request, session, max_files=1)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return _page(site, request, session, refused=BadRows([Problem(0, "", "choose a file first", "请先选择文件")]))
        suffix = PurePath(file.filename).suffix.lower()
        if suffix.removeprefix(".") not in WAYS:
            return _page(site, request, session, refused=BadRows([WRONG_KIND]))
        guides = guides_of(site)
        library, choices = guides.library, choices_of(site.config, guides.catalogue.shared)
        try:
            async with ONE_AT_A_TIME:
                content = await file.read()
                items = await asyncio.to_thread(items_apart, content, suffix, choices)
                taken = await asyncio.to_thread(library.take_in, items, acting(session))
        except BadRows as error:
            return _page(site, request, session, refused=error)
        await site.note(request, session, "item-import", file.filename[:100], f"+{taken.new} ~{taken.changed}")
        return _page(site, request, session, taken=taken)

    return router


def _page(
    site: Site, request: Request, session: Session, *, refused: BadRows | None = None, taken: ImportCounts | None = None
) -> Response:
    status = HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK
    return site.pages.page(request, "items/import.html", status=status, session=session, refused=refused, taken=taken)
