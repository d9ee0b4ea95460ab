"""The appointments of a day for the staff: list and search, add, cancel, check in by hand, the code as QR to print."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from contract.wire import answers, messages, scanned_code
from contract.wire.answers import AppointmentScan
from queue_server.appointments import repository
from queue_server.appointments.intake import BookedAppointment, problems_with, take_in, with_code
from queue_server.appointments.offer import LONGEST, Offer
from queue_server.appointments.places import FreePlaces, Span, free_places
from queue_server.appointments.repository import Appointment
from queue_server.catalogue.library import ListedItem
from queue_server.codes.seal import pseudonymised
from queue_server.codes.signer import Signer
from queue_server.domain.name_masking import masked_name
from queue_server.row_files.problem import BadRows
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key
from queue_server.web import qr
from queue_server.web.auth.sessions import Session
from queue_server.web.numbers_and_days import day_of
from queue_server.web.site import Site
from queue_server.web.staff.booking_form import FIELDS, LABELS, RefusedForm, RefusedForms, as_far_as_right, booking_of

MOST_ITEMS = 1000
ROLES = ("clerk", "supervisor", "administrator")


@dataclass(frozen=True)
class AppointmentDays:
    """The appointments of the hall as the pages read and write them; call off the event loop."""

    site: Site
    database: Database

    def of_day(self, day: date, text: str) -> list[Appointment]:
        """The appointments of a day in order; with `text`, those whose name, number, ticket or ID number it is."""
        zone = self.site.config.zone
        begins, ends = (datetime.combine(d, time(0), zone) for d in (day, day + timedelta(days=1)))
        with self.database.look() as connection:
            person = pseudonymised(Signer(hall_key(connection)), "person", text)
            found = repository.between(connection, begins, ends)
        return [a for a in found if not text or _fits(a, text, person)]

    def one(self, identity: str) -> BookedAppointment | None:
        """An appointment with its code, or None."""
        with self.database.look() as connection:
            found = repository.find(connection, identity)
            return with_code(Signer(hall_key(connection)), self.site.config, found) if found else None

    def add(self, given: Mapping[str, str]) -> BookedAppointment:
        """Take one in; raise BadRows with all that is wrong with it."""
        config, now = self.site.config, self.site.clock()
        try:
            booking = booking_of(given, config.zone)
        except ValidationError as error:
            rest, problems = as_far_as_right(given, config.zone, error)
            more = problems_with(self.database, config, rest, now) if rest is not None else []
            raise BadRows([*problems, *more]) from error
        return take_in(self.database, config, [(0, booking)], now)[0]

    def free(self, day: date) -> list[FreePlaces]:
        """The places that are left on a day, in the queues that have only so many."""
        config, now, offer = self.site.config, self.site.clock(), Offer.of(self.site.config)
        if not offer.at_once or day > self.site.today() + timedelta(days=offer.rules.days_ahead):
            return []
        begins = datetime.combine(day, time(0), config.zone)
        with self.database.look() as connection:
            found = repository.between(connection, begins - LONGEST, begins + timedelta(days=1))
        booked: dict[str, list[Span]] = {}
        for one in found:
            if one.state in ("booked", "checked-in"):
                booked.setdefault(one.queue, []).append((one.starts_at, one.ends_at))
        return free_places(offer.open_on(day), offer.at_once, booked, now)

    def cancel(self, identity: str) -> bool:
        """Give one up; False when it is not booked any more."""
        with self.database.writer.begin() as connection:
            return repository.cancel(connection, identity)


def _fits(appointment: Appointment, text: str, person: str) -> bool:
    named = appointment.name.startswith(text) or appointment.name == masked_name(text)
    ticket = (appointment.ticket or "").partition("-")[2]
    return named or appointment.person == person or text.lower() in (appointment.id, appointment.reference, ticket)


def routes(site: Site, database: Database) -> APIRouter:
    """`/appointments`, `/appointments/search` and `/appointments/<id>`."""
    router = APIRouter()
    diary, refused = AppointmentDays(site, database), RefusedForms()

    @router.get("/appointments")
    async def listed(request: Request, day: str = "", again: str = "") -> Response:
        session = await site.guard.need(request, *ROLES)
        before = refused.of(session.id, site.clock()) if again else None
        return await _list(diary, request, session, _day(diary, day), "", before)

    @router.post("/appointments/search")
    async def search(request: Request) -> Response:
        """By POST: what is looked for may be an ID number, which has no business in addresses and logs."""
        session = await site.guard.need(request, *ROLES)
        form = await site.guard.form(request, session)
        text = str(form.get("q", "")).strip()[:200]
        code = scanned_code.read(text)
        if code is not None and code.kind == "appointment":
            return RedirectResponse(f"/appointments/{code.value}", HTTPStatus.SEE_OTHER)
        return await _list(diary, request, session, _day(diary, str(form.get("day"))), text)

    @router.post("/appointments")
    async def add(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        form = await site.guard.form(request, session)
        given = {name: str(form.get(name, "")).strip() for name in FIELDS}
        try:
            taken = await asyncio.to_thread(diary.add, given)
        except BadRows as error:
            refused.keep(session.id, RefusedForm(given, error.problems, site.clock()))
            return RedirectResponse(f"/appointments?day={_day(diary, given['day'])}&again=1#new", HTTPStatus.SEE_OTHER)
        refused.forget(session.id)
        await site.note(request, session, "appointment-add", taken.appointment.id)
        return RedirectResponse(f"/appointments/{taken.appointment.id}", HTTPStatus.SEE_OTHER)

    @router.get("/appointments/{identity}")
    async def one(request: Request, identity: str) -> Response:
        session = await site.guard.need(request, *ROLES)
        return await _show(diary, request, session, identity)

    @router.post("/appointments/{identity}")
    async def change(request: Request, identity: str) -> Response:
        session = await site.guard.need(request, *ROLES)
        form = await site.guard.form(request, session)
        taken, do = await asyncio.to_thread(diary.one, identity), str(form.get("do", ""))
        if taken is None or do not in ("cancel", "check-in"):
            raise HTTPException(HTTPStatus.NOT_FOUND if taken is None else HTTPStatus.BAD_REQUEST)
        trouble = await (_cancel(diary, taken) if do == "cancel" else _check_in(site, session, taken))
        if trouble is not None:
            return await _show(diary, request, session, identity, trouble, HTTPStatus.CONFLICT)
        await site.note(request, session, f"appointment-{do}", identity)
        return RedirectResponse(f"/appointments/{identity}", HTTPStatus.SEE_OTHER)

    return router


def _day(diary: AppointmentDays, text: str) -> date:
    return day_of(text) or diary.site.today()


async def _cancel(diary: AppointmentDays, taken: BookedAppointment) -> messages.Text | None:
    if await asyncio.to_thread(diary.cancel, taken.appointment.id):
        return None
    return messages.Text("这个预约已经签到、取消或过期，不能再取消。", "This appointment was checked in, cancelled or missed.")


async def _check_in(site: Site, session: Session, taken: BookedAppointment) -> messages.Text | None:
    """Give the appointment its ticket, as a scan at the kiosk would; why not, in words for who stands at the desk, or None."""
    opens = taken.appointment.starts_at - timedelta(minutes=site.config.rules.appointment.early_minutes)
    if taken.appointment.state == "booked" and site.clock() < opens:
        at = opens.astimezone(site.config.zone)
        return messages.Text(
            f"{at:%m月%d日 %H:%M} 起才能签到。要现在办理，请取消这个预约，给办事人取普通号。",
            f"Check-in opens on {at:%d %B at %H:%M}. For whoever wants to be served now: cancel this appointment and issue an "
            "ordinary ticket.",
        )
    body = {"queue": taken.appointment.queue, "channel": "desk", "appointment": taken.code}
    answer = await site.hall.ask("issue-ticket", body, actor=session.account.name)
    if answer.error is None:
        return None
    return answer.error.texts or messages.Text(
        "没有签到成功，请稍后再试。", "The check-in did not succeed; try again in a moment."
    )


async def _list(
    diary: AppointmentDays,
    request: Request,
    session: Session,
    day: date,
    text: str,
    refused: RefusedForm | None = None,
) -> Response:
    found = await asyncio.to_thread(diary.of_day, day, text)
    return diary.site.pages.page(
        request,
        "appointments/list.html",
        session=session,
        day=day,
        text=text,
        appointments=found,
        queues=diary.site.config.queue,
        zone=diary.site.config.zone,
        given=refused.given if refused is not None else {},
        problems=refused.problems if refused is not None else [],
        labels=LABELS,
        free=await asyncio.to_thread(diary.free, day),
        last_day=diary.site.today() + timedelta(days=diary.site.config.rules.appointment.days_ahead),
        now=diary.site.now(),
        own_queue=_own_queue(diary.site, session),
        items=await asyncio.to_thread(_items, diary.site),
    )


def _items(site: Site) -> list[ListedItem]:
    """The published items, of which an appointment may name one."""
    if site.guides is None:
        return []
    return [item for item in site.guides.library.newest(limit=MOST_ITEMS) if item.published]


def _own_queue(site: Site, session: Session) -> str:
    """The first queue of the window at which somebody works; empty for everybody else."""
    window = site.window(session.window or "")
    return site.config.queues_of(window)[0] if window is not None else ""


async def _show(
    diary: AppointmentDays,
    request: Request,
    session: Session,
    identity: str,
    trouble: messages.Text | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    site = diary.site
    taken = await asyncio.to_thread(diary.one, identity)
    if taken is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    answer = await site.hall.ask("scan", {"code": taken.code}, actor=session.account.name)
    found = answers.of_scan(answer)
    standing = found.appointment.standing if isinstance(found, AppointmentScan) else taken.appointment.state
    return site.pages.page(
        request,
        "appointments/one.html",
        status=status,
        session=session,
        taken=taken,
        found=taken.appointment,
        trouble=trouble,
        standing=standing,
        qr=qr.svg(taken.qr),
        queue={q.id: q for q in site.config.queue}.get(taken.appointment.queue),
        zone=site.config.zone,
    )
