"""A machine of the network that floods the hall, in a process of its own, from 127.0.0.2 until it is ended.

    python -m tests.bench.flood KIND PORT CREDENTIALS

Prints "begun" when the flood is under way. CREDENTIALS is the folder of a stolen terminal, whose messages go to the broker; log-ins
go to a listener under TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import resource
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from contract.wire.topics import Topics
from link import Broker
from link.connection import client

SOURCE = ("127.0.0.2", 0)
SILENT, STREAMS, LOG_INS, CODES = 1030, 300, 40, 16
AGAIN_S = 0.05
Begun = Callable[[], None]


async def silent(port: int, begun: Begun) -> None:
    """A connection that says nothing, opened again whenever it is ended."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await _connect(port)
            begun()
            await reader.read()
            writer.close()
        begun()
        await asyncio.sleep(1)


async def stream(port: int, begun: Begun) -> None:
    """A live page of the wall that is looked at for ever."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await _connect(port)
            writer.write(_head("GET", "/wall/live"))
            while await reader.read(65536):
                begun()
            writer.close()
        begun()
        await asyncio.sleep(1)


async def log_in(port: int, begun: Begun) -> None:
    """Log-ins with names that nobody has."""
    tls = anybody()
    for number in itertools.count():
        form = f"name=nobody-{number}&password=Example-{number}&csrf=x&next=".encode()
        await _ask(port, _head("POST", "/log-in", "Cookie: jiaohao_form=x", *_form(form)) + form, begun, tls)


async def guess(port: int, begun: Begun) -> None:
    """Made-up codes of appointments and cases."""
    for number in itertools.count():
        kind = "ac"[number % 2]
        await _ask(port, _head("GET", f"/{kind}/made-up-{id(begun)}-{number}"), begun)


KINDS: dict[str, tuple[Callable[[int, Begun], Awaitable[None]], int]] = {
    "silent": (silent, SILENT),
    "streams": (stream, STREAMS),
    "log-ins": (log_in, LOG_INS),
    "codes": (guess, CODES),
}


def anybody() -> ssl.SSLContext:
    """A stranger does not ask who answers."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _connect(port: int, tls: ssl.SSLContext | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port, local_addr=SOURCE, ssl=tls)


async def _ask(port: int, request: bytes, begun: Begun, tls: ssl.SSLContext | None = None) -> None:
    with contextlib.suppress(OSError):
        reader, writer = await _connect(port, tls)
        writer.write(request)
        await reader.read()
        writer.close()
    begun()
    await asyncio.sleep(AGAIN_S)


def _head(method: str, path: str, *more: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: hall", "Connection: close", *more, "", ""]).encode()


def _form(content: bytes) -> tuple[str, str]:
    return "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(content)}"


async def flood(kind: str, port: int) -> None:
    """All attackers of a kind at once; `begun` is told when each has done its first act."""
    attack, number = KINDS[kind]
    waiting = set(range(number))

    def begun(one: int) -> None:
        if one in waiting:
            waiting.discard(one)
            if not waiting:
                print("begun", flush=True)

    def of(one: int) -> Begun:
        return lambda: begun(one)

    await asyncio.gather(*(attack(port, of(one)) for one in range(number)))


def messages(port: int, credentials: Path) -> None:
    """Requests of a terminal that has no use for an answer, as fast as the broker takes them."""
    name = credentials.name
    paho = client(Broker.parse(f"mqtts://127.0.0.1:{port}", credentials=credentials), "any")
    paho.connect("127.0.0.1", port)
    paho.loop_start()
    print("begun", flush=True)
    while True:
        for _ in range(200):
            paho.publish(Topics("testhall").command("rate", name), b'{"level": 9}', qos=0)
        while paho.want_write():
            pass


def main() -> None:
    kind, port, credentials = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if kind == "messages":
        messages(port, credentials)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    asyncio.run(flood(kind, port))


if __name__ == "__main__":
    main()
