"""Take in cases from a file, and look at one: `jiaohao-server case --help`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from contract.configuration.hall_files import BadHall
from contract.wire.case import STATES
from queue_server import command_access
from queue_server.cases import repository
from queue_server.cases.intake import take_in
from queue_server.cases.row_format import CASES, BadCases
from queue_server.codes.seal import code_of
from queue_server.command_access import LedgerOptions
from queue_server.store.database import BadDatabase


def main(words: list[str]) -> int:
    """Run the command; 0, or 1 when it was refused."""
    options = _parser().parse_args(words)
    try:
        return int(options.run(options))
    except (BadHall, BadDatabase, BadCases, OSError) as error:
        print(f"jiaohao-server case: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jiaohao-server case", description="Take in cases from a file, and look at one.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    taken = verbs.add_parser("import", help="take in cases from .xlsx, .csv or .json: all of them, or none")
    taken.add_argument("file", type=Path)
    taken.set_defaults(run=_import)
    shown = verbs.add_parser("show", help="show a case as the kiosk would, with its code")
    shown.add_argument("number")
    shown.set_defaults(run=_show)
    for verb in (taken, shown):
        command_access.add_arguments(verb)
    return parser


def _import(options: argparse.Namespace) -> int:
    cases = CASES.read(options.file.read_bytes(), options.file.name)
    with command_access.opened(LedgerOptions.of(options)) as (_config, database):
        taken = take_in(database, cases, datetime.now(UTC))
        print(f"{taken.all} cases taken in: {taken.new} new, {taken.known} replaced")
    return 0


def _show(options: argparse.Namespace) -> int:
    with command_access.ledger(LedgerOptions.of(options)) as (config, connection, signer):
        case = repository.find(connection, options.number)
        if case is None:
            raise OSError(f"there is no case {options.number}")
        code = code_of(signer, "case", config.hall.id, case.number)
        print(f"{case.number}  {case.item}  {case.applicant}  {STATES[case.state].zh}  {case.binding_on or '-'}  {code}")
    return 0
