"""Guides for the public on the phone: found by words, theme, department or event of life; plain HTML, whole without
JavaScript. Beside them the guide file that kiosks fetch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

from contract.configuration.table import TextConfig
from contract.guides.english import English, sentences, told
from contract.guides.guide_file import Entry, Guides
from contract.guides.item import Item
from contract.serving_windows import at_work, serving_windows
from queue_server.catalogue.hall_guides import PATH
from queue_server.hall_access import HallUnavailable
from queue_server.web.site import Site

T = TypeVar("T")
FOR_EVER = "public, max-age=31536000, immutable"
PAGE = 30
LONGEST_QUERY = 40


@dataclass(frozen=True)
class ResultPage:
    """One page of a list. `address` leads to it, without its page number."""

    title: TextConfig | None
    entries: list[Entry]
    address: str
    page: int
    more: bool


def routes(site: Site) -> APIRouter:
    """`/g`, `/g/<code>` and `/catalogue/<sha256>.db`."""
    router = APIRouter()

    @router.get(f"{PATH}/{{digest}}.db")
    async def file(digest: str) -> Response:
        path = site.guides.shelf.file(digest) if site.guides else None
        if path is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return FileResponse(path, media_type="application/vnd.sqlite3", headers={"Cache-Control": FOR_EVER})

    @router.get("/g")
    async def look(
        request: Request, q: str = "", theme: str = "", department: str = "", event: str = "", who: str = "", page: int = 1
    ) -> Response:
        page = max(1, min(page, 1000))
        if q.strip():
            found = await reading(site, lambda guides: search(guides, q.strip()[:LONGEST_QUERY], page))
        elif theme or department or event or who:
            found = await reading(site, lambda guides: listed(site, guides, theme, department, event, who, page))
        else:
            found = None
        listing = found is None or not found.entries
        departments = await reading(site, lambda guides: guides.departments()) if listing else []
        return site.pages.page(
            request,
            "guide/find.html",
            q=q[:LONGEST_QUERY],
            found=found,
            themes=site.config.theme,
            departments=departments,
            events=site.guides.catalogue.shared.life_event if site.guides else [],
        )

    @router.get("/g/{code}")
    async def guide(request: Request, code: str) -> Response:
        found = await reading(site, lambda guides: with_english(guides, code))
        if found is None:
            return site.pages.page(request, "guide/unknown.html", status=HTTPStatus.NOT_FOUND)
        language = site.pages.language(request)
        return site.pages.page(request, "guide/guide.html", **facts(site, *found, language))

    return router


def with_english(guides: Guides, code: str) -> tuple[Item, English] | None:
    """An item by its code, and the English of its sentences."""
    item = guides.item(code)
    return (item, guides.english(sentences(item))) if item is not None else None


def facts(site: Site, item: Item, english: English, language: str) -> dict[str, Any]:
    """What the templates of a guide need: the item in the reader's language, and what it names."""
    example = site.guides is not None and site.guides.is_example(item)
    guide = told(item, english, language)
    item = guide.item
    shared = site.guides.catalogue.shared if site.guides else None
    queue = next((queue for queue in site.config.queue if queue.id == item.queue), None)
    return {
        "item": item,
        "windows": serving_windows(site.config, item.queue, at_work(site.window_states())),
        "queue": queue,
        "forms": {form.id: form for form in shared.form} if shared else {},
        "events": {event.id: event for event in shared.life_event} if shared else {},
        "example": shared.source if shared and example else None,
        "steps": {step.id: step for step in item.steps},
        "partly_chinese": bool(guide.chinese),
    }


async def reading(site: Site, read: Callable[[Guides], T]) -> T:
    """What `read` finds in the guides. Raises 404 in a hall without guides, NoAnswer while they are being built."""
    if site.guides is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    shelf = site.guides.shelf

    def work() -> T:
        with shelf.guides() as guides:
            if guides is None:
                raise HallUnavailable("the guides are being built")
            return read(guides)

    return await site.read_for_all(work)


def search(guides: Guides, query: str, page: int) -> ResultPage:
    """What was found for `query`, best first."""
    entries = guides.search(query, PAGE + 1, (page - 1) * PAGE)
    return ResultPage(None, entries[:PAGE], "", page, len(entries) > PAGE)


def listed(site: Site, guides: Guides, theme: str, department: str, event: str, who: str, page: int) -> ResultPage:
    """The items of a theme, a department, an event of life, or for persons or enterprises."""
    events = {known.id: known.name for known in site.guides.catalogue.shared.life_event} if site.guides else {}
    part = ((page - 1) * PAGE, PAGE + 1)
    if theme:
        names = {known.id: known.name for known in site.config.theme}
        title, entries, key, value = names.get(theme), guides.of_theme(theme, *part), "theme", theme
    elif event:
        title, entries, key, value = events.get(event), guides.of_life_event(event, *part), "event", event
    elif department:
        entries, key, value = guides.of_department(department, *part), "department", department
        title = entries[0].department if entries else None
    else:
        title, entries, key, value = None, guides.of_audience(who, *part), "who", who
    return ResultPage(title, entries[:PAGE], f"{key}={value}", page, len(entries) > PAGE)
