"""Serves the web pages in a thread of their own, with what belongs to them: the guides and the rollouts."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from contract.configuration.hall import HallConfig, Web
from link import Broker
from queue_server.catalogue.hall_guides import HallGuides, guides_of
from queue_server.enrolment.revocation import broker_here
from queue_server.hall_access import HallAccess
from queue_server.rollouts import driver
from queue_server.rollouts.bundle_shelf import BundleShelf
from queue_server.rollouts.driver import RolloutDriver
from queue_server.rollouts.repository import RolloutRepository
from queue_server.store.database import ERRORS, Database
from queue_server.upkeep.job import PeriodicJob
from queue_server.web import BadWeb, tls
from queue_server.web.app import build
from queue_server.web.tls import Tls

LOG = logging.getLogger(__name__)
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only compared with


class WebPages:
    """The web pages of one server.

    `listen` is HOST:PORT; `tls` is instead of that of the configuration; `connected` says whether `broker` is,
    `broker_folder` is what broker-config wrote, if the broker is on this machine.
    """

    def __init__(
        self, desk: HallAccess, config: HallConfig, database: Database, *, hall: Path, state: Path, listen: str,
        web_tls: str | None, broker: Broker, broker_folder: Path,
        connected: Callable[[], bool], example_accounts: bool, clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._desk, self._config, self._database, self._hall, self._state = desk, config, database, hall, state
        self._listen, self._broker, self._connected, self._clock = listen, broker, connected, clock
        self._broker_folder = broker_folder
        self._example_accounts = example_accounts
        self._web = config.web if web_tls is None else Web.model_validate({**config.web.model_dump(), "tls": web_tls})
        self._tls: Tls | None = None
        self._guides: HallGuides | None = None
        self._jobs: list[PeriodicJob] = []
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._end_streams: Callable[[], None] = lambda: None

    def open(self) -> None:
        """Bind the address and begin to serve; raise BadWeb when the address cannot be used."""
        sock, host, port = bind(self._listen)
        scheme = "http" if self._web.tls == "off" else "https"
        address = self._config.hall.web_address or f"{scheme}://{_bracketed(self._reachable(host))}:{port}"
        self._open_tls(address, scheme)
        self._guides = guides_of(self._hall, state=self._state, database=self._database, show=self._desk.show, web=address)
        if self._guides is not None:
            self._guides.open()
        self._open_rollouts(address)
        app = build(
            self._desk, self._config, database=self._database, state=self._state, guides=self._guides,
            broker=broker_here(self._broker_folder.absolute(), self._broker),
            example_accounts=self._example_accounts, only_https=self._web.tls == "files",
        )  # fmt: skip
        self._end_streams = app.state.end_streams
        certificate = self._tls
        self._server = uvicorn.Server(uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2,
            ssl_context_factory=(lambda _config, _default: certificate.context) if certificate is not None else None,
        ))  # fmt: skip
        self._thread = threading.Thread(target=self._server.run, args=([sock],), name="web", daemon=True)
        self._thread.start()
        print(f"web pages at {scheme}://{_bracketed(host)}:{port}/", flush=True)

    def close(self) -> None:
        """Stop serving; what is still being answered gets two seconds."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._end_streams()
            self._thread.join(5)
        for job in self._jobs:
            job.close()
        if self._guides is not None:
            self._guides.close()

    def _open_tls(self, address: str, scheme: str) -> None:
        if self._web.tls == "off":
            return
        parts = urlsplit(address)
        if parts.scheme != scheme:
            raise BadWeb(
                f"the pages are served by HTTPS: write {address.replace('http:', 'https:', 1)} as web_address in hall.toml"
            )
        hosts = [parts.hostname or ""]
        self._tls = Tls(self._web, hall=self._hall, state=self._state, hosts=hosts, clock=self._clock)
        self._tls.look()
        self._open_job(PeriodicJob("web-tls", self._tls.look, tls.LOOK_S, expected=(BadWeb,), failure="no new certificate"))

    def _open_rollouts(self, address: str) -> None:
        writer, reader = self._database.writer, self._database.reader
        shelf = BundleShelf(self._state / "bundles", writer, reader, self._clock)
        repository = RolloutRepository(writer, reader)
        rollouts = RolloutDriver(repository, shelf, self._desk, self._connected, address, self._clock)
        failure = "the rollouts cannot be driven just now"
        self._open_job(PeriodicJob("rollouts", rollouts.look, driver.LOOK_S, expected=ERRORS, failure=failure))

    def _open_job(self, job: PeriodicJob) -> None:
        job.open()
        self._jobs.append(job)

    def _reachable(self, host: str) -> str:
        """Where others reach pages that listen on `host`; if that is everywhere, the address that the broker sees."""
        if host not in EVERYWHERE:
            return host
        family, _, _, _, address = socket.getaddrinfo(self._broker.host, self._broker.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
            sock.connect(address)
            host = str(sock.getsockname()[0])
        if host in EVERYWHERE or ipaddress.ip_address(host).is_loopback:
            LOG.warning("kiosks on other machines cannot fetch the guides: give web_address under [hall] in hall.toml")
            return "127.0.0.1"
        return host


def bind(address: str) -> tuple[socket.socket, str, int]:
    """Listen on HOST:PORT; the socket with its host and port. Raise BadWeb."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdigit():
        raise BadWeb(f"--web {address!r} is no address; give HOST:PORT, for example 127.0.0.1:8080")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, int(port)))
        sock.listen(128)
    except (OSError, OverflowError) as error:
        sock.close()
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BadWeb(f"the web pages cannot listen on {address} ({why}); give another port with --web") from None
    return sock, host, sock.getsockname()[1]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
