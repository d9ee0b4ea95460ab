"""Sends pages in few bytes, for slow lines, where their length tells nobody anything.

How long a compressed page is tells what it holds twice (BREACH): a page with a secret beside what an address may bring in, such
as the token of a form, is never compressed. Streams are not either: each picture leaves at once.
"""

from __future__ import annotations

import gzip
import re

from fastapi import Request
from fastapi.responses import HTMLResponse

LEAST_BYTES = 500
SECRET = re.compile(r"<input[^>]*type=\"?hidden")
_ACCEPTED = re.compile(r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?:1|0\.0*[1-9])[0-9.]*\s*)?(?:,|$)", re.IGNORECASE)


def page(request: Request, html: str, status: int, *, personal: bool) -> HTMLResponse:
    """A page as this browser takes it; one for somebody who is logged in (`personal`) as it is."""
    answer = HTMLResponse(html, status_code=status)
    if personal or SECRET.search(html) or len(answer.body) < LEAST_BYTES:
        return answer
    answer.headers["Vary"] = "Accept-Encoding"
    if _ACCEPTED.search(request.headers.get("accept-encoding", "")):
        answer.body = gzip.compress(bytes(answer.body), compresslevel=6, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer
