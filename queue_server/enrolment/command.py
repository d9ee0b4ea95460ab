"""`jiaohao-server broker-config` and `jiaohao-server enrol`: TLS for the broker, tokens and certificates for terminals."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.configuration.hall_files import BadHall, load
from link.credentials import BadCredentials, read
from queue_server.command_access import beside_server
from queue_server.enrolment import authority, broker
from queue_server.enrolment.authority import BadAuthority
from queue_server.enrolment.register import AUTHORITY, Register
from queue_server.enrolment.revocation import BrokerHere, NotInEffect, revoke
from queue_server.privacy import NoKey, Sealer, key
from queue_server.state_folder import BadState, check_links, give_back
from queue_server.store.database import BadDatabase

TROUBLES = (BadHall, BadAuthority, BadDatabase, BadState, NoKey, NotInEffect)


def broker_config(words: list[str]) -> int:
    """Write the broker's folder; the exit code."""
    parser = argparse.ArgumentParser(
        prog="jiaohao-server broker-config",
        description="Write mosquitto's configuration with TLS, the access file made from devices.toml, the hall's certificate "
        "authority and the queue server's own credentials. Run it again after devices.toml or an address has changed.",
    )
    _common(parser)
    parser.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with hall.toml and its neighbours")
    parser.add_argument(
        "--credentials", type=Path, metavar="DIR", help="where the server's own go (default: STATE/credentials)"
    )
    parser.add_argument(
        "--host", action="append", default=[], metavar="NAME", help="name or address of this machine; repeat it"
    )
    parser.add_argument("--listen", default="0.0.0.0", metavar="ADDRESS", help="where mosquitto listens (default: everywhere)")  # noqa: S104
    parser.add_argument("--port", type=int, default=8883, help="mosquitto's port (default 8883)")
    parser.add_argument("--server", action="append", default=[], metavar="NAME", help="a queue server's name (default: server)")
    parser.add_argument(
        "--group", metavar="GROUP", help="the group that may read the broker's folder: mosquitto on an appliance"
    )
    options = parser.parse_args(words)
    with _reported(options.state):
        _write_broker(options)
        return 0
    return 1


def _write_broker(options: argparse.Namespace) -> None:
    config = load(options.hall)
    check_links(options.state)
    options.state.mkdir(parents=True, exist_ok=True)
    folder = options.state / AUTHORITY
    fresh = not (folder / "ca.crt").exists() and not (folder / "ca.key").exists()
    signs = authority.make(folder, config.hall.id, _now()) if fresh else authority.load(folder)
    hosts = ["127.0.0.1", "::1", "localhost", socket.gethostname(), *options.host]
    servers = options.server or ["server"]
    clash = {terminal.id for terminal in config.terminal} & set(servers)
    if clash:
        raise BadAuthority(f"{', '.join(sorted(clash))} is a terminal in devices.toml; give the server another name")
    target = _folder(options)
    broker.configure(
        target,
        config,
        signs,
        listen=options.listen,
        port=options.port,
        hosts=hosts,
        servers=servers,
        group=options.group,
        owner=options.state.stat().st_uid,
        now=_now(),
    )
    own = options.credentials or options.state / "credentials"
    with _register(options) as register:
        for name in servers:
            place = own if len(servers) == 1 else own / name
            if not _has(place, name, signs.pem):
                register.remember(name, broker.client_credentials(place, signs, name, _now(), authority.LASTING))
        broker.write_revoked(target, register, _now())
    told = broker.reload(target)
    print(f"broker: {target / 'mosquitto.conf'}{' (read again)' if told else ''}\nserver: --credentials {own}")


def enrol(words: list[str]) -> int:
    """Make tokens, list certificates, revoke them; the exit code."""
    parser = argparse.ArgumentParser(
        prog="jiaohao-server enrol", description="Tokens and certificates of the hall's terminals."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    new = commands.add_parser("new", help="make a one-time token for a terminal of devices.toml")
    new.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with hall.toml and its neighbours")
    new.add_argument("--terminal", required=True, metavar="ID", help="the terminal's id in devices.toml")
    new.add_argument(
        "--role", choices=["hall", "rating", "screen", "agent", "crowd"], help="refuse if devices.toml gives it another role"
    )
    new.add_argument("--hours", type=float, default=24, help="how long the token holds (default 24)")
    new.add_argument("--url", metavar="URL", help="the web address for the QR code (default: web_address of hall.toml)")
    shown = commands.add_parser("list", help="every certificate, its end, and whether it was revoked")
    out = commands.add_parser("revoke", help="shut a terminal out, at once")
    out.add_argument("--terminal", required=True, action="append", metavar="ID", help="repeat it for several")
    out.add_argument("--port", type=int, default=8883, help="mosquitto's port on this machine (default 8883)")
    for command in (new, shown, out):
        _common(command)
    options = parser.parse_args(words)
    with _reported(options.state):
        {"new": _new, "list": _list, "revoke": _revoke}[options.command](options)
        return 0
    return 1


def _new(options: argparse.Namespace) -> None:
    config = load(options.hall)
    terminal = next((t for t in config.terminal if t.id == options.terminal), None)
    if terminal is None:
        known = ", ".join(t.id for t in config.terminal) or "none"
        raise BadAuthority(
            f"devices.toml has no terminal {options.terminal!r}; known there: {known}. Write a [[terminal]] with this id, "
            "then run `jiaohao-server broker-config`, then this command again"
        )
    if options.role and options.role != terminal.role:
        raise BadAuthority(f"devices.toml says that {terminal.id} has the role {terminal.role}, not {options.role}; change one")
    with _register(options) as register:
        token, until = register.new_token(terminal.id, timedelta(hours=options.hours))
    url = options.url or config.hall.web_address or ""
    print(
        f"token    {token}\nterminal {terminal.id} ({terminal.role})\nuntil    {until.astimezone(config.zone):%Y-%m-%d %H:%M}"
    )
    _print_qr(f"jiaohao-enrol:{terminal.id}:{token}:{url}")
    where = url or "http://SERVER:8080"
    print(f"jiaohao-enrol --url {where} --credentials /etc/jiaohao/credentials --terminal {terminal.id} --token {token}")


def _print_qr(content: str) -> None:
    import qrcode

    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(content)
    code.print_ascii(out=sys.stdout, invert=sys.stdout.isatty())


def _list(options: argparse.Namespace) -> None:
    with _register(options) as register:
        for row in register.certificates():
            state = "revoked" if row.revoked_at else "expired" if row.expires_at < _now() else "good"
            print(f"{row.terminal:<20} {state:<8} until {row.expires_at:%Y-%m-%d}  {row.serial}")


def _revoke(options: argparse.Namespace) -> None:
    with _register(options) as register:
        count = revoke(register, BrokerHere(_folder(options), ("127.0.0.1", options.port)), options.terminal, _now)
    print(f"{count} certificates revoked, {', '.join(options.terminal)} shut out")


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", type=Path, required=True, metavar="DIR", help="the queue server's data")
    parser.add_argument("--database", metavar="URL", help="postgresql://user@host/name instead of STATE/ledger.sqlite")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the broker's folder (default: STATE/broker)")


def _folder(options: argparse.Namespace) -> Path:
    folder: Path = options.out or options.state / "broker"
    return folder.absolute()


@contextmanager
def _register(options: argparse.Namespace) -> Iterator[Register]:
    with beside_server(options.state, options.database) as database:
        signs = authority.load(options.state / AUTHORITY)
        yield Register(database, signs, Sealer(key(options.state)), _now)


@contextmanager
def _reported(state: Path) -> Iterator[None]:
    try:
        try:
            yield
        finally:
            give_back(state)
    except TROUBLES as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)


def _has(folder: Path, name: str, ca: str) -> bool:
    """Whether the folder holds credentials of this authority for `name`."""
    try:
        return read(folder).name == name and (folder / "ca.crt").read_text() == ca
    except (BadCredentials, OSError):
        return False


def _now() -> datetime:
    return datetime.now(UTC)
