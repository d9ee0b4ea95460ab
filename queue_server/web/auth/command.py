"""The accounts of the web pages on the command line, for whoever is at the server itself: `jiaohao-server account --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from contract.configuration.hall_files import BadHall
from queue_server import command_access
from queue_server.command_access import LedgerOptions
from queue_server.logs.audit_log import AuditLog
from queue_server.store.database import BadDatabase, Database
from queue_server.web.auth.accounts import AccountRefused, Accounts, new_password
from queue_server.web.auth.sessions import Sessions

WHO = "command-line"


def main(words: list[str]) -> int:
    """Run the command; 0, or 1 when it was refused."""
    options = _parser().parse_args(words)
    try:
        with command_access.opened(LedgerOptions.of(options)) as (_, database):
            return _list(database) if options.do == "list" else _reset(database, options.name)
    except (BadHall, BadDatabase, OSError) as error:
        print(f"jiaohao-server account: {error}", file=sys.stderr)
        return 1


def reset(database: Database, name: str, clock: Callable[[], datetime], *, by: str = WHO) -> str:
    """Give an account a new password, to be changed at the first log-in; return it. The account is unlocked, allowed to log in
    and logged out everywhere. Raise AccountRefused (unknown)."""
    audit = AuditLog(database, clock)
    accounts, password = Accounts(database, audit, clock), new_password()
    accounts.set_password(name, password, must_change=True)
    accounts.set_active(name, True)
    Sessions(database, clock).end_all(name)
    audit.append(by, "account-reset", name)
    return password


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jiaohao-server account",
        description="List the accounts of the web pages, or give one a new password when nobody can log in any more.",
    )
    commands = parser.add_subparsers(dest="do", required=True)
    command_access.add_arguments(commands.add_parser("list", help="every account and its role"))
    one = commands.add_parser("reset", help="a new password, shown once; unlocks the account and logs it out everywhere")
    one.add_argument("name", help="the account, for example admin")
    command_access.add_arguments(one)
    return parser


def _list(database: Database) -> int:
    for account in _accounts(database).all():
        state = "" if account.active else "  barred"
        print(f"{account.name:<20} {account.role}{state}")
    return 0


def _reset(database: Database, name: str) -> int:
    try:
        password = reset(database, name, _now)
    except AccountRefused:
        known = ", ".join(account.name for account in _accounts(database).all())
        print(f"jiaohao-server account: there is no account {name!r}; known: {known or 'none'}", file=sys.stderr)
        return 1
    print(f"account {name}, new password: {password}\nIt must be changed at the first log-in.")
    return 0


def _accounts(database: Database) -> Accounts:
    return Accounts(database, AuditLog(database, _now), _now)


def _now() -> datetime:
    return datetime.now(UTC)
