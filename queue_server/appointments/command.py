"""Book, take in, list and cancel appointments: `jiaohao-server appointment --help`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from pydantic import ValidationError

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import BadHall
from queue_server import command_access
from queue_server.appointments import repository
from queue_server.appointments.intake import BookedAppointment, take_in, with_code
from queue_server.appointments.repository import Booking
from queue_server.appointments.row_format import bookings
from queue_server.codes import code_picture
from queue_server.command_access import LedgerOptions
from queue_server.row_files.problem import BadRows, problems_of
from queue_server.store.database import BadDatabase


class Unable(ValueError):
    """What was asked for cannot be done; the text says why."""


def main(words: list[str]) -> int:
    """Run the command; 0, or 1 when it was refused."""
    options = _parser().parse_args(words)
    try:
        return int(options.run(options))
    except (BadHall, BadDatabase, BadRows, Unable, OSError, ValueError) as error:
        print(f"jiaohao-server appointment: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    about = "Book, take in, list and cancel appointments."
    parser = argparse.ArgumentParser(prog="jiaohao-server appointment", description=about)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    add = verbs.add_parser("add", help="book an appointment and print its code")
    add.add_argument("--queue", required=True, help="id of the queue")
    add.add_argument("--at", type=_minute, metavar="TIME", help="local time, for example 2026-11-23T09:30; now if left out")
    add.add_argument("--minutes", type=float, default=30, help="how long the slot is (30)")
    add.add_argument("--name", required=True, help="who comes; kept masked")
    add.add_argument("--person", default="", help="ID number or the platform's id; kept as a hash")
    add.add_argument("--item", help="code of the item")
    code_picture.add_argument(add)
    add.set_defaults(run=_add)
    taken = verbs.add_parser("import", help="take in appointments from .xlsx, .csv or .json: all of them, or none")
    taken.add_argument("file", type=Path)
    taken.set_defaults(run=_import)
    listed = verbs.add_parser("list", help="list the appointments of a day")
    listed.add_argument("--day", type=date.fromisoformat, metavar="DAY", help="for example 2026-11-23; today if left out")
    listed.set_defaults(run=_list)
    cancel = verbs.add_parser("cancel", help="give an appointment up")
    cancel.add_argument("id")
    cancel.set_defaults(run=_cancel)
    for verb in (add, taken, listed, cancel):
        command_access.add_arguments(verb)
    return parser


def _minute(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 2026-11-23T09:30") from None


def _add(options: argparse.Namespace) -> int:
    with command_access.opened(LedgerOptions.of(options)) as (config, database):
        at: datetime = options.at or datetime.now(config.zone).replace(second=0, microsecond=0)
        at = at if at.tzinfo else at.replace(tzinfo=config.zone)
        try:
            booking = Booking(
                queue=options.queue,
                starts_at=at,
                ends_at=at + timedelta(minutes=options.minutes),
                name=options.name,
                person=options.person,
                item=options.item,
            )
        except (ValidationError, OverflowError) as error:
            said = "\n".join(map(str, problems_of(error))) if isinstance(error, ValidationError) else str(error)
            raise Unable(said) from None
        [made] = take_in(database, config, [(0, booking)], datetime.now(UTC))
        _print(config, made)
    code_picture.show(made.code, options.qr)  # it is booked before anybody can scan it
    return 0


def _import(options: argparse.Namespace) -> int:
    content = options.file.read_bytes()
    with command_access.opened(LedgerOptions.of(options)) as (config, database):
        numbered = bookings(config).read(content, options.file.name)
        for made in take_in(database, config, numbered, datetime.now(UTC)):
            _print(config, made)
    return 0


def _list(options: argparse.Namespace) -> int:
    with command_access.ledger(LedgerOptions.of(options)) as (config, connection, signer):
        day = options.day or datetime.now(config.zone).date()
        begins = datetime.combine(day, time(0), config.zone)
        for appointment in repository.between(
            connection, begins, datetime.combine(day + timedelta(days=1), time(0), config.zone)
        ):
            _print(config, with_code(signer, config, appointment))
    return 0


def _cancel(options: argparse.Namespace) -> int:
    with command_access.ledger(LedgerOptions.of(options)) as (_config, connection, _signer):
        if not repository.cancel(connection, options.id):
            raise Unable(f"{options.id} is not booked (any more); look at `jiaohao-server appointment list`")
    return 0


def _print(config: HallConfig, booked: BookedAppointment) -> None:
    made = booked.appointment
    starts, ends = (at.astimezone(config.zone) for at in (made.starts_at, made.ends_at))
    slot = f"{starts:%Y-%m-%d %H:%M}-{ends:%H:%M}"
    print(made.id, slot, made.queue, made.name, made.state, booked.code, sep="  ")
