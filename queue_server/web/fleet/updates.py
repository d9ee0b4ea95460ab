"""The page of updates: rollouts to groups of terminals."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from contract.version import newer
from contract.wire.messages import TerminalStatus
from queue_server.rollouts import step as steps
from queue_server.rollouts.bundle_shelf import Bundle, BundleShelf
from queue_server.rollouts.driver import alert_of
from queue_server.rollouts.repository import GroupIsBusy, RolloutRepository
from queue_server.rollouts.step import Rollout, Target
from queue_server.web.fleet.bundles import ROLES, in_use
from queue_server.web.fleet.older import ask_why, reason_in
from queue_server.web.live import SharedParts
from queue_server.web.site import Site

LIVE_PAUSE_S = 1.0
WATCHED = ("terminal/", "rollout/")
"""What changes a rollout: its terminals, and what is decided here about it (`rollout/<id>` is no topic of the hall)."""
MOST_AT_A_TIME = 100
STEPS: dict[str, Callable[[Rollout], Rollout]] = {
    "pause": steps.pause,
    "go-on": steps.go_on,
    "stop": steps.stop,
    "try-again": steps.try_again,
}


def routes(site: Site, shelf: BundleShelf, book: RolloutRepository) -> APIRouter:
    """`/updates`, its live stream, `POST /updates/begin` and `/updates/<rollout>/<step>`."""
    router = _looks(site, shelf, book)
    router.include_router(_decisions(site, shelf, book))
    return router


def _looks(site: Site, shelf: BundleShelf, book: RolloutRepository) -> APIRouter:
    """The page and its live stream."""
    router = APIRouter()

    async def part(language: str) -> str:
        rollouts, bundles = await asyncio.gather(asyncio.to_thread(book.latest), asyncio.to_thread(shelf.all))
        return site.pages.part(
            language,
            "updates/rollouts.html",
            rollouts=rollouts,
            zone=site.config.zone,
            names={bundle.sha256: bundle.name for bundle in bundles},
        )

    shared = SharedParts(site.changes, part, *WATCHED, pause_s=0)

    @router.get("/updates")
    async def updates(request: Request, trouble: str = "") -> Response:
        session = await site.guard.need(request, *ROLES)
        bundles, rollouts = await asyncio.gather(asyncio.to_thread(shelf.all), asyncio.to_thread(book.latest))
        return site.pages.page(
            request,
            "updates.html",
            session=session,
            part=await part(site.pages.language(request)),
            bundles=bundles,
            in_use=in_use(rollouts),
            groups=_groups(site),
            trouble=trouble,
            zone=site.config.zone,
        )

    @router.get("/updates/live")
    async def live(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        language = site.pages.language(request)

        async def render() -> dict[str, str] | None:
            again = await asyncio.to_thread(site.sessions.again, session.id)
            return None if again is None else {"rollouts": await shared.of(language)}

        return site.staff.open(request, render, *WATCHED, pause_s=LIVE_PAUSE_S)

    return router


def _decisions(site: Site, shelf: BundleShelf, book: RolloutRepository) -> APIRouter:
    """What is decided about rollouts."""
    router = APIRouter()

    @router.post("/updates/begin")
    async def begin(request: Request) -> Response:
        session = await site.guard.need(request, *ROLES)
        form = await site.guard.form(request, session)
        bundle = await asyncio.to_thread(shelf.get, str(form.get("bundle", "")))
        rollout = _rollout(site, form, bundle, session.account.name)
        if rollout is None:
            return RedirectResponse("/updates?trouble=incomplete", HTTPStatus.SEE_OTHER)
        reason, running = reason_in(form), _running_newer(site, rollout)
        if running and not reason:
            return ask_why(site, request, session, rollout.version, running, form)
        rollout = replace(rollout, older=bool(reason))
        try:
            await asyncio.to_thread(book.begin, rollout)
        except GroupIsBusy:
            return RedirectResponse("/updates?trouble=busy", HTTPStatus.SEE_OTHER)
        site.hall.show(*alert_of(rollout, site.clock()))
        deed, more = ("rollout-older", f" {reason}") if reason else ("rollout-begin", "")
        await site.note(request, session, deed, rollout.group, f"{rollout.version}{more}")
        site.changes.tell(f"rollout/{rollout.id}")
        return RedirectResponse("/updates", HTTPStatus.SEE_OTHER)

    @router.post("/updates/{rollout}/{step}")
    async def change(request: Request, rollout: str, step: str) -> Response:
        session = await site.guard.need(request, *ROLES)
        await site.guard.form(request, session)
        if step not in STEPS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        changed = await asyncio.to_thread(book.change, rollout, STEPS[step])
        if changed is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        before, after = changed
        if before != after:
            site.hall.show(*alert_of(after, site.clock()))
            await site.note(request, session, f"rollout-{step}", after.group, after.version)
            site.changes.tell(f"rollout/{rollout}")
        return RedirectResponse("/updates", HTTPStatus.SEE_OTHER)

    return router


def _rollout(site: Site, form: FormData, bundle: Bundle | None, by: str) -> Rollout | None:
    """The rollout that a form asks for; None if something in it is missing or cannot be."""
    group, numbers = str(form.get("group", "")), (str(form.get("at_most", "")), str(form.get("may_fail", "")))
    members = [terminal.id for terminal in site.config.terminal if terminal.group == group]
    if bundle is None or not members or not all(number.isdecimal() and len(number) < 4 for number in numbers):
        return None
    at_most, may_fail = map(int, numbers)
    if not 1 <= at_most <= MOST_AT_A_TIME:
        return None
    return Rollout(
        str(uuid.uuid4()),
        bundle.sha256,
        bundle.version,
        group,
        at_most,
        may_fail,
        tuple(Target(name) for name in members),
        started_by=by,
        started_at=site.clock(),
    )


def _running_newer(site: Site, rollout: Rollout) -> dict[str, str]:
    """Terminals of a rollout that would go back to an older version, as far as they are known, with what runs there."""
    running = {}
    for target in rollout.targets:
        status = site.state(f"terminal/{target.terminal}/status", TerminalStatus)
        system = status.machine.system if status is not None and status.machine is not None else ""
        if system not in ("", rollout.version) and not newer(rollout.version, system):
            running[target.terminal] = system
    return running


def _groups(site: Site) -> dict[str, int]:
    """Every group of the configuration with how many terminals it has."""
    return dict(Counter[Any](terminal.group for terminal in site.config.terminal if terminal.group))
