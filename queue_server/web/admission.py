"""What is refused before a page sees it: posts from other sites, bodies that are too large, forms that are not in UTF-8.

A body is measured twice: by what its headers say, before it is read, and by its bytes, while it is read.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import PlainTextResponse
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from queue_server.web.auth.guard import from_elsewhere

LARGEST_POST = 64 * 1024
LARGER_POSTS = {
    "/items/import": 20 << 20,
    "/items/": 2 << 20,
    "/api/": 20 << 20,
    "/updates/bundle": 8 << 30,
    "/appointments/import": 20 << 20,
    "/cases/import": 20 << 20,
}
"""Beginning of a path → what may be posted there: an item has thousands of characters, a file of items many more, a
system of a terminal is written to disk as it comes."""
HOST = re.compile(r"([A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
"""A name, or an address, and a port (RFC 9110, 7.2); addresses of pages are made with it."""
FORMS = (b"multipart/form-data", b"application/x-www-form-urlencoded")
LENGTH = re.compile(r"[0-9]{1,18}")


def refusal(request: Request) -> PlainTextResponse | None:
    """Why a request is not let in; None if it is."""
    headers = request.headers
    if not HOST.fullmatch(headers.get("host", "")):
        return _refused("The name of the host is none.", HTTPStatus.BAD_REQUEST)
    if "content-length" in headers and "transfer-encoding" in headers:
        return _refused("Give one of Content-Length and Transfer-Encoding.", HTTPStatus.BAD_REQUEST)
    if request.method in ("GET", "HEAD"):
        return None
    if from_elsewhere(request):
        return _refused("A page of another site may not post here.", HTTPStatus.FORBIDDEN)
    if _charset_of_form(request) not in ("utf-8", "utf8"):
        return _refused("Send a form in UTF-8.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    length = headers.get("content-length", "")
    if not LENGTH.fullmatch(length):
        return _refused("Say how long the request is.", HTTPStatus.LENGTH_REQUIRED)
    most = largest(request.scope["path"])
    if int(length) > most:
        why = f"The request is too large: at most {most >> 10} KiB are taken here. Hand it over in parts."
        return PlainTextResponse(why, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return None


def largest(path: str) -> int:
    """How many bytes may be posted to a path."""
    return next((size for begins, size in LARGER_POSTS.items() if path.startswith(begins)), LARGEST_POST)


def measured(receive: Receive, most: int) -> Receive:
    """`receive` of a request whose body has `most` bytes at most, whatever its headers say. Who reads more of it gets an
    HTTPException with status 413."""
    read = 0

    async def receive_measured() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return receive_measured


def _charset_of_form(request: Request) -> str:
    """In which characters a form says that it is written, as the reader of forms takes it; it takes every codec of Python."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    return options.get(b"charset", b"utf-8").decode("latin-1").lower() if kind in FORMS else "utf-8"


def _refused(why: str, status: int) -> PlainTextResponse:
    """The answer to a request whose end nobody knows for sure: nothing more is read from its connection."""
    return PlainTextResponse(why, status, {"Connection": "close"})
