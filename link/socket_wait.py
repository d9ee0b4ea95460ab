"""How a thread with a connection sleeps: until bytes are there, until another thread wakes it, or until a moment is due."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from typing import Protocol


class HasFileNumber(Protocol):
    """A socket, with or without TLS."""

    def fileno(self) -> int:
        """Its file descriptor."""


class SocketWait:
    """One thread waits, any thread may `wake` it, also from a signal handler. Usable at once; `close` it at the end."""

    def __init__(self) -> None:
        self._wake_r, self._wake_w = socket.socketpair()
        self._wake_r.setblocking(False)
        self._wake_w.setblocking(False)

    def close(self) -> None:
        """Give the sockets back; nobody waits any more."""
        self._wake_r.close()
        self._wake_w.close()

    def wake(self) -> None:
        """End the wait that is under way, or the next one at once."""
        with contextlib.suppress(OSError):  # a wake-up is waiting already, or nobody waits any more
            self._wake_w.send(b"\0")

    def wait(self, timeout_s: float, line: HasFileNumber | None, *, writes: bool) -> bool:
        """Sleep, at most so long; whether bytes are there on `line`, a socket or None. `writes`: until it takes bytes, too."""
        poll = select.poll()
        poll.register(self._wake_r, select.POLLIN)
        if line is not None:
            poll.register(line, select.POLLIN | (select.POLLOUT if writes else 0))
            timeout_s = 0.0 if holds_bytes(line) else timeout_s
        ready = dict(poll.poll(timeout_s * 1000))
        if self._wake_r.fileno() in ready:
            self._drain()
        return line is not None and bool(ready.get(line.fileno(), 0) & ~select.POLLOUT or holds_bytes(line))

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_r.recv(4096):
                pass


def readable(line: HasFileNumber) -> bool:
    """Whether bytes are there, on the line or taken off it already."""
    poll = select.poll()
    poll.register(line, select.POLLIN)
    return holds_bytes(line) or bool(poll.poll(0))


def holds_bytes(line: HasFileNumber) -> bool:
    """Whether TLS has already taken bytes off the line that nobody has read."""
    return isinstance(line, ssl.SSLSocket) and line.pending() > 0
