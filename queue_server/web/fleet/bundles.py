"""Bundles on the shelf: how they come in from the desk, how they are taken off, and how terminals fetch them."""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus
from urllib.parse import unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from queue_server.rollouts.bundle_shelf import BadBundle, Bundle, BundleShelf
from queue_server.rollouts.repository import OPEN, RolloutRepository
from queue_server.rollouts.step import Rollout
from queue_server.web.site import Site

ROLES = ("technician", "administrator")


def routes(site: Site, shelf: BundleShelf, book: RolloutRepository) -> APIRouter:
    """`POST /updates/bundle` (the file itself) and `POST /updates/remove/<sha256>`."""
    router = APIRouter()

    @router.post("/updates/bundle")
    async def upload(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        site.guard.header(request, session)
        try:
            bundle = await _receive(request, shelf, session.account.name)
        except BadBundle as error:
            return JSONResponse({"status": "error", "error": {"code": error.reason}}, HTTPStatus.BAD_REQUEST)
        await site.note(request, session, "bundle-add", bundle.version, bundle.name)
        return JSONResponse({"status": "ok"})

    @router.post("/updates/remove/{sha256}")
    async def remove(request: Request, sha256: str) -> Response:
        session = await site.guard.need(request, *ROLES)
        await site.guard.form(request, session)
        bundle = await asyncio.to_thread(shelf.get, sha256)
        if bundle is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if sha256 in in_use(await asyncio.to_thread(book.latest)):
            return RedirectResponse("/updates?trouble=in-use", HTTPStatus.SEE_OTHER)
        await asyncio.to_thread(shelf.remove, sha256)
        await site.note(request, session, "bundle-remove", bundle.version, bundle.name)
        return RedirectResponse("/updates", HTTPStatus.SEE_OTHER)

    return router


def for_terminals(shelf: BundleShelf) -> APIRouter:
    """`/bundles/<sha256>.raucb`, open to all: a bundle is signed, not secret."""
    router = APIRouter()

    @router.get("/bundles/{sha256}.raucb")
    async def fetch(sha256: str) -> Response:
        if await asyncio.to_thread(shelf.get, sha256) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return FileResponse(shelf.path(sha256), media_type="application/octet-stream")

    return router


def in_use(rollouts: list[Rollout]) -> set[str]:
    """The bundles that some terminal may still fetch: they stay on the shelf."""
    return {r.bundle for r in rollouts if r.state in OPEN or r.ended_badly or any(target.under_way for target in r.targets)}


async def _receive(request: Request, shelf: BundleShelf, by: str) -> Bundle:
    """Write the body of the request to the shelf as it comes. Raise BadBundle."""
    name = unquote(request.headers.get("x-name", ""))
    incoming = await asyncio.to_thread(shelf.receive, int(request.headers["content-length"]))
    with contextlib.closing(incoming):
        async for piece in request.stream():
            await asyncio.to_thread(incoming.write, piece)
        await asyncio.to_thread(incoming.end)
        return await asyncio.to_thread(shelf.keep, incoming, name, by)
