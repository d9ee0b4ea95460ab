"""Papers as PDF for the phone and the office: an item's guide and one-time notice, blank forms and filled-in examples."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request, Response

from contract.documents import make
from contract.documents.papers import AnyPaper, Letterhead
from contract.documents.render import CannotSet, pdf
from contract.guides.english import form_sentences
from contract.guides.item import Form, Item
from contract.serving_windows import at_work
from queue_server.hall_access import HallUnavailable
from queue_server.web.public.guides import reading, with_english
from queue_server.web.site import Site

LOG = logging.getLogger(__name__)
KEPT = 100
EXAMPLE = "-example"


class Printery:
    """Sets papers one after the other, so that phones cannot take the machine from the hall; the latest ones are kept."""

    def __init__(self, site: Site, make_pdf: Callable[[AnyPaper], bytes] = pdf) -> None:
        self._site = site
        self._pdf = make_pdf
        self._press = asyncio.Semaphore(1)
        self._kept: OrderedDict[tuple[str, ...], bytes] = OrderedDict()

    async def get(self, key: tuple[str, ...], paper: Callable[[], AnyPaper]) -> bytes:
        """The PDF of a paper; the same `key` is the same paper. Raises NoAnswer when it cannot be set."""
        async with self._press:
            if key not in self._kept:
                try:
                    self._kept[key] = await self._site.read_for_all(lambda: self._pdf(paper()))
                except CannotSet as error:
                    LOG.error("%s", error)
                    raise HallUnavailable("a paper cannot be set") from None
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def routes(site: Site) -> APIRouter:
    """`/g/<code>/guide.pdf`, `/g/<code>/notice.pdf`, `/g/forms/<form>.pdf` and `/g/forms/<form>-example.pdf`."""
    router = APIRouter()
    printery = Printery(site)

    @router.get("/g/forms/{name}.pdf")
    async def form_paper(request: Request, name: str) -> Response:
        filled_in = name.endswith(EXAMPLE)
        blank = _form(site, name.removesuffix(EXAMPLE))
        if blank is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        language = site.pages.language(request)
        english = await reading(site, lambda guides: guides.english(form_sentences(blank))) if language == "en" else None
        found = await printery.get(
            ("form", name, _edition(site), language, str(site.today())),
            lambda: make.form(_head(site), blank, at=site.now(), filled_in=filled_in, english=english),
        )
        return _answer(found, f"{blank.title.zh}{'（样例）' if filled_in else ''}")

    @router.get("/g/{code}/{kind}.pdf")
    async def item_paper(request: Request, code: str, kind: str) -> Response:
        read = await reading(site, lambda guides: with_english(guides, code))
        if read is None or kind not in ("guide", "notice") or site.guides is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        item, known = read
        language = site.pages.language(request)
        english = known if language == "en" else None
        forms = site.guides.catalogue.shared.form
        working = at_work(site.window_states())
        made = make.guide if kind == "guide" else make.notice
        found = await printery.get(
            (kind, item.id, _edition(site), language, str(site.today()), *sorted(working)),
            lambda: made(
                _head(site, item), site.config, item, forms, at=site.now(), web=site.address, english=english, working=working
            ),
        )
        return _answer(found, f"{item.name.zh}{'办事指南' if kind == 'guide' else '一次性告知书'}")

    return router


def _head(site: Site, item: Item | None = None) -> Letterhead:
    """The head of a paper about `item`, or of a form, which is the hall's folder's."""
    guides = site.guides
    example = guides is not None and (guides.catalogue.shared.example if item is None else guides.is_example(item))
    return make.letterhead(site.config, example=example)


def _edition(site: Site) -> str:
    current = site.guides.shelf.current if site.guides else None
    return current.version if current else ""


def _form(site: Site, name: str) -> Form | None:
    return site.guides.catalogue.form(name) if site.guides else None


def _answer(content: bytes, name: str) -> Response:
    disposition = f"inline; filename=\"paper.pdf\"; filename*=UTF-8''{quote(name)}.pdf"
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})
