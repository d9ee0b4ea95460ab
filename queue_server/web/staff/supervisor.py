"""The supervisor's page: the hall at a glance, the day in figures, bad ratings with their reasons."""

from __future__ import annotations

import asyncio
import logging
from datetime import date

from fastapi import APIRouter, Request, Response

from contract.wire import messages, rating_reasons
from queue_server.domain.business_day import business_day
from queue_server.hall_access import DayReport
from queue_server.ledger.reports import Figures
from queue_server.web.auth.sessions import Session
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
ROLES = ("supervisor", "administrator")
LIVE_PAUSE_S = 2.0
NOTHING = Figures()


def routes(site: Site) -> APIRouter:
    """`/supervisor` (`?day=2026-11-21` for an earlier day) and its live stream."""
    router = APIRouter()

    @router.get("/supervisor")
    async def overview(request: Request, day: str = "") -> Response:
        session = await site.guard.need(request, *ROLES)
        today = _today(site)
        chosen = _day(day) or today
        part = await _part(site, site.pages.language(request), chosen)
        return site.pages.page(request, "supervisor.html", session=session, part=part, day=chosen, today=today)

    @router.get("/supervisor/live")
    async def live(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        language = site.pages.language(request)

        async def render() -> dict[str, str] | None:
            if await _gone(site, session):
                return None
            return {"overview": await _part(site, language, _today(site))}

        return site.staff.open(request, render, "window/", "queue/", "alert/", "event/", "terminal/", pause_s=LIVE_PAUSE_S)

    return router


async def _gone(site: Site, session: Session) -> bool:
    return await asyncio.to_thread(site.sessions.again, session.id) is None


def _today(site: Site) -> date:
    return business_day(site.clock(), site.config.zone, site.config.rules.day_starts)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _part(site: Site, language: str, day: date) -> str:
    """The live part of the page."""
    facts: dict[str, object] = {
        "day": day,
        "live": day == _today(site),
        "today": site.today(),
        "zone": site.config.zone,
        "levels": rating_reasons.LEVELS,
        "tags": rating_reasons.REASONS,
        "queue_states": site.states("queue/", "/state", messages.QueueState),
        "window_states": site.window_states(),
        "alerts": site.states("alert/", "", messages.Alert),
        "queues": site.config.queue,
        "windows": site.config.window,
    }
    try:
        report, bad = await asyncio.gather(site.hall.statistics(day), site.hall.ratings(day, bad_only=True))
        facts |= {"report": report, "bad": bad, "total": _total(report), "nothing": NOTHING, "score": _satisfied(report)}
    except Exception:
        # Figures that cannot be read must look like trouble, never like zeros.
        LOG.exception("the figures of %s could not be read", day)
        facts |= {"report": None, "bad": None, "total": None, "nothing": NOTHING, "score": None}
    return site.pages.part(language, "supervisor/overview.html", **facts)


def _total(report: DayReport) -> Figures:
    """The sum over all queues."""
    names = Figures.__slots__
    return Figures(*(sum(getattr(figures, name) for figures in report.queues.values()) for name in names))


def _satisfied(report: DayReport) -> float | None:
    """The share of good ratings (levels 5, 4 and 3) in percent; None when nobody has rated."""
    number = sum(report.ratings.values())
    good = sum(count for level, count in report.ratings.items() if level not in rating_reasons.BAD_LEVELS)
    return 100 * good / number if number else None
