"""Show the codes that open a terminal's technician page: `jiaohao-server technician-code --help`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from contract.configuration.hall_files import BadHall
from contract.totp import STEP_S, code_at, step_of
from queue_server import command_access
from queue_server.command_access import LedgerOptions
from queue_server.store.database import BadDatabase
from queue_server.technician_codes.repository import FACES, new_code, secret_of


def main(words: list[str]) -> int:
    """Run the command: print both codes of a terminal; 0, or 1 when it was refused."""
    parser = argparse.ArgumentParser(
        prog="jiaohao-server technician-code",
        description="Show the codes that open the technician page of a terminal: the one for now, for a terminal that does not "
        "reach the server, and a new one-time code for one that does.",
    )
    command_access.add_arguments(parser)
    parser.add_argument(
        "--terminal", required=True, metavar="ID", help="the terminal's id in devices.toml, for example kiosk-1"
    )
    options = parser.parse_args(words)
    try:
        with command_access.ledger(LedgerOptions.of(options)) as (config, connection, signer):
            known = [terminal.id for terminal in config.terminal if terminal.role in FACES]
            if options.terminal not in known:
                names = ", ".join(known) or "none"
                raise OSError(f"{options.terminal!r} is no terminal with a screen in devices.toml; known there: {names}")
            now = datetime.now(UTC)
            code, until = new_code(connection, signer, options.terminal, "server", now)
            offline = code_at(secret_of(signer, options.terminal), step_of(now.timestamp()))
        left = STEP_S - int(now.timestamp()) % STEP_S
        print(
            f"one-time, until {until.astimezone(config.zone):%H:%M}:   {code}\nwithout the server, {left} s left:   {offline}"
        )
    except (BadHall, BadDatabase, OSError) as error:
        print(f"jiaohao-server technician-code: {error}", file=sys.stderr)
        return 1
    return 0
