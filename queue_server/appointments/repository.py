"""The appointments in the ledger's database. Names are masked and ID numbers hashed before anything is written.

booked ─check-in→ checked-in      booked ─cancel→ cancelled      booked ─the day is over→ no-show
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import repeat
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import BindParameter, ColumnElement, Connection, func, select, update

from contract.configuration.hall import AppointmentRules
from contract.configuration.table import Identifier, Table
from queue_server.codes.seal import pseudonymised
from queue_server.codes.signer import Signer
from queue_server.domain.name_masking import masked_name
from queue_server.row_files import BadRows, Problem
from queue_server.store import tables

A = tables.appointments.c
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ID_LENGTH = 10
LONGEST = timedelta(hours=12)
AppointmentState = Literal["booked", "checked-in", "cancelled", "no-show"]


class NotBooked(BadRows):
    """No appointment was taken; the problems say why and what to do."""


class Booking(Table):
    """An appointment as it comes in. `person` is the platform's id or the ID number of who comes; `reference` names the booking
    in the system that it comes from: handed over again, it is the same appointment."""

    reference: str | None = Field(default=None, min_length=1, max_length=64)
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
    state: AppointmentState
    ticket: str | None
    reference: str | None = None


COLUMNS = [A[f.name] for f in fields(Appointment)]


def book(
    connection: Connection,
    signer: Signer,
    bookings: Iterable[Booking],
    *,
    queues: Iterable[str],
    rules: AppointmentRules,
    now: datetime,
    rows: Sequence[int] = (),
) -> list[Appointment]:
    """Take appointments in, all or none: raise NotBooked. The caller opens and commits the transaction.

    `rows` says in which row of a file each booking is, for the report of problems.
    """
    known = frozenset(queues)
    made: list[Appointment] = []
    problems: list[Problem] = []
    for row, booking in zip(rows or repeat(0), bookings, strict=False):
        before = of_reference(connection, booking.reference) if booking.reference else None
        person = pseudonymised(signer, "person", booking.person) if booking.person else None
        unfit = _unlike(before, booking) if before else _unfit(connection, booking, person, known, rules, now)
        if unfit is not None:
            problems.append(Problem(row, *unfit))
        else:
            made.append(before or _add(connection, booking, person))
    if problems:
        raise NotBooked(problems)
    return made


def _add(connection: Connection, booking: Booking, person: str | None) -> Appointment:
    identity = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
    made = Appointment(
        identity,
        booking.queue,
        booking.item,
        booking.starts_at,
        booking.ends_at,
        masked_name(booking.name),
        person,
        "booked",
        None,
        booking.reference,
    )
    connection.execute(tables.appointments.insert(), {f.name: getattr(made, f.name) for f in fields(Appointment)})
    return made


def find(connection: Connection, identity: str, *, lock: bool = False) -> Appointment | None:
    """The appointment of this id; with `lock`, for a check-in in this transaction."""
    wanted = select(*COLUMNS).where(A.id == identity)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return None if row is None else Appointment(*row)


def of_reference(connection: Connection, reference: str) -> Appointment | None:
    """The appointment that another system calls by this name."""
    row = connection.execute(select(*COLUMNS).where(A.reference == reference)).first()
    return None if row is None else Appointment(*row)


def between(connection: Connection, since: datetime, until: datetime) -> list[Appointment]:
    """The appointments that start within a time, in order."""
    wanted = select(*COLUMNS).where(A.starts_at >= since, A.starts_at < until).order_by(A.starts_at, A.id)
    return [Appointment(*row) for row in connection.execute(wanted)]


def of_person(connection: Connection, signer: Signer, person: str, since: datetime, until: datetime) -> list[Appointment]:
    """The appointments of a holder of a service code within a time, in order."""
    wanted = select(*COLUMNS).where(
        A.person == pseudonymised(signer, "person", person), A.starts_at >= since, A.starts_at < until
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


Unfit = tuple[str, str, str]
"""The key that is at fault, the reason, and the reason in Chinese."""


def _unfit(
    connection: Connection, booking: Booking, person: str | None, known: frozenset[str], rules: AppointmentRules, now: datetime
) -> Unfit | None:
    """Why a booking cannot be taken, or None."""
    if booking.queue not in known:
        names = sorted(known)
        reason = f"there is no queue {booking.queue!r}; use one of {', '.join(names)}"
        return "queue", reason, f"没有业务队列{booking.queue}，可用的有{'、'.join(names)}"
    if not booking.starts_at < booking.ends_at <= booking.starts_at + LONGEST:
        return "ends_at", "ends_at must come after starts_at, on the same day", "结束时间要晚于开始时间，并在同一天"
    if booking.ends_at <= now:
        over = f"{booking.ends_at:%Y-%m-%d %H:%M}"
        return "ends_at", f"{over} is over; give a time to come", f"{over} 已经过去，请填以后的时间"
    return _barred(connection, person, booking, rules, now) if person is not None else None


def _barred(connection: Connection, person: str, booking: Booking, rules: AppointmentRules, now: datetime) -> Unfit | None:
    """One appointment a person and day; none after too many no-shows."""
    day: date = booking.starts_at.date()
    same = select(A.starts_at).where(A.person == person, A.state.in_(("booked", "checked-in")))
    if any(at.astimezone(booking.starts_at.tzinfo).date() == day for at in connection.execute(same).scalars()):
        reason = f"this person has an appointment on {day} already; cancel that one first"
        return "person", reason, f"此人在 {day} 已有预约，请先取消那一个"
    since = now - timedelta(days=rules.no_show_days)
    missed = select(func.count()).where(A.person == person, A.state == "no-show", A.starts_at >= since)
    count = connection.execute(missed).scalar_one()
    if not rules.no_show_limit or count < rules.no_show_limit:
        return None
    reason = f"this person missed {count} appointments in {rules.no_show_days} days and may not book for now"
    return "person", reason, f"此人在 {rules.no_show_days} 天内爽约 {count} 次，暂时不能预约"


def _unlike(before: Appointment, booking: Booking) -> Unfit | None:
    """A reference stands for one booking: handed over again it may say nothing else."""
    if (before.queue, before.starts_at, before.ends_at) == (booking.queue, booking.starts_at, booking.ends_at):
        return None
    reason = f"{before.reference} was taken in for another time or queue; cancel it and use a new reference"
    return "reference", reason, f"预约单号{before.reference}已按别的时间或业务登记，请取消后用新单号"
