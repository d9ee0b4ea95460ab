"""`jiaohao-server`: the hall's authority. Sub-commands: crowd, broker-config, enrol, audit, appointment, case,
technician-code."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import ipaddress
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from link import BadBroker, Broker, new_session
from queue_server import __version__
from queue_server.api import messages
from queue_server.api.configuration import packed
from queue_server.api.hall import BadHall, HallConfig, load
from queue_server.api.masking import mask_logs
from queue_server.api.topics import Topics
from queue_server.catalogue.guides import HallGuides, guides_of
from queue_server.codes.opening import opened
from queue_server.desk import Desk
from queue_server.forgetting import Forgetting
from queue_server.ledger import Ledger
from queue_server.mirror import Mirror
from queue_server.mqtt import Identity, Server
from queue_server.reports import Reports
from queue_server.service.plan import Plan
from queue_server.store.database import BadDatabase, Database, sqlite_url

LOG = logging.getLogger(__name__)
EXIT_USAGE = 2
EXIT_TROUBLE = 1
LEAVING_S = 5.0
"""So long a server waits for another one that is ending to let go of the state folder."""
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only compared with


class Trouble(RuntimeError):
    """The server cannot start; the text says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code: 0 for a clean end, 1 for trouble at the start, 2 for wrong arguments."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    if words[:1] and words[0] in COMMANDS:
        return COMMANDS[words[0]](words[1:])
    options = parser.parse_args(words)
    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    mask_logs()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        _serve(options)
    except (BadHall, BadBroker, BadDatabase, Trouble) as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)
        return EXIT_USAGE if isinstance(error, BadBroker) else EXIT_TROUBLE
    return 0


def _crowd(words: list[str]) -> int:
    from queue_server import crowd

    parser = argparse.ArgumentParser(prog="jiaohao-server crowd", description=crowd.__doc__)
    crowd.add_arguments(parser)
    return int(crowd.run(parser.parse_args(words)) or 0)


def _broker_config(words: list[str]) -> int:
    from queue_server.enrol.command import broker_config

    return broker_config(words)


def _enrol(words: list[str]) -> int:
    from queue_server.enrol.command import enrol

    return enrol(words)


def _audit(words: list[str]) -> int:
    from queue_server.audit import command

    return command(words)


def _appointment(words: list[str]) -> int:
    from queue_server.appointments import command

    return command.main(words)


def _case(words: list[str]) -> int:
    from queue_server.cases import command

    return command.main(words)


def _technician_code(words: list[str]) -> int:
    from queue_server.passcodes import command

    return command.main(words)


COMMANDS = {
    "crowd": _crowd, "broker-config": _broker_config, "enrol": _enrol, "audit": _audit,
    "appointment": _appointment, "case": _case, "technician-code": _technician_code,
}  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jiaohao-server",
        description="The hall's one authority: numbers, calling, ratings, over MQTT 5 and on the web.",
        epilog="Each with --help of its own: `jiaohao-server crowd` plays citizens and clerks, `broker-config` writes the "
        "broker's TLS and access rules, `enrol` makes tokens for terminals and revokes them, `audit` verifies the event log, "
        "`appointment` books appointments, `case` takes in cases, `technician-code` opens the technician page of a terminal.",
    )
    parser.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with hall.toml and its neighbours")
    parser.add_argument("--state", type=Path, required=True, metavar="DIR", help="folder in which the server keeps its data")
    parser.add_argument("--broker", required=True, metavar="HOST:PORT", help="the MQTT 5 broker; mqtts://HOST:PORT for TLS")
    parser.add_argument("--credentials", type=Path, metavar="DIR", help="ca.crt, client.crt and client.key for mqtts")
    parser.add_argument("--web", metavar="HOST:PORT", help="where console, wall and phone pages listen; left out: no web pages")
    parser.add_argument("--database", metavar="URL", help="postgresql://user@host/name instead of DIR/ledger.sqlite")
    parser.add_argument("--always-open", action="store_true", help="give numbers at any hour (for demonstrations)")
    parser.add_argument("--example-accounts", action="store_true", help="log-ins with a printed password (for demonstrations)")
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    parser.add_argument("--version", action="version", version=__version__)
    return parser


def _serve(options: argparse.Namespace) -> None:
    """Read the configuration, take the state folder, run."""
    config = load(options.hall)
    broker = Broker.parse(options.broker, credentials=options.credentials)
    try:
        options.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"the state folder {options.state} cannot be made ({error.strerror}); give another --state") from None
    with contextlib.nullcontext() if options.database else _alone(options.state):
        _run(options, config, broker)


@contextlib.contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Hold the state folder: SQLite serves one server only. Raise Trouble while another one has it."""
    try:
        lock = (state / "server.lock").open("w")
    except OSError as error:
        raise Trouble(f"nothing can be written in the state folder {state} ({error.strerror}); give another --state") from None
    with lock:
        deadline = time.monotonic() + LEAVING_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Trouble(
                        f"another server uses the state folder {state}; end it, give another --state, "
                        "or let both share one PostgreSQL with --database"
                    ) from None
                time.sleep(0.1)
        yield


def _run(options: argparse.Namespace, config: HallConfig, broker: Broker) -> None:
    """Wire everything together and run until a signal comes."""
    database = Database(options.database or sqlite_url(options.state))
    plan = Plan(config, always_open=options.always_open, verifiers=opened(options.hall, config.verifier))
    ledger = Ledger(database, plan, clock=_now, monotonic=time.monotonic)
    ledger.open()
    mirror = Mirror()
    server = Server(
        broker=broker,
        topics=Topics(config.hall.id),
        identity=Identity(new_session(), __version__, _now().astimezone(config.zone)),
        ledger=ledger,
        mirror=mirror,
        clock=_now,
        monotonic=time.monotonic,
    )
    server.show("configuration", messages.encode(packed(options.hall)))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    desk = Desk(hand_over=server.hand_over, mirror=mirror, reports=Reports(database, plan, _now), say=server.say)
    web = _Web(desk, config, database, options, broker, server.show) if options.web else None
    forgetting = Forgetting(database, config, _now)
    try:
        forgetting.open()
        if web is not None:
            web.open()
        print(f"queue server for hall {config.hall.id} on the broker {broker}", flush=True)
        server.run()
    finally:
        if web is not None:
            web.close()
        forgetting.close()
        ledger.close()


class _Web:
    """The web pages, in a thread of their own."""

    def __init__(
        self,
        desk: Desk,
        config: HallConfig,
        database: Database,
        options: argparse.Namespace,
        broker: Broker,
        show: Callable[[str, bytes], None],
    ) -> None:
        self._desk, self._config, self._database, self._options = desk, config, database, options
        self._broker, self._show = broker, show
        self._guides: HallGuides | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._end_streams: Callable[[], None] = lambda: None

    def open(self) -> None:
        """Bind the address and begin to serve; raise Trouble when the address cannot be used."""
        from queue_server.web.app import build

        sock, host, port = _bind(self._options.web)
        options = self._options
        self._guides = guides_of(
            options.hall, state=options.state, database=self._database, show=self._show,
            web=self._config.hall.web_address or f"http://{_bracketed(self._reachable(host))}:{port}",
        )  # fmt: skip
        if self._guides is not None:
            self._guides.open()
        app = build(
            self._desk, self._config, database=self._database, state=options.state, guides=self._guides,
            example_accounts=options.example_accounts,
        )  # fmt: skip
        self._end_streams = app.state.end_streams
        settings = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, args=([sock],), name="web", daemon=True)
        self._thread.start()
        print(f"web pages at http://{_bracketed(host)}:{port}/", flush=True)

    def close(self) -> None:
        """Stop serving; what is still being answered gets two seconds."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._end_streams()
            self._thread.join(5)
        if self._guides is not None:
            self._guides.close()

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


def _bind(address: str) -> tuple[socket.socket, str, int]:
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdigit():
        raise Trouble(f"--web {address!r} is no address; give HOST:PORT, for example 127.0.0.1:8080")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, int(port)))
        sock.listen(128)
    except (OSError, OverflowError) as error:
        sock.close()
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Trouble(f"the web pages cannot listen on {address} ({why}); give another port with --web") from None
    return sock, host, sock.getsockname()[1]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
