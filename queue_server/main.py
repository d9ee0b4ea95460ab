"""`jiaohao-server`: the hall's authority. Sub-commands: crowd, broker-config, enrol, audit, appointment, case,
technician-code."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import logging
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import BadHall, load
from contract.configuration.packing import packed
from contract.masking import mask_logs
from contract.version import version
from contract.wire import codec
from contract.wire.topics import Topics
from link import BadBroker, Broker, new_session
from queue_server.broker.retained import RetainedTopics
from queue_server.broker.server import Server, ServerIdentity
from queue_server.codes.verifiers import example, opened
from queue_server.commands.hall_rules import HallRules
from queue_server.hall_access import HallAccess
from queue_server.ledger.ledger import Ledger
from queue_server.ledger.reports import Reports
from queue_server.store.command_access import database_of
from queue_server.store.database import BadDatabase, Database
from queue_server.upkeep.personal_data import expiry
from queue_server.web import BadWeb

if TYPE_CHECKING:
    from queue_server.web.serve import WebPages

LOG = logging.getLogger(__name__)
EXIT_USAGE = 2
EXIT_TROUBLE = 1
LEAVING_S = 5.0
"""So long a server waits for another one that is ending to let go of the state folder."""


class CannotStart(RuntimeError):
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
    except (BadHall, BadBroker, BadDatabase, BadWeb, CannotStart) as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)
        return EXIT_USAGE if isinstance(error, BadBroker) else EXIT_TROUBLE
    return 0


def _crowd(words: list[str]) -> int:
    from queue_server import crowd

    parser = argparse.ArgumentParser(prog="jiaohao-server crowd", description=crowd.__doc__)
    crowd.add_arguments(parser)
    return int(crowd.run(parser.parse_args(words)) or 0)


def _broker_config(words: list[str]) -> int:
    from queue_server.enrolment.command import broker_config

    return broker_config(words)


def _enrol(words: list[str]) -> int:
    from queue_server.enrolment.command import enrol

    return enrol(words)


def _audit(words: list[str]) -> int:
    from queue_server.logs import command

    return command.main(words)


def _appointment(words: list[str]) -> int:
    from queue_server.appointments import command

    return command.main(words)


def _case(words: list[str]) -> int:
    from queue_server.cases import command

    return command.main(words)


def _technician_code(words: list[str]) -> int:
    from queue_server.technician_codes import command

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
    parser.add_argument(
        "--broker-folder", type=Path, metavar="DIR", help="what broker-config wrote, for revoking (default: STATE/broker)"
    )
    parser.add_argument("--web", metavar="HOST:PORT", help="where console, wall and phone pages listen; left out: no web pages")
    parser.add_argument("--web-tls", choices=["off", "hall"], help="instead of tls under [web] in hall.toml")
    parser.add_argument("--database", metavar="URL", help="postgresql://user@host/name instead of DIR/ledger.sqlite")
    parser.add_argument("--always-open", action="store_true", help="give numbers at any hour (for demonstrations)")
    parser.add_argument("--example-accounts", action="store_true", help="log-ins with a printed password (for demonstrations)")
    parser.add_argument(
        "--example-platform", action="store_true", help="service codes signed with DIR/example-platform (for demonstrations)"
    )
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    parser.add_argument("--version", action="version", version=version())
    return parser


def _serve(options: argparse.Namespace) -> None:
    """Read the configuration, take the state folder, run."""
    config = load(options.hall)
    broker = Broker.parse(options.broker, credentials=options.credentials)
    try:
        options.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"the state folder {options.state} cannot be made ({error.strerror}); give another --state") from None
    with contextlib.nullcontext() if options.database else _alone(options.state):
        _run(options, config, broker)


@contextlib.contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Hold the state folder: SQLite serves one server only. Raise Trouble while another one has it."""
    try:
        lock = (state / "server.lock").open("w")
    except OSError as error:
        raise CannotStart(
            f"nothing can be written in the state folder {state} ({error.strerror}); give another --state"
        ) from None
    with lock:
        deadline = time.monotonic() + LEAVING_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise CannotStart(
                        f"another server uses the state folder {state}; end it, give another --state, "
                        "or let both share one PostgreSQL with --database"
                    ) from None
                time.sleep(0.1)
        yield


def _run(options: argparse.Namespace, config: HallConfig, broker: Broker) -> None:
    """Wire everything together and run until a signal comes."""
    database = database_of(options)
    verifiers = opened(options.hall, config.verifier) + ((example(options.state),) if options.example_platform else ())
    hall = HallRules(config, always_open=options.always_open, verifiers=verifiers)
    ledger = Ledger(database, hall, clock=_now, monotonic=time.monotonic)
    ledger.open()
    retained = RetainedTopics()
    server = Server(
        broker=broker,
        topics=Topics(config.hall.id),
        identity=ServerIdentity(new_session(), version(), _now().astimezone(config.zone)),
        ledger=ledger,
        retained=retained,
        clock=_now,
        monotonic=time.monotonic,
    )
    server.show("configuration", codec.encode(packed(options.hall)))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    desk = HallAccess(
        hand_over=server.hand_over, retained=retained, reports=Reports(database, hall, _now), say=server.say, show=server.show
    )
    web = _web(desk, config, database, options, server) if options.web else None
    deletion = expiry(database, config, _now)
    try:
        deletion.open()
        if web is not None:
            web.open()
        print(f"queue server for hall {config.hall.id} on the broker {broker}", flush=True)
        server.run()
    finally:
        if web is not None:
            web.close()
        deletion.close()
        ledger.close()


def _web(desk: HallAccess, config: HallConfig, database: Database, options: argparse.Namespace, server: Server) -> WebPages:
    """The web pages, with what they need of the command line."""
    from queue_server.web.serve import WebPages

    return WebPages(
        desk, config, database, hall=options.hall, state=options.state, listen=options.web, web_tls=options.web_tls,
        broker=server.broker, broker_folder=options.broker_folder or options.state / "broker",
        connected=server.connected.is_set, example_accounts=options.example_accounts, clock=_now,
    )  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
