"""The first way into a new hall: an administrator with a password in a file, or accounts for a demonstration."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from contract import durable
from contract.configuration.hall import HallConfig
from queue_server.web.auth.accounts import Accounts, new_password

LOG = logging.getLogger(__name__)
FILE = "first-log-in.txt"
ADMINISTRATOR = "admin"
EDITORS = ("entry", "establishment", "service")
EXAMPLE_PASSWORD = "Example-2026"  # noqa: S105 - everybody knows it; it opens nothing unless examples are asked for


def provide(accounts: Accounts, config: HallConfig, state: Path, department: str = "") -> dict[str, str]:
    """See to it that somebody can log in; return name → password of the example accounts to tell, if they are allowed.

    In a hall with guides there is also an example account that writes those of `department`, and two that review and publish.

    A real hall gets one administrator, whose password is written to `state`/first-log-in.txt, readable for its owner only,
    and must be changed at the first log-in; the next start afterwards takes the file away.
    """
    if accounts.examples:
        names = example_accounts(accounts, [clerk.id for clerk in config.clerk], department)
        anywhere = [clerk.id for clerk in config.clerk if not clerk.windows] or [clerk.id for clerk in config.clerk]
        return {
            name: EXAMPLE_PASSWORD for name in [*anywhere[:1], "supervisor", "technician", "admin", *EDITORS] if name in names
        }
    path = state / FILE
    password = first_administrator(accounts, written_down=path.exists() and path.stat().st_size > 0)
    if password is None and not any(account.must_change for account in accounts.all() if account.name == ADMINISTRATOR):
        path.unlink(missing_ok=True)
    if password is not None:
        durable.replace_file(path, f"{ADMINISTRATOR} {password}\n", mode=0o600)
        LOG.warning("this hall has no accounts yet: log in as admin with the password in %s and change it", path)
    return {}


def first_administrator(accounts: Accounts, *, written_down: bool) -> str | None:
    """In a hall that has only example accounts or none, see to an account `admin`; return its password, to be changed at
    the first log-in. None in a hall with accounts of its own. Not `written_down`: a password that nobody can have read,
    because the power went before it was in the file, is replaced."""
    known = accounts.all()
    own = [account for account in known if not account.example]
    unread = not written_down and [account.name for account in own] == [ADMINISTRATOR] and own[0].must_change
    if own and not unread:
        return None
    password = new_password()
    if any(account.name == ADMINISTRATOR for account in known):
        accounts.set_password(ADMINISTRATOR, password, must_change=True)
    else:
        accounts.create(ADMINISTRATOR, password, "administrator", must_change=True)
    return password


def example_accounts(accounts: Accounts, clerks: Sequence[str], department: str = "") -> list[str]:
    """In a hall without accounts create one a clerk, `supervisor`, `technician` and `admin`, and for a hall with guides `entry`
    (who writes those of `department`), `establishment` and `service`, all with EXAMPLE_PASSWORD.

    Returns the names that still have that password. They can log in only while `accounts.examples` holds.
    """
    known = accounts.all()
    if not known:
        for clerk in clerks:
            accounts.create(clerk, EXAMPLE_PASSWORD, "clerk", clerk=clerk, example=True)
        if department:
            accounts.create("entry", EXAMPLE_PASSWORD, "entry", department=department, example=True)
        for name in ("supervisor", "technician", *(("establishment", "service") if department else ())):
            accounts.create(name, EXAMPLE_PASSWORD, name, example=True)
        accounts.create(ADMINISTRATOR, EXAMPLE_PASSWORD, "administrator", example=True)
        known = accounts.all()
    return [account.name for account in known if account.example]
