"""Every page, in the states that people meet and in both languages, against the rules that axe-core applies of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Browser, Page, expect

from contract.configuration.hall_files import load
from contract.wire.scanned_code import PREFIXES
from queue_server.appointments import repository
from queue_server.codes.seal import code_of
from queue_server.enrolment import authority
from queue_server.enrolment.revocation import BrokerHere
from tests.browsers import log_in, new_page
from tests.screens.web import GUIDE, HALL, PHONE, WIDE, View, at_window, busy, key, views
from tests.small_hall import NOON
from tests.web_hall import CONFIG, WebHall, now, serving

AXE = Path(__file__).parents[2] / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"  # the set-up brings it
FINDINGS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .map(found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`)"""


NO_PAGES = {
    *("/appointments/template.csv", "/audit.csv", "/bundles/{sha256}.raucb", "/cases/template.csv", "/catalogue/{digest}.db"),
    *("/fleet/{terminal}/{act}", "/g/forms/{name}.pdf", "/g/{code}/{kind}.pdf", "/items/export.{suffix}"),
    *("/wall/{display}.png", "/wall/{display}/{line}.png"),  # files
    *("/console/live", "/fleet/live", "/log-check/live", "/supervisor/live", "/t/{token}/live", "/updates/live", "/wall/live"),
    *(
        "/a/{code}/cancel",
        "/lang/{language}",
        "/letters/{size}",
        "/t/{token}/cancel",
        "/t/{token}/rate",
        "/t/{token}/why",
    ),  # lead elsewhere
    *("/health", "/metrics"),  # for programs
}
LOST = {
    "zh": re.compile("连接断了，下面是 [0-9]{2}:[0-9]{2} 的情况。正在自动重连。"),
    "en": re.compile("[0-9]{2}:[0-9]{2}"),
}
SIDEWAYS = """() => {
  const most = document.documentElement.clientWidth, found = [];
  for (const node of document.querySelectorAll('body, body *')) {
    const box = node.getBoundingClientRect(), style = getComputedStyle(node);
    const hidden = node.closest('.skip, svg, [hidden]') || !box.width;
    const cut = style.overflowX !== 'visible' && node.scrollWidth > node.clientWidth + 1 && node.nodeName !== 'INPUT';
    if (!hidden && (box.right > most + 1 || cut)) found.push(node.outerHTML.slice(0, 120));
  }
  return found;
}"""
"""What stands beyond the edge of the screen, or is cut off."""
UNMARKED = """() => {
  const chinese = /[\\u3400-\\u9fff]/, found = [];
  const other = (node) => !node.closest('[lang]').lang.startsWith('zh');
  for (const node of document.querySelectorAll('body, body *')) {
    if (node.nodeName === 'SCRIPT' || !other(node)) continue;
    const texts = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data);
    for (const name of ['alt', 'aria-label', 'placeholder', 'title']) texts.push(node.getAttribute(name) || '');
    found.push(...texts.filter((text) => chinese.test(text)).map((text) => text.trim().slice(0, 60)));
  }
  return [...new Set(found)];
}"""
"""Chinese on an English page that no `lang` says to be Chinese."""


def serving_somebody(page: Page) -> None:
    """At window 03, with a service that has begun."""
    at_window(page)
    key(page, "F2")
    key(page, "F4")


def rating(page: Page) -> None:
    """At window 03, whose last service is being rated."""
    serving_somebody(page)
    key(page, "F6")


def pausing(page: Page) -> None:
    rating(page)
    key(page, "F10")


def of_codes(hall: WebHall) -> list[View]:
    """The pages behind codes of an appointment and of a case."""
    day = now().astimezone(hall.config.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    with hall.database.look() as connection:
        booked = repository.between(connection, day, day + timedelta(days=2))[0].id
    codes = (("appointment", booked), ("case", "WS-2026-101"))
    sealed = {kind: code_of(hall.ledger.signer, kind, "wushan", value).removeprefix(PREFIXES[kind]) for kind, value in codes}
    return [
        View("code-appointment", f"/a/{sealed['appointment']}", (PHONE,)),
        View("code-case", f"/c/{sealed['case']}", (PHONE,)),
    ]


def more() -> list[View]:
    """Pages and states of which there is no picture; the console's come last: they change the hall."""
    return [
        View("not-found", "/nowhere", (WIDE,)),
        View("refused", "/accounts", (WIDE,), "0103"),
        View("wrong-password", "/log-in", (WIDE,), "", wrong_password),
        View("earlier-day", "/supervisor?day=2026-01-05", (WIDE,), "supervisor"),
        View("reprint-found", "/reprint?q=C", (WIDE,), "0103"),
        View("cases-none", "/cases?q=none", (WIDE,), "supervisor"),
        View("items-none", "/items?q=none", (WIDE,), "entry"),
        View("item-version", f"/items/{GUIDE}/v/1", (WIDE,), "entry"),
        View("item-change", f"/items/{GUIDE}/edit", (WIDE,), "entry"),
        View("items-english", "/items/english", (WIDE,), "entry"),
        View("guides-none", "/g?q=zzzz", (PHONE,)),
        View("case-found", "/c", (PHONE,), "", right_case),
        View("console-serving", "/console", (WIDE,), "0114", serving_somebody),
        View("console-rating", "/console", (WIDE,), "0114", rating),
        View("console-pause", "/console", (WIDE,), "0114", pausing),
        View("console-leave", "/console", (WIDE,), "0114", lambda page: (at_window(page), page.click("[data-open=leave]"))),
        View("console-menu", "/console", (WIDE,), "0114", lambda page: (at_window(page), page.click(".more summary"))),
        View("log-out", "/console", (WIDE,), "0114", leaving_open),
        View("console-lost", "/console", (PHONE,), "0114", cut_off),
    ]


def wrong_password(page: Page) -> None:
    page.fill("[name=name]", "0103")
    page.fill("[name=password]", "Wrong-pass1")
    page.keyboard.press("Enter")
    page.locator(".trouble").wait_for()


def right_case(page: Page) -> None:
    page.fill("[name=number]", "WS-2026-101")
    page.fill("[name=last_four]", "001X")
    page.click("button.main")
    page.locator(".qr").wait_for()


def leaving_open(page: Page) -> None:
    """About to log out at window 03, which is open."""
    at_window(page)
    page.goto(urljoin(page.url, "/log-out"))


def cut_off(page: Page) -> None:
    """At window 03, to which nothing of what happens comes through any more."""
    at_window(page)
    page.route("**/console/live", lambda route: route.abort())
    page.reload()
    page.locator("#lost").wait_for()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHall]:
    folder = tmp_path_factory.mktemp("hall")
    authority.make(folder / "ca", "wushan", now())
    config = load(HALL)
    facts = config.hall.model_copy(update={"time_zone": NOON})
    config = config.model_copy(update={"hall": facts, "hours": CONFIG.hours})
    hall = WebHall(folder, config, items=HALL, broker=BrokerHere(folder, ("127.0.0.1", 1)))
    yield hall
    hall.close()


@pytest.fixture(scope="module")
def app(hall: WebHall) -> FastAPI:
    return hall.open()


@pytest.fixture(scope="module")
def site(app: FastAPI, hall: WebHall) -> Iterator[str]:
    with serving(app) as address:
        hall.edition()
        yield address


@pytest.fixture(scope="module")
def pages(hall: WebHall, site: str) -> list[View]:
    tokens = busy(hall)
    everything = [*views(hall, tokens), *of_codes(hall), *more()]
    return [*(v for v in everything if v.path != "/console"), *(v for v in everything if v.path == "/console")]


def routes(app: FastAPI) -> dict[str, re.Pattern[str]]:
    """The addresses of the program that are got, in the order in which they are tried, and what fits them."""
    got = [found.path for found in iter_route_contexts(app.routes) if "GET" in (found.methods or ())]
    return {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+:path\}", ".+", path))) for path in got}


def test_no_page_has_a_finding_of_axe_nor_chinese_that_is_not_marked_on_an_english_one(
    app: FastAPI, pages: list[View], site: str, browser: Browser
) -> None:
    opened: dict[str, Page] = {}  # by who is logged in
    findings, seen, known = [], set[str](), routes(app)
    for view in pages:
        if (page := opened.get(view.who)) is None:
            page = opened[view.who] = new_page(browser)
            if view.who:
                log_in(page, site, view.who, goes_on="/password")
            page.add_init_script(path=AXE)
        width, height = view.sizes[0]
        page.set_viewport_size({"width": width, "height": height})
        for language in ("zh", "en"):
            page.context.add_cookies([{"name": "lang", "value": language, "url": site}])
            page.goto(site + view.path)
            view.press(page)
            page.wait_for_load_state()
            at = urlsplit(page.url).path
            seen.add(next((path for path, fits in known.items() if fits.fullmatch(at)), ""))
            findings += [f"{view.name} ({language}): {finding}" for finding in page.evaluate(FINDINGS)]
            if language == "en":
                findings += [f"{view.name}: Chinese, and not marked: {text}" for text in page.evaluate(UNMARKED)]
            page.unroute_all()
    for page in opened.values():
        page.context.close()
    assert not findings, "\n".join(findings)
    assert known.keys() - seen == NO_PAGES, "every address that shows a page is looked at here"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_of_citizens_fit_a_phone_with_letters_twice_as_large(
    pages: list[View], site: str, browser: Browser, language: str
) -> None:
    page, cut = new_page(browser), []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.context.add_cookies([{"name": "lang", "value": language, "url": site}])
    for view in pages:
        if not view.who and PHONE in view.sizes:
            page.goto(site + view.path)
            view.press(page)
            for size in ("150%", "200%"):
                page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
                cut += [f"{view.name} ({size}): {found}" for found in page.evaluate(SIDEWAYS)]
    page.context.close()
    assert not cut, "\n".join(cut)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_live_page_that_has_lost_its_connection_says_of_what_time_it_is(
    app: FastAPI, pages: list[View], site: str, browser: Browser, language: str
) -> None:
    live = {path.removesuffix("/live") for path in routes(app) if path.endswith("/live")}
    token = next(view.path for view in pages if view.path.startswith("/t/"))
    for name, paths in {"0114": {"/console"}, "admin": live - {"/console"}}.items():
        page = new_page(browser)
        log_in(page, site, name, goes_on="/password")
        page.context.add_cookies([{"name": "lang", "value": language, "url": site}])
        if name == "0114":
            page.goto(site + "/console")
            at_window(page)
        page.route("**/live", lambda route: route.abort())
        for path in sorted(paths):
            page.goto(site + (token if path == "/t/{token}" else path))
            expect(page.locator("#lost")).to_have_text(LOST[language])
        page.context.close()
