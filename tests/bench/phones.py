"""Phones that follow their tickets: so many live pages, each read as a browser does.

python -m tests.bench.phones PORT < tokens, one a line. Says "ready" once every page has its first picture.
"""

from __future__ import annotations

import asyncio
import sys


async def follow(port: int, number: int, token: str, shown: asyncio.Event) -> None:
    """One phone, from an address of its own."""
    here = (f"127.0.{1 + number // 200}.{1 + number % 200}", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=here)
    writer.write(f"GET /t/{token}/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    await reader.readuntil(b"event: picture")
    shown.set()
    while await reader.read(65536):
        pass


async def main() -> None:
    tokens = sys.stdin.read().split()
    shown = [asyncio.Event() for _ in tokens]
    async with asyncio.TaskGroup() as group:
        for number, token in enumerate(tokens):
            group.create_task(follow(int(sys.argv[1]), number, token, shown[number]))
            await asyncio.sleep(0.005)
        for event in shown:
            await event.wait()
        print("ready", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
