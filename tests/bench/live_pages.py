"""Live pages that are open: each is read as a browser does.

python -m tests.bench.live_pages PORT < pages, one a line: path and cookie, with a tab between. Says "ready" once every page has
its first event.
"""

from __future__ import annotations

import asyncio
import sys


async def follow(port: int, number: int, path: str, cookie: str, shown: asyncio.Event) -> None:
    """One page, from an address of its own."""
    here = (f"127.0.{1 + number // 200}.{1 + number % 200}", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=here)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    await reader.readuntil(b"\ndata: ")
    shown.set()
    while await reader.read(65536):
        pass


async def main() -> None:
    pages = [line.rstrip("\n").partition("\t") for line in sys.stdin]
    shown = [asyncio.Event() for _ in pages]
    async with asyncio.TaskGroup() as group:
        for number, (path, _, cookie) in enumerate(pages):
            group.create_task(follow(int(sys.argv[1]), number, path, cookie, shown[number]))
            await asyncio.sleep(0.005)
        for event in shown:
            await event.wait()
        print("ready", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
