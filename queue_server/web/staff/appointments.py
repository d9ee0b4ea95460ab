"""The appointments of a day for the staff: list and search, add, cancel, check in by hand, the code as QR to print."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData

from contract.wire import answers, messages, scanned_code
from contract.wire.answers import AppointmentScan
from queue_server.appointments import repository
from queue_server.appointments.intake import BookedAppointment, take_in, with_code
from queue_server.appointments.repository import Appointment, Booking
from queue_server.appointments.row_format import TITLES
from queue_server.catalogue.library import ListedItem
from queue_server.codes.seal import pseudonymised
from queue_server.codes.signer import Signer
from queue_server.domain.name_masking import masked_name
from queue_server.row_files.problem import BadRows, Problem, problems_of
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key
from queue_server.web import qr
from queue_server.web.auth.sessions import Session
from queue_server.web.numbers_and_days import day_of
from queue_server.web.site import Site

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

    def add(self, booking: Booking) -> BookedAppointment:
        """Take one in; raise NotBooked."""
        return take_in(self.database, self.site.config, [(0, booking)], self.site.clock())[0]

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
    diary = AppointmentDays(site, database)

    @router.get("/appointments")
    async def listed(request: Request, day: str = "") -> Response:
        session = await site.guard.need(request, *ROLES)
        return await _list(diary, request, session, _day(diary, day), "")

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
        try:
            taken = await asyncio.to_thread(diary.add, _booking(form, diary))
        except ValidationError as error:
            return await _list(diary, request, session, _day(diary, str(form.get("day"))), "", form, problems_of(error))
        except BadRows as error:
            return await _list(diary, request, session, _day(diary, str(form.get("day"))), "", form, error.problems)
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


def _booking(form: FormData, diary: AppointmentDays) -> Booking:
    """The appointment of the form; raise ValidationError."""
    given = {key: str(form.get(key, "")).strip() for key in ("queue", "name", "person", "item")}
    starts: object = None
    minutes = str(form.get("minutes", ""))
    try:
        starts = datetime.fromisoformat(f"{form.get('day')}T{form.get('starts')}").replace(tzinfo=diary.site.config.zone)
        ends = starts + timedelta(minutes=int(minutes[:4]))
    except (ValueError, OverflowError):
        ends = None
    return Booking.model_validate({**given, "item": given["item"] or None, "starts_at": starts, "ends_at": ends})


async def _cancel(diary: AppointmentDays, taken: BookedAppointment) -> messages.Text | None:
    if await asyncio.to_thread(diary.cancel, taken.appointment.id):
        return None
    return messages.Text("这个预约已经签到、取消或过期，不能再取消。", "This appointment was checked in, cancelled or missed.")


async def _check_in(site: Site, session: Session, taken: BookedAppointment) -> messages.Text | None:
    """Give the appointment its ticket, as a scan at the kiosk would; why not, or None."""
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
    form: FormData | None = None,
    problems: list[Problem] | None = None,
) -> Response:
    found = await asyncio.to_thread(diary.of_day, day, text)
    return diary.site.pages.page(
        request,
        "appointments/list.html",
        status=HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK,
        session=session,
        day=day,
        text=text,
        appointments=found,
        queues=diary.site.config.queue,
        zone=diary.site.config.zone,
        given=dict(form or {}),
        problems=problems or [],
        titles=TITLES,
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
