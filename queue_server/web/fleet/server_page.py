"""The page of the server itself: its clock, its backups, and what a restore has left to do. `/server`."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from starlette.background import BackgroundTask

from contract.wire.messages import Text
from link.update import UpdateRefused
from queue_server.backup.kept_key import SHORTEST, BadPassphrase
from queue_server.backup.schedule import DOWNLOAD, TROUBLES, BackupSchedule, why
from queue_server.domain.hall_clock import HallClock
from queue_server.rollouts.own_system import OwnSystem
from queue_server.store import marks
from queue_server.store.database import Database
from queue_server.web.auth.sessions import Session
from queue_server.web.fleet.older import ask_why, reason_in
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
LOOK = ("administrator", "supervisor", "technician")
"""Who may say that the clock is right."""
UPDATE = ("administrator", "technician")
"""Who may install another system."""
OWN = ("administrator",)
"""Who may have the hall's data."""


@dataclass(frozen=True)
class ServerCare:
    """What the page works with; `state` is the server's state folder. The database is open."""

    clock: HallClock
    backups: BackupSchedule
    database: Database
    state: Path
    system: OwnSystem | None = None
    """The system of this machine; None without web pages."""

    def confirm_clock(self) -> None:
        """Somebody has said that the machine's clock is right. Raise one of store.database.ERRORS."""
        with self.database.writer.begin() as connection:
            marks.set_clock(connection, self.clock.confirm())


def routes(site: Site, care: ServerCare) -> APIRouter:
    """`/server` and what its forms post."""
    router = APIRouter()

    @router.get("/server")
    async def look(request: Request) -> Response:
        return await _show(site, care, request, await site.guard.need(request, *LOOK))

    @router.post("/server/clock")
    async def clock(request: Request) -> Response:
        session = await site.guard.need(request, *LOOK)
        await site.guard.form(request, session)
        before, doubt = care.clock.now(), care.clock.doubt
        if care.clock.never_right:
            return await _show(site, care, request, session)
        await asyncio.to_thread(care.confirm_clock)
        await site.note(
            request, session, "clock-confirmed", doubt, f"{before:%Y-%m-%d %H:%M} → {care.clock.wall:%Y-%m-%d %H:%M}"
        )
        return RedirectResponse("/server", HTTPStatus.SEE_OTHER)

    @router.post("/server/restored")
    async def restored(request: Request) -> Response:
        session = await site.guard.need(request, *LOOK)
        await site.guard.form(request, session)
        await asyncio.to_thread(care.backups.read, session.account.name)
        await site.note(request, session, "restore-read", "")
        return RedirectResponse("/server", HTTPStatus.SEE_OTHER)

    if care.system is not None:
        router.include_router(_system(site, care, care.system))
    router.include_router(_backups(site, care))
    return router


def _system(site: Site, care: ServerCare, system: OwnSystem) -> APIRouter:
    """The system of the server's own machine."""
    router = APIRouter()

    @router.post("/server/update")
    async def update(request: Request) -> Response:
        session = await site.guard.need(request, *UPDATE)
        form = await site.guard.form(request, session)
        bundle = await asyncio.to_thread(system.bundle, str(form.get("bundle", "")))
        if bundle is None:
            return RedirectResponse("/server", HTTPStatus.SEE_OTHER)
        reason = reason_in(form)
        if system.able and not reason and not system.is_newer(bundle):
            return ask_why(site, request, session, bundle.version, {"": system.version}, form)
        try:
            await asyncio.to_thread(lambda: system.update(bundle, older=bool(reason)))
        except UpdateRefused as refused:
            LOG.error("the server is not updated: %s", refused)
            return await _show(site, care, request, session, trouble=refused.reason)
        await site.note(request, session, "server-older" if reason else "server-update", bundle.version, reason)
        return RedirectResponse("/server", HTTPStatus.SEE_OTHER)

    return router


def _backups(site: Site, care: ServerCare) -> APIRouter:
    """What only whoever may have the hall's data does: the passphrase, a backup now, a backup to take away."""
    router = APIRouter()

    @router.post("/server/passphrase")
    async def passphrase(request: Request) -> Response:
        session = await site.guard.need(request, *OWN)
        form = await site.guard.form(request, session)
        one, other = (str(form.get(name, "")) for name in ("passphrase", "again"))
        try:
            if one != other:
                return await _show(site, care, request, session, trouble="differ")
            await asyncio.to_thread(care.backups.set_passphrase, one)
        except BadPassphrase:
            return await _show(site, care, request, session, trouble="short")
        await site.note(request, session, "backup-passphrase", "")
        return RedirectResponse("/server", HTTPStatus.SEE_OTHER)

    @router.post("/server/backup")
    async def now(request: Request) -> Response:
        session = await site.guard.need(request, *OWN)
        await site.guard.form(request, session)
        care.backups.make_now()
        await site.note(request, session, "backup-now", "")
        return RedirectResponse("/server", HTTPStatus.SEE_OTHER)

    @router.post("/server/download")
    async def download(request: Request) -> Response:
        session = await site.guard.need(request, *OWN)
        form = await site.guard.form(request, session)
        folder = Path(tempfile.mkdtemp(prefix=DOWNLOAD, dir=care.state))
        try:
            made = await asyncio.to_thread(care.backups.make_for, str(form.get("passphrase", "")), folder)
        except BadPassphrase:
            shutil.rmtree(folder)
            return await _show(site, care, request, session, trouble="short")
        except TROUBLES as error:
            shutil.rmtree(folder)
            LOG.error("no backup was made to take away: %s", error)
            return await _show(site, care, request, session, trouble="failed", why=why(error, folder))
        await site.note(request, session, "backup-download", made.name)
        return FileResponse(made, filename=made.name, background=BackgroundTask(shutil.rmtree, folder))

    return router


async def _show(
    site: Site, care: ServerCare, request: Request, session: Session, *, trouble: str = "", why: Text | None = None
) -> Response:
    standing = await asyncio.to_thread(lambda: care.backups.standing)
    system = care.system if session.account.role in UPDATE else None
    update = system.status if system is not None else None
    return site.pages.page(
        request,
        "server.html",
        status=HTTPStatus.BAD_REQUEST if trouble else HTTPStatus.OK,
        session=session,
        doubt=care.clock.doubt,
        shown=care.clock.wall,
        hall_time=care.clock.now(),
        lost=await asyncio.to_thread(care.backups.lost),
        settings=care.backups.settings,
        standing=standing,
        sealed=await asyncio.to_thread(lambda: care.backups.sealed),
        same_disk=await asyncio.to_thread(lambda: care.backups.same_disk),
        system=system,
        update=update,
        under_way=update is not None and update.state not in ("done", "failed"),
        bundles=await asyncio.to_thread(system.bundles) if system is not None else [],
        own=session.account.role in OWN,
        shortest=SHORTEST,
        trouble=trouble,
        why=why,
        zone=site.config.zone,
    )
