"""The pages on which appointments and cases are taken in by file: all rows of it, or none and a list of what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from queue_server.row_files.problem import BadRows, Problem
from queue_server.row_files.reader import M, RowReader
from queue_server.row_files.taken import TakenIn
from queue_server.web.auth.sessions import Session
from queue_server.web.one_at_a_time import ONE_AT_A_TIME
from queue_server.web.site import Site

ROLES = ("supervisor", "administrator")


@dataclass(frozen=True)
class ImportKind(Generic[M]):
    """What is taken in at `<path>/import`: read as `rows`, kept by `take`, which counts them; `example` is the row of the
    template that shows how they are written."""

    path: str
    rows: RowReader[M]
    take: Callable[[Sequence[tuple[int, M]]], TakenIn]
    example: Callable[[], Mapping[str, str]]


def routes(site: Site, intake: ImportKind[M]) -> APIRouter:
    """`<path>/import` and `<path>/template.csv`."""
    router = APIRouter(prefix=intake.path)

    def page(request: Request, session: Session, *, problems: Sequence[Problem] = (), taken: TakenIn | None = None) -> Response:
        status = HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK
        return site.pages.page(
            request, "import-rows.html", status=status, session=session, intake=intake, problems=problems, taken=taken
        )

    @router.get("/import")
    async def ask(request: Request) -> Response:
        return page(request, await site.guard.need(request, *ROLES))

    @router.post("/import")
    async def take(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        file = (await site.guard.form(request, session, max_files=1)).get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return page(request, session, problems=[Problem(0, "", "choose a file first", "请先选择文件")])
        name = file.filename
        try:
            async with ONE_AT_A_TIME:
                content = await file.read()
                taken = await asyncio.to_thread(lambda: intake.take(intake.rows.read(content, name)))
        except BadRows as error:
            return page(request, session, problems=error.problems)
        came = f"+{taken.new} ~{taken.known}" if taken.known else f"+{taken.new}"
        await site.note(request, session, f"{intake.rows.name}-import", name[:100], came)
        return page(request, session, taken=taken)

    @router.get("/template.csv")
    async def template(request: Request) -> Response:
        await site.guard.need(request, *ROLES)
        headers = {"Content-Disposition": f'attachment; filename="{intake.rows.name}.csv"'}
        return Response(intake.rows.template(intake.example()), media_type="text/csv; charset=utf-8", headers=headers)

    return router
