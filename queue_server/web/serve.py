"""Serves the web application in a thread of its own."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from link import Broker
from queue_server.web import BadWeb
from queue_server.web.connections import ImpatientProtocol, Patience, SharingListener
from queue_server.web.sparing_log import spare_log

PATIENCE = Patience()
LOG = logging.getLogger(__name__)
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only compared with
HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


@dataclass(frozen=True)
class Listener:
    """A socket that listens, with its host and port."""

    socket: socket.socket
    host: str
    port: int

    def address(self, scheme: str, broker: Broker) -> str:
        """Where others reach pages that are served here; if that is everywhere, by the address that the broker sees."""
        return f"{scheme}://{_bracketed(self._reachable(broker))}:{self.port}"

    def on_this_machine(self, scheme: str) -> str:
        """Where this machine itself reaches the pages."""
        return f"{scheme}://{_bracketed(HERE.get(self.host, self.host))}:{self.port}"

    def __str__(self) -> str:
        return f"{_bracketed(self.host)}:{self.port}"

    def _reachable(self, broker: Broker) -> str:
        if self.host not in EVERYWHERE:
            return self.host
        host = self.host
        family, _, _, _, address = socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
            sock.connect(address)
            host = str(sock.getsockname()[0])
        if host in EVERYWHERE or ipaddress.ip_address(host).is_loopback:
            LOG.warning("kiosks on other machines cannot fetch the guides: give web_address under [hall] in hall.toml")
            return "127.0.0.1"
        return host


class WebServer:
    """Serves one application of `queue_server.web.app`. `context` is that of TLS, None for HTTP; `proxies` are the addresses
    whose X-Forwarded-For is believed."""

    def __init__(
        self,
        app: FastAPI,
        listener: Listener,
        context: ssl.SSLContext | None,
        proxies: Sequence[str] = (),
        name: str = "web",
        patience: Patience = PATIENCE,
    ) -> None:
        self._app = app
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=ImpatientProtocol.of(patience),
                loop="asyncio",
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                log_level="warning",
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=2,
                ssl_context_factory=(lambda _config, _default: context) if context is not None else None,
            )
        )
        self._thread = threading.Thread(target=self._server.run, args=([listener.socket],), name=name, daemon=True)

    def open(self) -> None:
        """Begin to serve."""
        spare_log()
        self._thread.start()

    def close(self) -> None:
        """Stop serving; what is still being answered gets two seconds."""
        self._server.should_exit = True
        self._app.state.end_streams()
        self._thread.join(5)


def listen(address: str, most: int, proxies: Sequence[str] = (), *, option: str = "--web") -> Listener:
    """Listen on HOST:PORT for `most` connections, of which those of `proxies` are not shared out. Raise BadWeb, which names the
    `option` of the command line."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdigit():
        raise BadWeb(f"{option} {address!r} is no address; give HOST:PORT, for example 127.0.0.1:8080")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = SharingListener(family, most, frozenset(proxies))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, int(port)))
        sock.listen(128)
    except (OSError, OverflowError) as error:
        sock.close()
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BadWeb(f"the web pages cannot listen on {address} ({why}); give another port with {option}") from None
    return Listener(sock, host, sock.getsockname()[1])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
