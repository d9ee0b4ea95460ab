"""The page on which editors write the English of the guides' sentences: what is missing first, each sentence once.

It takes effect at once and is noted in the audit; the Chinese stays what binds, and is changed on the item alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from contract.guides.english import form_sentences, sentences
from contract.guides.item import Form, Item
from queue_server.catalogue.library import ChangedMeanwhile
from queue_server.catalogue.translations import LONGEST
from queue_server.web.auth.sessions import Session
from queue_server.web.editors.rights import EDITORS, ROLES, guides_of
from queue_server.web.site import Site

PAGE = 30
MOST_FIELDS = 3 * PAGE + 10
ONE_AT_A_TIME = asyncio.Semaphore(1)


@dataclass(frozen=True)
class SentenceRow:
    """A sentence, its English if it has one, and an item that says it."""

    zh: str
    en: str
    code: str
    name: str


def routes(site: Site) -> APIRouter:
    """`/items/english`."""
    router = APIRouter()

    @router.get("/items/english")
    async def english(request: Request, q: str = "", every: bool = False, page: int = 1, saved: int = 0) -> Response:
        session = await site.guard.need(request, *ROLES)
        return await _show(site, request, session, q=q.strip()[:100], every=every, page=max(1, min(page, 10_000)), saved=saved)

    @router.post("/items/english")
    async def save(request: Request) -> Response:
        session = await site.guard.need(request, *EDITORS)
        form = await site.guard.form(request, session, max_fields=MOST_FIELDS)
        known = {said.zh for said in await _read(site, session)}
        changes = [change for change in _changes(form) if change[0] in known]
        if any(len(en) > LONGEST for _, _, en in changes):
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        late = [change for change in changes if not await _write(site, request, session, *change)]
        if len(changes) > len(late):
            guides_of(site).shelf.refresh()
        if late:
            return await _show(site, request, session, late={zh: en for zh, _, en in late}, status=HTTPStatus.CONFLICT)
        return RedirectResponse(f"/items/english?saved={len(changes)}", HTTPStatus.SEE_OTHER)

    return router


def all_said(items: Iterable[Item], forms: Mapping[str, Form], english: Mapping[str, str]) -> list[SentenceRow]:
    """Every sentence of these items and their forms, each once."""
    found: dict[str, SentenceRow] = {}
    for item in items:
        its_forms = [forms[m.form] for m in item.materials if m.form is not None and m.form in forms]
        for zh in (*sentences(item), *(zh for form in its_forms for zh in form_sentences(form))):
            found.setdefault(zh, SentenceRow(zh, english.get(zh, ""), item.code, item.name.zh))
    return list(found.values())


def _changes(form: FormData) -> list[tuple[str, str, str]]:
    """(Chinese, English before, English now) of every row that was changed."""
    rows = [[str(form.get(f"{key}.{number}", "")).strip() for key in ("zh", "was", "en")] for number in range(PAGE)]
    return [(zh, was, " ".join(en.split())) for zh, was, en in rows if zh and " ".join(en.split()) != was]


async def _read(site: Site, session: Session) -> list[SentenceRow]:
    """The sentences of the items that this account sees."""
    guides = guides_of(site)
    department = session.account.department if session.account.role == "entry" else ""

    def work() -> list[SentenceRow]:
        items = (Item.stored(content) for content in guides.library.newest_contents(department=department))
        return all_said(items, {form.id: form for form in guides.catalogue.shared.form}, guides.translations.all())

    async with ONE_AT_A_TIME:
        return await asyncio.to_thread(work)


async def _write(site: Site, request: Request, session: Session, zh: str, was: str, en: str) -> bool:
    """Keep one sentence and note it; False when somebody else changed it since it was looked at."""
    name, translations = session.account.name, guides_of(site).translations
    try:
        await asyncio.to_thread(translations.save, zh, en, was=was, account=name)
    except ChangedMeanwhile:
        return False
    await site.note(request, session, "item-english", zh, en)
    return True


async def _show(
    site: Site,
    request: Request,
    session: Session,
    *,
    q: str = "",
    every: bool = False,
    page: int = 1,
    saved: int = 0,
    late: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """`late` is the English of sentences that were not kept because somebody else wrote them first."""
    said = await _read(site, session)
    chosen = [s for s in said if (s.zh in late if late else (every or not s.en) and (q in s.zh or q.lower() in s.en.lower()))]
    return site.pages.page(
        request,
        "items/english.html",
        status=status,
        session=session,
        rows=chosen[(page - 1) * PAGE : page * PAGE],
        count=len(chosen),
        missing=sum(not s.en for s in said),
        q=q,
        every=every,
        page=page,
        per_page=PAGE,
        saved=saved,
        late=late or {},
        writes=session.account.role in EDITORS,
        longest=LONGEST,
    )
