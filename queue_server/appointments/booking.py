"""Books appointments: what stands against one, and how it is written. Names are masked and ID numbers hashed before that."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from contract.configuration.hall import AppointmentRules
from queue_server.appointments.repository import COLUMNS, UNSEEN, A, Appointment, Booking, NotBooked
from queue_server.codes.seal import pseudonymised
from queue_server.codes.signer import Signer
from queue_server.domain.name_masking import masked_name
from queue_server.row_files import Problem
from queue_server.store import tables

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ID_LENGTH = 10
LONGEST = timedelta(hours=12)
BATCH = 500
Unfit = tuple[str, str, str]
"""The key that is at fault, the reason, and the reason in Chinese."""


@dataclass(frozen=True)
class WantedAppointment:
    """A booking that is ready to be written, with its row in a file. `unfit` says what is wrong with it whoever else comes."""

    row: int
    booking: Booking
    appointment: Appointment
    unfit: Unfit | None = None


@dataclass(frozen=True)
class Placed:
    """What bookings become: `all` in their order, those among them that are `new` (the others were taken in by their reference
    before), and what is wrong with the rest."""

    all: list[Appointment]
    new: list[Appointment]
    problems: list[Problem]


def book(
    connection: Connection,
    signer: Signer,
    bookings: Iterable[Booking],
    *,
    queues: Iterable[str],
    rules: AppointmentRules,
    now: datetime,
) -> list[Appointment]:
    """Take a few appointments in, all or none: raise NotBooked. The caller opens and commits the transaction."""
    wanted = prepare(signer, [(0, booking) for booking in bookings], queues=queues, now=now)
    placed = place(connection, wanted, rules, now)
    if placed.problems:
        raise NotBooked(placed.problems)
    add(connection, placed.new)
    return placed.all


def prepare(
    signer: Signer, numbered: Iterable[tuple[int, Booking]], *, queues: Iterable[str], now: datetime
) -> list[WantedAppointment]:
    """Bookings with the rows in which they stand, ready to be written: names masked, persons hashed, ids given."""
    known = frozenset(queues)
    return [
        WantedAppointment(row, booking, _appointment(signer, booking), _unfit(booking, known, now)) for row, booking in numbered
    ]


def place(connection: Connection, wanted: Sequence[WantedAppointment], rules: AppointmentRules, now: datetime) -> Placed:
    """Where these stand beside those that are kept. Looks only, and asks the database the same few questions however many
    there are."""
    kept = _kept(connection, wanted, now - timedelta(days=rules.no_show_days))
    placed = Placed([], [], [])
    for one in wanted:
        unfit = one.unfit or kept.bars(one, rules)
        before = kept.by_reference.get(one.booking.reference or "")
        if unfit is not None:
            placed.problems.append(Problem(one.row, *unfit))
        elif before is not None:
            placed.all.append(before)
        else:
            kept.add(one)
            placed.new.append(one.appointment)
            placed.all.append(one.appointment)
    return placed


def add(connection: Connection, appointments: Iterable[Appointment], intake: str | None = None) -> None:
    """Write new ones; under an `intake` they are seen once that has ended."""
    rows = [{f.name: getattr(one, f.name) for f in fields(Appointment)} | {"intake": intake} for one in appointments]
    if rows:
        connection.execute(tables.appointments.insert(), rows)


def _appointment(signer: Signer, booking: Booking) -> Appointment:
    return Appointment(
        id="".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH)),
        queue=booking.queue,
        item=booking.item,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        name=masked_name(booking.name),
        person=pseudonymised(signer, "person", booking.person) if booking.person else None,
        state="booked",
        ticket=None,
        reference=booking.reference,
    )


def _unfit(booking: Booking, known: frozenset[str], now: datetime) -> Unfit | None:
    """Why a booking cannot be taken, whoever else comes; or None."""
    if booking.queue not in known:
        names = sorted(known)
        reason = f"there is no queue {booking.queue!r}; use one of {', '.join(names)}"
        return "queue", reason, f"没有业务队列{booking.queue}，可用的有{'、'.join(names)}"
    if not booking.starts_at < booking.ends_at <= booking.starts_at + LONGEST:
        return "ends_at", "ends_at must come after starts_at, on the same day", "结束时间要晚于开始时间，并在同一天"
    if booking.ends_at <= now:
        over = f"{booking.ends_at:%Y-%m-%d %H:%M}"
        return "ends_at", f"{over} is over; give a time to come", f"{over} 已经过去，请填以后的时间"
    return None


@dataclass
class _Kept:
    """What is kept beside the bookings: by reference, the days of each person, and how often each has not come."""

    by_reference: dict[str, Appointment]
    unseen: set[str]
    days: set[tuple[str, date]]
    missed: dict[str, int]

    def bars(self, one: WantedAppointment, rules: AppointmentRules) -> Unfit | None:
        """Why this one cannot be taken, or None."""
        booking, person = one.booking, one.appointment.person
        if booking.reference in self.unseen:
            reason = f"{booking.reference} is just being taken in with others; try again in a minute"
            return "reference", reason, f"预约单号{booking.reference}正在随另一批导入，请一分钟后再试"
        before = self.by_reference.get(booking.reference or "")
        if before is not None:
            return _unlike(before, booking)
        day = booking.starts_at.date()
        if person is None:
            return None
        if (person, day) in self.days:
            reason = f"this person has an appointment on {day} already; cancel that one first"
            return "person", reason, f"此人在 {day} 已有预约，请先取消那一个"
        count = self.missed.get(person, 0)
        if not rules.no_show_limit or count < rules.no_show_limit:
            return None
        reason = f"this person missed {count} appointments in {rules.no_show_days} days and may not book for now"
        return "person", reason, f"此人在 {rules.no_show_days} 天内爽约 {count} 次，暂时不能预约"

    def add(self, one: WantedAppointment) -> None:
        """This one is taken: it stands beside those that follow."""
        if one.appointment.person is not None:
            self.days.add((one.appointment.person, one.booking.starts_at.date()))
        if one.booking.reference is not None:
            self.by_reference[one.booking.reference] = one.appointment


def _kept(connection: Connection, wanted: Sequence[WantedAppointment], since: datetime) -> _Kept:
    """What is kept of the references and persons of these bookings; who has not come counts from `since`."""
    kept = _Kept({}, set(), set(), {})
    zone = wanted[0].booking.starts_at.tzinfo if wanted else None
    for some in _batches(sorted({one.booking.reference for one in wanted if one.booking.reference})):
        for *values, unseen in connection.execute(select(*COLUMNS, UNSEEN).where(A.reference.in_(some))):
            before = Appointment(*values)
            kept.by_reference[before.reference or ""] = before
            if unseen:
                kept.unseen.add(before.reference or "")
    for some in _batches(sorted({one.appointment.person for one in wanted if one.appointment.person})):
        booked = select(A.person, A.starts_at).where(A.person.in_(some), A.state.in_(("booked", "checked-in")))
        kept.days |= {(person, at.astimezone(zone).date()) for person, at in connection.execute(booked)}
        missed = select(A.person, func.count()).where(A.person.in_(some), A.state == "no-show", A.starts_at >= since)
        kept.missed.update(connection.execute(missed.group_by(A.person)).all())
    return kept


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many at a time as a statement can hold on either database."""
    return (names[at : at + BATCH] for at in range(0, len(names), BATCH))


def _unlike(before: Appointment, booking: Booking) -> Unfit | None:
    """A reference stands for one booking: handed over again it may say nothing else."""
    if (before.queue, before.starts_at, before.ends_at) == (booking.queue, booking.starts_at, booking.ends_at):
        return None
    reason = f"{before.reference} was taken in for another time or queue; cancel it and use a new reference"
    return "reference", reason, f"预约单号{before.reference}已按别的时间或业务登记，请取消后用新单号"
