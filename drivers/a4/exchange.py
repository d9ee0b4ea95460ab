"""One question to a printer and its answer, over HTTP (RFC 8010, section 4).

Whoever has the printer's address in the network may answer in its place, so an answer has limits of length and of time, is
never unpacked, and sends nobody elsewhere: a document goes to the address that devices.toml names, or nowhere.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import aiohttp

MOST_BYTES = 1 << 20
"""A printer's list of a thousand jobs is a fifth of this."""
HEADERS = {"Content-Type": "application/ipp", "Accept": "application/ipp", "Accept-Encoding": "identity"}


class NoIppAnswer(Exception):
    """What came back is no answer of a printer; the text says why."""


async def asked(uri: str, message: bytes, within_s: float) -> bytes:
    """Send `message` to `ipp://` or `ipps://`; the answer. Raise TimeoutError, aiohttp.ClientError, NoIppAnswer."""
    parts = urlsplit(uri)
    url = parts._replace(scheme="https" if parts.scheme == "ipps" else "http").geturl()
    async with (
        asyncio.timeout(within_s),
        aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout()) as session,
        session.post(url, data=message, headers=HEADERS, allow_redirects=False, ssl=False) as answer,
    ):
        if answer.status != 200 or answer.headers.get("Content-Encoding", "identity") != "identity":
            raise NoIppAnswer(f"HTTP status {answer.status}, {answer.headers.get('Content-Encoding', 'not')} compressed")
        content = bytearray()
        async for part in answer.content.iter_any():
            content += part
            if len(content) > MOST_BYTES:
                raise NoIppAnswer(f"an answer of more than {MOST_BYTES} bytes")
        return bytes(content)
