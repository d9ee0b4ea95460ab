"""Takes bookings in, whoever hands them over, and gives each its code: the text in its QR code, and its page on the phone.

Many are written a few at a time, so that the hall goes on; they are seen together, when the last one is written, or never.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from contract.configuration.hall import HallConfig
from contract.wire.scanned_code import PREFIXES
from queue_server.appointments import booking
from queue_server.appointments.booking import WantedAppointment
from queue_server.appointments.offer import Offer, published_items
from queue_server.appointments.repository import Appointment, Booking, NotBooked
from queue_server.appointments.row_format import local
from queue_server.codes.seal import code_of
from queue_server.codes.signer import Signer
from queue_server.row_files.problem import Problem
from queue_server.store import tables
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key
from queue_server.store.slices import FIRST, write_in_slices

A, I = tables.appointments.c, tables.intakes.c  # noqa: E741
ABANDONED = timedelta(minutes=1)
"""So long after its last row an intake has ended with its program."""


@dataclass(frozen=True)
class BookedAppointment:
    """An appointment with its code. `address` opens it on the phone; "" in a hall whose pages have no address of their own.
    `known`: handed over once more, it is the one from before."""

    appointment: Appointment
    code: str
    address: str = ""
    known: bool = False

    @property
    def qr(self) -> str:
        """What its QR code holds: the kiosk reads either."""
        return self.address or self.code


def take_in(
    database: Database, config: HallConfig, numbered: Sequence[tuple[int, Booking]], now: datetime
) -> list[BookedAppointment]:
    """Take bookings in with the rows in which they stand, all or none: raise NotBooked."""
    signer, offer, wanted, problems = _looked_at(database, config, numbered, now)
    if problems:
        raise NotBooked(problems)
    made: list[Appointment] = []
    new: set[str] = set()
    with _all_or_none(database, len(wanted), now) as intake:

        def write(connection: Connection, some: Sequence[WantedAppointment]) -> None:
            placed = booking.place(connection, some, offer, now)
            if placed.problems:  # somebody has booked meanwhile
                raise NotBooked(placed.problems)
            intake.goes_on(connection)
            booking.add(connection, placed.new, intake.mark)
            made.extend(placed.all)
            new.update(one.id for one in placed.new)

        write_in_slices(database.writer, wanted, write)
    return [replace(with_code(signer, config, one), known=one.id not in new) for one in made]


def problems_with(database: Database, config: HallConfig, one: Booking, now: datetime) -> list[Problem]:
    """What would be said against a booking now; nothing is written."""
    return _looked_at(database, config, [(0, one)], now)[3]


def _looked_at(
    database: Database, config: HallConfig, numbered: Sequence[tuple[int, Booking]], now: datetime
) -> tuple[Signer, Offer, list[WantedAppointment], list[Problem]]:
    """The bookings ready to be written, for what the hall gives, and what stands against them."""
    with database.writer.begin() as connection:
        signer = Signer(hall_key(connection))
    with database.look() as connection:
        offer = Offer.of(config, published_items(connection))
        wanted = booking.prepare(signer, [(row, local(one, config.zone)) for row, one in numbered], offer=offer, now=now)
        return signer, offer, wanted, booking.place(connection, wanted, offer, now).problems


def with_code(signer: Signer, config: HallConfig, appointment: Appointment) -> BookedAppointment:
    """An appointment with its code and its address."""
    code = code_of(signer, "appointment", config.hall.id, appointment.id)
    web = config.hall.web_address
    return BookedAppointment(appointment, code, f"{web}/a/{code.removeprefix(PREFIXES['appointment'])}" if web else "")


def delete_abandoned(database: Database, now: datetime) -> None:
    """Delete what was written of intakes that never ended."""
    with database.look() as connection:
        marks = connection.execute(select(I.id).where(I.at < now - ABANDONED)).scalars().all()
    for mark in marks:
        _undo(database, mark)


@dataclass(frozen=True)
class _Intake:
    """An intake under way. `mark` is None for one that is written in one piece."""

    mark: str | None
    begun: datetime
    begun_s: float

    def goes_on(self, connection: Connection) -> None:
        """Say that it has not ended yet."""
        if self.mark is not None:
            at = self.begun + timedelta(seconds=time.monotonic() - self.begun_s)
            connection.execute(update(tables.intakes).where(I.id == self.mark).values(at=at))


@contextmanager
def _all_or_none(database: Database, number: int, now: datetime) -> Iterator[_Intake]:
    """The intake under which so many rows are written: they are seen after its end, and deleted where it fails."""
    if number <= FIRST:
        yield _Intake(None, now, 0.0)
        return
    delete_abandoned(database, now)
    mark = secrets.token_hex(8)
    with database.writer.begin() as connection:
        connection.execute(insert(tables.intakes), {"id": mark, "at": now})
    try:
        yield _Intake(mark, now, time.monotonic())
    except BaseException:
        _undo(database, mark)
        raise
    with database.writer.begin() as connection:
        connection.execute(delete(tables.intakes).where(I.id == mark))


def _undo(database: Database, mark: str) -> None:
    """Delete what was written under a mark, a few rows at a time, and the mark at last."""
    with database.look() as connection:
        written = connection.execute(select(A.id).where(A.intake == mark)).scalars().all()

    def remove(connection: Connection, some: Sequence[str]) -> None:
        connection.execute(delete(tables.appointments).where(A.id.in_(some)))

    write_in_slices(database.writer, written, remove)
    with database.writer.begin() as connection:
        connection.execute(delete(tables.intakes).where(I.id == mark))
