"""The appointments in the ledger's database. Names are masked and ID numbers hashed before anything is written.

booked ─check-in→ checked-in      booked ─cancel→ cancelled      booked ─the day is over→ no-show
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import Connection, func, select, update

from queue_server.api.hall import AppointmentRules, Identifier, Table
from queue_server.codes.seal import veiled
from queue_server.model.masking import masked_name
from queue_server.service.token import Signer
from queue_server.store import tables

A = tables.appointments.c
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ID_LENGTH = 10
LONGEST = timedelta(hours=12)


class NotBooked(ValueError):
    """The appointment was not taken; the text says why and what to do."""


class Booking(Table):
    """An appointment as it comes in. `person` is the platform's id or the ID number of who comes."""

    queue: Identifier
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    person: str = Field(default="", max_length=64)
    item: str | None = Field(default=None, max_length=200)


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
    state: str
    ticket: str | None


COLUMNS = [A[f.name] for f in fields(Appointment)]


def book(
    connection: Connection, signer: Signer, bookings: Iterable[Booking], *, queues: Iterable[str], rules: AppointmentRules,
    now: datetime,
) -> list[Appointment]:  # fmt: skip
    """Take appointments in, all or none: raise NotBooked. The caller opens and commits the transaction."""
    known = set(queues)
    made = []
    for number, booking in enumerate(bookings, 1):
        where = f"appointment {number}"
        person = veiled(signer, "person", booking.person) if booking.person else None
        if booking.queue not in known:
            raise NotBooked(f"{where}: there is no queue {booking.queue!r}; use one of {', '.join(sorted(known))}")
        if not booking.starts_at < booking.ends_at <= booking.starts_at + LONGEST:
            raise NotBooked(f"{where}: ends_at must come after starts_at, on the same day")
        if booking.ends_at <= now:
            raise NotBooked(f"{where}: {booking.ends_at:%Y-%m-%d %H:%M} is over; give a time to come")
        if person is not None:
            _check_person(connection, person, booking, rules, where, now)
        identity = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
        appointment = Appointment(identity, booking.queue, booking.item, booking.starts_at, booking.ends_at,
                                  masked_name(booking.name), person, "booked", None)  # fmt: skip
        connection.execute(tables.appointments.insert(), {f.name: getattr(appointment, f.name) for f in fields(Appointment)})
        made.append(appointment)
    return made


def find(connection: Connection, identity: str, *, lock: bool = False) -> Appointment | None:
    """The appointment of this id; with `lock`, for a check-in in this transaction."""
    wanted = select(*COLUMNS).where(A.id == identity)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return None if row is None else Appointment(*row)


def between(connection: Connection, since: datetime, until: datetime) -> list[Appointment]:
    """The appointments that start within a time, in order."""
    wanted = select(*COLUMNS).where(A.starts_at >= since, A.starts_at < until).order_by(A.starts_at, A.id)
    return [Appointment(*row) for row in connection.execute(wanted)]


def of_person(connection: Connection, signer: Signer, person: str, since: datetime, until: datetime) -> list[Appointment]:
    """The appointments of a holder of a service code within a time, in order."""
    wanted = select(*COLUMNS).where(A.person == veiled(signer, "person", person), A.starts_at >= since, A.starts_at < until)
    return [Appointment(*row) for row in connection.execute(wanted.order_by(A.starts_at, A.id))]


def check_in(connection: Connection, identity: str, ticket: str) -> None:
    """Note the ticket that the appointment was given."""
    connection.execute(update(tables.appointments).where(A.id == identity).values(state="checked-in", ticket=ticket))


def cancel(connection: Connection, identity: str) -> bool:
    """Give an appointment up; False when it is not booked any more."""
    wanted = update(tables.appointments).where(A.id == identity, A.state == "booked").values(state="cancelled")
    return connection.execute(wanted).rowcount == 1


def overdue(before: datetime) -> Any:
    """The condition for appointments of earlier days that nobody came to."""
    return (A.state == "booked") & (A.starts_at < before)


def end_day(connection: Connection, before: datetime) -> int:
    """Mark those as no-shows; how many."""
    return int(connection.execute(update(tables.appointments).where(overdue(before)).values(state="no-show")).rowcount)


def _check_person(
    connection: Connection, person: str, booking: Booking, rules: AppointmentRules, where: str, now: datetime
) -> None:
    """One appointment a person and day; none after too many no-shows."""
    day: date = booking.starts_at.date()
    same = select(A.starts_at).where(A.person == person, A.state.in_(("booked", "checked-in")))
    if any(at.astimezone(booking.starts_at.tzinfo).date() == day for at in connection.execute(same).scalars()):
        raise NotBooked(f"{where}: this person has an appointment on {day} already; cancel that one first")
    since = now - timedelta(days=rules.no_show_days)
    missed = select(func.count()).where(A.person == person, A.state == "no-show", A.starts_at >= since)
    count = connection.execute(missed).scalar_one()
    if rules.no_show_limit and count >= rules.no_show_limit:
        raise NotBooked(
            f"{where}: this person missed {count} appointments in {rules.no_show_days} days and may not book for now"
        )
