"""Guides for the public on the phone, and the guide file that kiosks fetch."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import FileResponse

from queue_server.catalogue.guides import PATH
from queue_server.web.site import Site

FOR_EVER = "public, max-age=31536000, immutable"


def routes(site: Site) -> APIRouter:
    """`/catalogue/<sha256>.db`."""
    router = APIRouter()

    @router.get(f"{PATH}/{{digest}}.db")
    async def file(digest: str) -> Response:
        path = site.guides.shelf.file(digest) if site.guides else None
        if path is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return FileResponse(path, media_type="application/vnd.sqlite3", headers={"Cache-Control": FOR_EVER})

    return router
