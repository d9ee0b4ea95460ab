"""The supervisor's page: the hall at a glance, the day in figures, bad ratings with their reasons."""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from contract.wire import messages, rating_reasons
from queue_server.domain.business_day import business_day
from queue_server.hall_access import DayReport, PeopleWaiting
from queue_server.ledger.reports import Figures
from queue_server.web import alert_readers
from queue_server.web.auth.sessions import Session
from queue_server.web.console.duty import stand_ins
from queue_server.web.live import SharedParts
from queue_server.web.numbers_and_days import day_of
from queue_server.web.site import Site
from queue_server.web.staff import attention

LOG = logging.getLogger(__name__)
ROLES = ("supervisor", "administrator")
LIVE_PAUSE_S = 2.0
WATCHED = ("window/", "queue/", "alert/", "event/", "terminal/")
NOTHING = Figures()


def routes(site: Site) -> APIRouter:
    """`/supervisor` (`?day=2026-11-21` for an earlier day) and its live stream."""
    router = APIRouter()

    async def part(language: str) -> str:
        return await _part(site, language, _today(site))

    shared = SharedParts(site.changes, part, *WATCHED, pause_s=LIVE_PAUSE_S)

    @router.get("/supervisor")
    async def overview(request: Request, day: str = "") -> Response:
        session = await site.guard.need(request, *ROLES)
        today = _today(site)
        chosen = day_of(day) if day else today
        part = await _part(site, site.pages.language(request), chosen or today)
        status = HTTPStatus.OK if chosen else HTTPStatus.BAD_REQUEST
        return site.pages.page(
            request,
            "supervisor.html",
            status=status,
            session=session,
            part=part,
            day=chosen or today,
            today=today,
            wrong=not chosen,
        )

    @router.get("/supervisor/live")
    async def live(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        language = site.pages.language(request)

        async def render() -> dict[str, str] | None:
            if await _gone(site, session):
                return None
            return {"overview": await shared.of(language)}

        return site.staff.open(request, render, *WATCHED)

    return router


async def _gone(site: Site, session: Session) -> bool:
    return await asyncio.to_thread(site.sessions.again, session.id) is None


def _today(site: Site) -> date:
    return business_day(site.clock(), site.config.zone, site.config.rules.day_starts)


async def _part(site: Site, language: str, day: date) -> str:
    """The live part of the page."""
    alerts = site.states("alert/", "", messages.Alert)
    facts: dict[str, object] = {
        "day": day,
        "live": day == _today(site),
        "today": site.today(),
        "zone": site.config.zone,
        "levels": rating_reasons.LEVELS,
        "tags": rating_reasons.REASONS,
        "queue_states": site.states("queue/", "/state", messages.QueueState),
        "window_states": site.window_states(),
        "stand_ins": await stand_ins(site),
        "alerts": alert_readers.read_by("supervisor", alerts).values(),
        "queues": site.config.queue,
        "windows": site.config.window,
        "numbers": {window.id: window.number for window in site.config.window},
        "clerks": {clerk.id: clerk.name for clerk in site.config.clerk},
        "nothing": NOTHING,
    }
    try:
        report, bad, lines = await asyncio.gather(
            site.hall.statistics(day), site.hall.ratings(day, bad_only=True), site.hall.lines()
        )
        facts |= {"report": report, "bad": bad, "total": _total(report), "score": _satisfied(report)}
        facts |= {"items": {rating.item: site.item(rating.item) for rating in bad if rating.item}} | _late(site, lines)
    except Exception:
        # Figures that cannot be read must look like trouble, never like zeros.
        LOG.exception("the figures of %s could not be read", day)
        facts["report"] = None
    return site.pages.part(language, "supervisor/overview.html", **facts)


def _late(site: Site, lines: dict[str, PeopleWaiting]) -> dict[str, object]:
    """What is beyond the hall's limits now."""
    now, windows = site.clock(), site.window_states()
    return {
        "late_queues": attention.late_queues(site.config, lines, windows, now),
        "late_windows": attention.late_windows(site.config, windows, now),
    }


def _total(report: DayReport) -> Figures:
    """The sum over all queues."""
    names = Figures.__slots__
    return Figures(*(sum(getattr(figures, name) for figures in report.queues.values()) for name in names))


def _satisfied(report: DayReport) -> float | None:
    """The share of good ratings (levels 5, 4 and 3) in percent; None when nobody has rated."""
    number = sum(report.ratings.values())
    good = sum(count for level, count in report.ratings.items() if level not in rating_reasons.BAD_LEVELS)
    return 100 * good / number if number else None
