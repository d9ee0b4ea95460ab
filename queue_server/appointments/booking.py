"""Books appointments: what stands against one, and how it is written. Names are masked and ID numbers hashed before that."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from queue_server.appointments.offer import LONGEST, Offer, Unfit
from queue_server.appointments.places import Span, busiest
from queue_server.appointments.repository import COLUMNS, UNSEEN, A, Appointment, Booking, NotBooked, last_four_of
from queue_server.codes.seal import pseudonymised
from queue_server.codes.signer import Signer
from queue_server.domain.name_masking import masked_name
from queue_server.row_files.problem import Problem
from queue_server.store import tables

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ID_LENGTH = 10
BATCH = 500


@dataclass(frozen=True)
class WantedAppointment:
    """A booking that is ready to be written, with its row in a file. `unfit` says what is wrong with it whoever else comes."""

    row: int
    booking: Booking
    appointment: Appointment
    unfit: tuple[Unfit, ...] = ()


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
    offer: Offer,
    now: datetime,
) -> list[Appointment]:
    """Take a few appointments in, all or none: raise NotBooked. The caller opens and commits the transaction."""
    wanted = prepare(signer, [(0, booking) for booking in bookings], offer=offer, now=now)
    placed = place(connection, wanted, offer, now)
    if placed.problems:
        raise NotBooked(placed.problems)
    add(connection, placed.new)
    return placed.all


def prepare(signer: Signer, numbered: Iterable[tuple[int, Booking]], *, offer: Offer, now: datetime) -> list[WantedAppointment]:
    """Bookings with the rows in which they stand, ready to be written: names masked, persons hashed, ids given."""
    return [
        WantedAppointment(row, booking, _appointment(signer, booking, offer.item(booking), now), offer.faults(booking, now))
        for row, booking in numbered
    ]


def place(connection: Connection, wanted: Sequence[WantedAppointment], offer: Offer, now: datetime) -> Placed:
    """Where these stand beside those that are kept. Looks only, and asks the database the same few questions however many
    there are."""
    kept = _kept(connection, wanted, offer, now - timedelta(days=offer.rules.no_show_days))
    placed = Placed([], [], [])
    for one in wanted:
        before = kept.by_reference.get(one.booking.reference or "")
        bar = kept.bars(one, offer)
        unfit = [*(one.unfit if before is None else ()), *([bar] if bar is not None else [])]
        if unfit:
            placed.problems.extend(Problem(one.row, *fault) for fault in unfit)
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


def _appointment(signer: Signer, booking: Booking, item: str | None, now: datetime) -> Appointment:
    identity = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
    return Appointment(
        id=identity,
        queue=booking.queue,
        item=item,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        name=masked_name(booking.name),
        person=pseudonymised(signer, "person", booking.person) if booking.person else None,
        state="booked",
        ticket=None,
        reference=booking.reference,
        taken_at=now,
        last_four=last_four_of(signer, identity, booking.person) if booking.person else None,
    )


@dataclass
class _Kept:
    """What is kept beside the bookings: by reference, the days of each person, how often each has not come, of queues that take
    only so many at a time from when until when each is, and of those that nothing but a name tells apart, by queue and name."""

    by_reference: dict[str, Appointment]
    unseen: set[str]
    days: set[tuple[str, date]]
    missed: dict[str, int]
    spans: dict[str, list[Span]]
    named: dict[tuple[str, str], list[Span]]

    def bars(self, one: WantedAppointment, offer: Offer) -> Unfit | None:
        """Why this one cannot be taken, or None."""
        booking, person = one.booking, one.appointment.person
        if booking.reference in self.unseen:
            reason = f"{booking.reference} is just being taken in with others; try again in a minute"
            return "reference", reason, f"预约单号 {booking.reference} 正在随另一批导入，请一分钟后再试"
        before = self.by_reference.get(booking.reference or "")
        if before is not None:
            return _unlike(before, booking)
        most = offer.at_once.get(booking.queue)
        if most is not None and busiest(self.spans[booking.queue], booking.starts_at, booking.ends_at) >= most:
            slot = f"{booking.starts_at:%H:%M}-{booking.ends_at:%H:%M}"
            return "starts_at", f"all {most} places from {slot} are taken; choose another time", f"{slot} 已约满，请换一个时间"
        day, rules = booking.starts_at.date(), offer.rules
        if person is None:
            return self._same_name(one)
        if (person, day) in self.days:
            reason = f"this person has an appointment on {day} already; cancel that one first"
            return "person", reason, f"此人在 {day} 已有预约，请先取消那一个"
        count = self.missed.get(person, 0)
        if not rules.no_show_limit or count < rules.no_show_limit:
            return None
        reason = f"this person missed {count} appointments in {rules.no_show_days} days and may not book for now"
        return "person", reason, f"此人在 {rules.no_show_days} 天内爽约 {count} 次，暂时不能预约"

    def _same_name(self, one: WantedAppointment) -> Unfit | None:
        """Two who may be one: nothing but a surname is known of either, and they come at the same time."""
        booking, name = one.booking, one.appointment.name
        spans = self.named.get((booking.queue, name), []) if booking.reference is None else []
        if not busiest(spans, booking.starts_at, booking.ends_at):
            return None
        reason = f"{name} is booked at this time already; give the ID number if this is somebody else"
        return "person", reason, f"这个时间已有 {name} 的预约；不是同一人的，请填身份证号"

    def add(self, one: WantedAppointment) -> None:
        """This one is taken: it stands beside those that follow."""
        if one.appointment.person is not None:
            self.days.add((one.appointment.person, one.booking.starts_at.date()))
        if one.booking.reference is not None:
            self.by_reference[one.booking.reference] = one.appointment
        if one.booking.queue in self.spans:
            self.spans[one.booking.queue].append((one.booking.starts_at, one.booking.ends_at))
        if _is_nameless(one):
            key = one.booking.queue, one.appointment.name
            self.named.setdefault(key, []).append((one.booking.starts_at, one.booking.ends_at))


def _is_nameless(one: WantedAppointment) -> bool:
    """Whether nothing but a surname tells it apart."""
    return one.appointment.person is None and one.booking.reference is None


def _kept(connection: Connection, wanted: Sequence[WantedAppointment], offer: Offer, since: datetime) -> _Kept:
    """What is kept of the references and persons of these bookings; who has not come counts from `since`."""
    kept = _Kept({}, set(), set(), {}, {queue: [] for queue in offer.at_once}, {})
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
    times = [one.booking for one in wanted if one.booking.queue in kept.spans or _is_nameless(one)]
    if times:
        since, until = min(one.starts_at for one in times), max(one.ends_at for one in times)
        booked = select(A.queue, A.name, A.person, A.reference, A.starts_at, A.ends_at)
        between = booked.where(A.state.in_(("booked", "checked-in")), A.starts_at > since - LONGEST, A.starts_at < until)
        for row in connection.execute(between.where(A.queue.in_({time.queue for time in times}))):
            if row.queue in kept.spans:
                kept.spans[row.queue].append((row.starts_at, row.ends_at))
            if row.person is None and row.reference is None:
                kept.named.setdefault((row.queue, row.name), []).append((row.starts_at, row.ends_at))
    return kept


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many at a time as a statement can hold on either database."""
    return (names[at : at + BATCH] for at in range(0, len(names), BATCH))


def _unlike(before: Appointment, booking: Booking) -> Unfit | None:
    """A reference stands for one booking: handed over again it may say nothing else."""
    if (before.queue, before.starts_at, before.ends_at) == (booking.queue, booking.starts_at, booking.ends_at):
        return None
    reason = f"{before.reference} was taken in for another time or queue; cancel it and use a new reference"
    return "reference", reason, f"预约单号 {before.reference} 已按别的时间或业务登记，请取消后用新单号"
