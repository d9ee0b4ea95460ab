"""Who can log in to a hall that has no accounts yet."""

from __future__ import annotations

import logging
from pathlib import Path

from contract import durable
from contract.configuration.hall import HallConfig
from queue_server.web.auth.accounts import EXAMPLE_PASSWORD, Accounts, example_accounts, first_administrator

LOG = logging.getLogger(__name__)
FILE = "first-log-in.txt"
ADMINISTRATOR = "admin"
EDITORS = ("entry", "establishment", "service")


def provide(accounts: Accounts, config: HallConfig, state: Path, department: str = "") -> dict[str, str]:
    """See to it that somebody can log in; return name → password of the example accounts to tell, if they are allowed.

    In a hall with guides there is also an example account that writes those of `department`, and two that review and publish.

    A real hall gets one administrator, whose password is written to `state`/first-log-in.txt, readable for its owner only,
    and must be changed at the first log-in; the next start afterwards takes the file away.
    """
    if accounts.examples:
        names = example_accounts(accounts, [clerk.id for clerk in config.clerk], department)
        anywhere = [clerk.id for clerk in config.clerk if not clerk.windows] or [clerk.id for clerk in config.clerk]
        return {name: EXAMPLE_PASSWORD for name in [*anywhere[:1], "supervisor", "admin", *EDITORS] if name in names}
    path = state / FILE
    password = first_administrator(accounts, told=path.exists() and path.stat().st_size > 0)
    if password is None and not any(account.must_change for account in accounts.all() if account.name == ADMINISTRATOR):
        path.unlink(missing_ok=True)
    if password is not None:
        path.touch(mode=0o600)
        with path.open("w", encoding="utf-8") as file:
            file.write(f"{ADMINISTRATOR} {password}\n")
            durable.flush(file)
        LOG.warning("this hall has no accounts yet: log in as admin with the password in %s and change it", path)
    return {}
