"""Connections to the web pages: how many there may be, and how long one may keep silent.

Nobody is known before the request has come. So connections are shared out by where they come from, and one that says nothing
is closed: else a single machine could use up the files of the server, with which it also reaches its broker.
"""

from __future__ import annotations

import asyncio
import resource
import socket
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from queue_server.web.shares import Shares, origin

MOST_FILES = 65536
KEPT_FILES = 256
"""Files for everything that is no connection to the pages: ledger, broker, bundles, logs."""
MOST_CONNECTIONS = 4096


def raise_file_limit() -> int:
    """Allow this program as many open files as the system lets it, MOST_FILES at most; how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return MOST_FILES if soft == resource.RLIM_INFINITY else soft


def most_connections(files: int, listeners: int) -> int:
    """How many connections each of so many listeners may have, of a program that may open `files` files."""
    return max(16, min(MOST_CONNECTIONS, (files - KEPT_FILES) // listeners // 2))


class SharingListener(socket.socket):
    """A listening socket that shares its connections out. Who has its share is hung up on, before TLS and HTTP."""

    def __init__(self, family: int, most: int, unshared: frozenset[str] = frozenset()) -> None:
        """`most`: connections of all together. `unshared`: proxies, which bring the connections of many."""
        # A connection has the protocol of its listener; asyncio sends at once (TCP_NODELAY) only where that is said to be TCP.
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._shares, self._unshared = Shares(most), unshared

    @property
    def free(self) -> int:
        """How many connections more there may be."""
        return self._shares.free

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection of somebody who may have one more. Raise BlockingIOError when nobody waits."""
        while True:
            connection, peer = super().accept()
            who = origin(peer[0])
            if who in self._unshared:
                return connection, peer
            if self._shares.take(who):
                return _SharedConnection(connection, self._shares, who), peer
            connection.close()


class _SharedConnection(socket.socket):
    """A connection that gives its place back when it is closed."""

    def __init__(self, connection: socket.socket, shares: Shares, who: str) -> None:
        super().__init__(connection.family, connection.type, connection.proto, fileno=connection.detach())
        self._shares: Shares | None = shares
        self._who = who

    def close(self) -> None:
        shares, self._shares = self._shares, None
        if shares is not None:
            shares.give_back(self._who)
        super().close()


@dataclass(frozen=True)
class Patience:
    """Seconds: how long the head of a request may take, from the connection or the answer before; how long a body may pause."""

    head_s: float = 10.0
    body_s: float = 60.0


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose next request, or the rest of it, does not come."""

    patience = Patience()
    _deadline: asyncio.TimerHandle | None = None

    @classmethod
    def of(cls, patience: Patience) -> type[ImpatientProtocol]:
        """The protocol with that patience."""
        return type(cls.__name__, (cls,), {"patience": patience})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(self.patience.head_s)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        match self.conn.their_state:
            case h11.IDLE:
                self._wait(self.patience.head_s)
            case h11.SEND_BODY:
                self._stop_waiting()
                self._wait(self.patience.body_s)
            case _:
                self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        """Close when so long nothing has come of what is waited for; a head is not given more time for each byte."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(seconds, self._too_late)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self.flow.read_paused:  # it is the server that does not read on
            self._wait(self.patience.body_s)
        else:
            self.transport.abort()
