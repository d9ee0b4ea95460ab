"""The administrator's page of the audit: who did what on the web pages, by person, day and deed, and as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from fastapi import APIRouter, Request, Response

from contract.texts import unchanged as N_  # noqa: N812 - the name that text extraction looks for
from queue_server.logs.audit_log import WantedRows
from queue_server.row_files.csv_text import csv_of
from queue_server.store.database import Database
from queue_server.web.auth.audit_words import AuditWords
from queue_server.web.auth.deeds import DEEDS
from queue_server.web.numbers_and_days import day_of
from queue_server.web.site import Site

PAGE = 50
HEAD = (N_("时间"), N_("谁"), N_("操作"), N_("对象"), N_("说明"), N_("来自"))
MOST_ROWS = 50_000
"""Of one file."""


@dataclass(frozen=True)
class AuditLine:
    """One row as it is read."""

    at: datetime
    who: str
    deed: str
    subject: str
    detail: str
    address: str


def routes(site: Site, database: Database) -> APIRouter:
    """`/audit` and `/audit.csv`."""
    router = APIRouter()

    def lines(wanted: WantedRows, limit: int, language: str) -> tuple[list[AuditLine], int | None]:
        """The newest lines, and the id before which there are more."""
        rows = site.audit.found(wanted, limit + 1)
        with database.look() as connection:
            words = AuditWords(site, language, connection)
            found = [
                AuditLine(
                    row.at.astimezone(site.config.zone),
                    words.person(row.account),
                    words.deed(row.action),
                    words.subject(row.action, row.subject),
                    words.detail(row.action, row.detail),
                    row.address,
                )
                for row in rows[:limit]
            ]
        return found, rows[limit - 1].id if len(rows) > limit else None

    @router.get("/audit")
    async def look(request: Request, who: str = "", day: str = "", deed: str = "", before: str = "") -> Response:
        session = await site.guard.need(request, "administrator")
        wanted = _wanted(site, who, day, deed, before)
        language = site.pages.language(request)
        (found, older), people = await asyncio.gather(
            asyncio.to_thread(lines, wanted, PAGE, language), asyncio.to_thread(site.audit.accounts)
        )
        gettext = site.pages.gettext(language)
        return site.pages.page(
            request,
            "audit.html",
            session=session,
            rows=found,
            older=older,
            wanted=wanted,
            day=day if wanted.since else "",
            people=people,
            deeds=sorted(((name, gettext(deed.word)) for name, deed in DEEDS.items()), key=lambda known: known[1]),
        )

    @router.get("/audit.csv")
    async def export(request: Request, who: str = "", day: str = "", deed: str = "") -> Response:
        session = await site.guard.need(request, "administrator")
        wanted, language = _wanted(site, who, day, deed, ""), site.pages.language(request)
        found, _ = await asyncio.to_thread(lines, wanted, MOST_ROWS, language)
        await site.note(request, session, "audit-export", "", " ".join(part for part in (who, day, deed) if part)[:200])
        head = [site.pages.gettext(language)(word) for word in HEAD]
        content = await asyncio.to_thread(csv_of, [head, *map(_cells, found)])
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _cells(line: AuditLine) -> Sequence[str]:
    return (f"{line.at:%Y-%m-%d %H:%M:%S}", line.who, line.deed, line.subject, line.detail, line.address)


def _wanted(site: Site, who: str, day: str, deed: str, before: str) -> WantedRows:
    """What is asked for; what cannot be read asks for nothing."""
    since = until = None
    if first := day_of(day):
        since, until = (datetime.combine(one, time(), site.config.zone) for one in (first, first + timedelta(days=1)))
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    return WantedRows(who[:64], deed if deed in DEEDS else "", since, until, number)
