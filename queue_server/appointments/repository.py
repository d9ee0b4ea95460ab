"""The appointments in the ledger's database. Names are masked and ID numbers hashed before anything is written.

booked ─check-in→ checked-in      booked ─cancel→ cancelled      booked ─the day is over→ no-show
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import BindParameter, ColumnElement, Connection, func, select, update

from contract.configuration.dates import Instant
from contract.configuration.table import Identifier, PersonNumber, Plain, Table
from queue_server.codes.seal import pseudonymised
from queue_server.codes.signer import Signer
from queue_server.row_files.problem import BadRows
from queue_server.store import tables

A = tables.appointments.c
AppointmentState = Literal["booked", "checked-in", "cancelled", "no-show"]


class NotBooked(BadRows):
    """No appointment was taken; the problems say why and what to do."""


class Booking(Table):
    """An appointment as it comes in. `person` is the platform's id or the ID number of who comes; `reference` names the booking
    in the system that it comes from: handed over again, it is the same appointment."""

    reference: Annotated[str, Plain, Field(min_length=1, max_length=64)] | None = None
    queue: Identifier
    starts_at: Instant
    ends_at: Instant
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    person: PersonNumber = Field(default="", max_length=64)
    item: Annotated[str, Plain] | None = Field(default=None, max_length=200)


@dataclass(frozen=True)
class Appointment:
    """One appointment as it is kept. `name` is masked."""

    id: str
    queue: str
    item: str | None
    starts_at: datetime
    ends_at: datetime
    name: str
    person: str | None
    state: AppointmentState
    ticket: str | None
    reference: str | None = None
    taken_at: datetime | None = None
    """When it was made; None of one from before that was kept."""
    last_four: str | None = None
    """The keyed hash of the last four characters of who booked it; None without that, and of one from before it was kept."""


COLUMNS = [A[f.name] for f in fields(Appointment)]
UNSEEN = func.coalesce(A.intake.in_(select(tables.intakes.c.id)), False)
_SEEN = ~UNSEEN


def find(connection: Connection, identity: str, *, lock: bool = False) -> Appointment | None:
    """The appointment of this id; with `lock`, for a check-in in this transaction."""
    wanted = select(*COLUMNS).where(A.id == identity, _SEEN)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return None if row is None else Appointment(*row)


def of_reference(connection: Connection, reference: str) -> Appointment | None:
    """The appointment that another system calls by this name."""
    row = connection.execute(select(*COLUMNS).where(A.reference == reference, _SEEN)).first()
    return None if row is None else Appointment(*row)


def of_number(connection: Connection, signer: Signer, number: str, last_four: str) -> Appointment | None:
    """The appointment that goes by this number, in whatever letters, for who knows the last four characters of its ID number.

    Without those on file the hall's own number is enough, for it is drawn by lot; the platform's may be guessed, and is not.
    """
    found = find(connection, number.lower())
    by_lot = found is not None
    for reference in dict.fromkeys((number, number.upper(), number.lower())):
        found = found or of_reference(connection, reference)
    if found is None or (found.last_four is None and found.person is None and by_lot):
        return found
    return found if found.last_four == last_four_of(signer, found.id, last_four) else None


def last_four_of(signer: Signer, identity: str, paper: str) -> str:
    """The last four characters of a number, as they are kept of the appointment with this id."""
    return pseudonymised(signer, "last-four", f"appointment {identity}:{paper[-4:].upper()}")


def between(connection: Connection, since: datetime, until: datetime) -> list[Appointment]:
    """The appointments that start within a time, in order."""
    wanted = select(*COLUMNS).where(A.starts_at >= since, A.starts_at < until, _SEEN).order_by(A.starts_at, A.id)
    return [Appointment(*row) for row in connection.execute(wanted)]


def of_person(connection: Connection, signer: Signer, person: str, since: datetime, until: datetime) -> list[Appointment]:
    """The appointments of a holder of a service code within a time, in order."""
    wanted = select(*COLUMNS).where(
        A.person == pseudonymised(signer, "person", person), A.starts_at >= since, A.starts_at < until, _SEEN
    )
    return [Appointment(*row) for row in connection.execute(wanted.order_by(A.starts_at, A.id))]


def check_in(connection: Connection, identity: str, ticket: str) -> None:
    """Note the ticket that the appointment was given."""
    connection.execute(update(tables.appointments).where(A.id == identity).values(state="checked-in", ticket=ticket))


def cancel(connection: Connection, identity: str) -> bool:
    """Give an appointment up; False when it is not booked any more."""
    wanted = update(tables.appointments).where(A.id == identity, A.state == "booked").values(state="cancelled")
    return connection.execute(wanted).rowcount == 1


def overdue(before: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition for appointments of earlier days that nobody came to."""
    return (A.state == "booked") & (A.starts_at < before)


def end_day(connection: Connection, before: datetime) -> int:
    """Mark those as no-shows; how many."""
    return int(connection.execute(update(tables.appointments).where(overdue(before)).values(state="no-show")).rowcount)
