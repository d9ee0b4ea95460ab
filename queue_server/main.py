"""`jiaohao-server`: the hall's authority, and the commands beside it."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import importlib
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from contract.configuration.hall_files import BadHall, load
from contract.number_masking import mask_logs
from contract.version import version
from link import BadBroker, Broker
from queue_server.broker.other_servers import AnotherServer
from queue_server.command_access import LedgerOptions
from queue_server.state_folder import LedgerLost, need_ledger
from queue_server.store.database import LEDGER, BadDatabase, DamagedLedger
from queue_server.web import BadWeb

EXIT_USAGE = 2
EXIT_TROUBLE = 1
EXIT_LOST = 3
"""The ledger is lost or damaged: no start mends that, so systemd makes none (RestartPreventExitStatus)."""
OWN = 0o077
"""What a program writes is for its own user (umask), however it was started."""
LEAVING_S = 5.0
"""How long a server waits for another one that is ending to let go of the state folder."""


class CannotStart(RuntimeError):
    """The server cannot start; the text says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code: 0 for a clean end, 1 for trouble at the start, 2 for wrong arguments, 3 for
    a ledger that is lost or damaged."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    if words[:1] and words[0] in COMMANDS:
        return _command(words[0])(words[1:])
    if words[:1] and not words[0].startswith("-"):
        parser.error(f"there is no command {words[0]!r}; there are {', '.join(COMMANDS)}")
    options = parser.parse_args(words)
    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    mask_logs()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        _serve(options)
    except (LedgerLost, DamagedLedger) as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)
        return EXIT_LOST
    except (BadHall, BadBroker, BadDatabase, BadWeb, CannotStart, AnotherServer) as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)
        return EXIT_USAGE if isinstance(error, BadBroker) else EXIT_TROUBLE
    return 0


COMMANDS = {
    "crowd": ("crowd.command:main", "play citizens and clerks"),
    "broker-config": ("enrolment.command:broker_config", "write the broker's TLS and access rules"),
    "enrol": ("enrolment.command:enrol", "make tokens for terminals, list and revoke certificates"),
    "backup": ("backup.command:backup", "copy the hall, which may be at work, into a sealed file"),
    "restore": ("backup.command:restore_hall", "put a hall back from a backup"),
    "audit": ("logs.command:main", "prove that the logs are as they were written"),
    "appointment": ("appointments.command:main", "book appointments and print their codes"),
    "case": ("cases.command:main", "take in cases and look at one"),
    "technician-code": ("technician_codes.command:main", "make a code for a terminal's service pages"),
    "account": ("web.auth.command:main", "list the accounts of the web pages, give one a new password"),
}
"""Command → its module in `queue_server` and the function in it, loaded when it is called, so that all start quickly; and what
it is for."""


def _command(name: str) -> Callable[[list[str]], int]:
    module, _, function = COMMANDS[name][0].partition(":")
    command: Callable[[list[str]], int] = getattr(importlib.import_module(f"queue_server.{module}"), function)
    return command


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jiaohao-server",
        description="The hall's one authority: numbers, calling, ratings, over MQTT 5 and on the web.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands beside the server, each with --help of its own:\n"
        + "\n".join(f"  {name:<16}  {about}" for name, (_, about) in COMMANDS.items()),
    )
    parser.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with hall.toml and its neighbours")
    parser.add_argument("--state", type=Path, required=True, metavar="DIR", help="folder in which the server keeps its data")
    parser.add_argument("--broker", required=True, metavar="HOST:PORT", help="the MQTT 5 broker; mqtts://HOST:PORT for TLS")
    parser.add_argument("--credentials", type=Path, metavar="DIR", help="ca.crt, client.crt and client.key for mqtts")
    parser.add_argument(
        "--broker-folder", type=Path, metavar="DIR", help="what broker-config wrote, for revoking (default: STATE/broker)"
    )
    parser.add_argument("--web", metavar="HOST:PORT", help="where console, wall and phone pages listen; left out: no web pages")
    parser.add_argument(
        "--staff-web",
        metavar="HOST:PORT",
        help="where the pages with a log-in listen, apart; left out: at --web, with all others",
    )
    parser.add_argument("--web-tls", choices=["off", "hall"], help="instead of tls under [web] in hall.toml")
    parser.add_argument(
        "--updates", type=Path, metavar="DIR", help="where a system for this machine is left for the installer (needs --web)"
    )
    parser.add_argument("--database", metavar="URL", help="postgresql://user@host/name instead of DIR/ledger.sqlite")
    parser.add_argument("--always-open", action="store_true", help="give numbers at any hour (for demonstrations)")
    parser.add_argument("--example-accounts", action="store_true", help="log-ins with a printed password (for demonstrations)")
    parser.add_argument(
        "--example-platform", action="store_true", help="service codes signed with DIR/example-platform (for demonstrations)"
    )
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    parser.add_argument("--version", action="version", version=version())
    return parser


def _serve(arguments: argparse.Namespace) -> None:
    """Read the configuration, take the state folder, run."""
    from queue_server import wiring  # only now: the other commands start quickly

    os.umask(OWN)
    state: Path = arguments.state
    if arguments.staff_web and not arguments.web:
        raise BadWeb("--staff-web needs --web, where the pages for the public and the terminals listen")
    _restore_first(arguments)
    config = load(arguments.hall)
    web = wiring.WebOptions(
        arguments.web, arguments.staff_web, arguments.web_tls, arguments.example_accounts, updates=arguments.updates
    )
    options = wiring.ServerOptions(
        LedgerOptions.of(arguments),
        broker=Broker.parse(arguments.broker, credentials=arguments.credentials),
        broker_folder=arguments.broker_folder or state / "broker",
        web=web if arguments.web else None,
        always_open=arguments.always_open,
        example_platform=arguments.example_platform,
    )
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"the state folder {state} cannot be made ({error.strerror}); give another --state") from None
    if arguments.database:
        wiring.run(options, config)
        return
    with alone(state):
        need_ledger(state / LEDGER)
        wiring.run(options, config)


def _restore_first(arguments: argparse.Namespace) -> None:
    """Put the hall back from the backup that waits in a state folder without a ledger. Raise CannotStart."""
    state: Path = arguments.state
    if arguments.database or not (state / "restore").is_dir():
        return
    from queue_server.backup import command, restore

    try:
        found = restore.waiting(state)
        if found is not None:
            done = restore.restore(*found, restore.RestoreTarget(arguments.hall, state), datetime.now(UTC))
            restore.used(state)
            print(command.said(done), flush=True)
    except command.TROUBLES as error:
        raise CannotStart(f"the backup in {state / 'restore'} was not put back: {error}") from None


@contextlib.contextmanager
def alone(state: Path, *, leaving_s: float = LEAVING_S) -> Iterator[None]:
    """Hold the state folder: SQLite serves one server only. Raise Trouble while another one has it."""
    try:
        lock = (state / "server.lock").open("w")
    except OSError as error:
        raise CannotStart(
            f"nothing can be written in the state folder {state} ({error.strerror}); give another --state"
        ) from None
    with lock:
        deadline = time.monotonic() + leaving_s
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


if __name__ == "__main__":
    sys.exit(main())
