"""Every page, in the states that people meet and in both languages, against the rules that axe-core applies of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from contract.configuration.hall_files import load
from queue_server.enrolment import authority
from queue_server.enrolment.revocation import BrokerHere
from tests.browsers import log_in, new_page
from tests.screens.web import GUIDE, HALL, PHONE, WIDE, View, at_window, busy, key, views
from tests.small_hall import NOON
from tests.web_hall import CONFIG, WebHall, now, serving

AXE = Path(__file__).parents[2] / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"  # the set-up brings it
FINDINGS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .map(found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`)"""


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
        View("items-english", "/items/english", (WIDE,), "entry"),
        View("guides-none", "/g?q=zzzz", (PHONE,)),
        View("case-found", "/c", (PHONE,), "", right_case),
        View("console-serving", "/console", (WIDE,), "0114", serving_somebody),
        View("console-rating", "/console", (WIDE,), "0114", rating),
        View("console-pause", "/console", (WIDE,), "0114", pausing),
        View("console-leave", "/console", (WIDE,), "0114", lambda page: (at_window(page), page.click("[data-open=leave]"))),
        View("console-menu", "/console", (WIDE,), "0114", lambda page: (at_window(page), page.click(".more summary"))),
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
def site(hall: WebHall) -> Iterator[str]:
    with serving(hall.open()) as address:
        hall.edition()
        yield address


@pytest.fixture(scope="module")
def pages(hall: WebHall, site: str) -> list[View]:
    tokens = busy(hall)
    everything = [*views(hall, tokens), *more()]
    return [*(v for v in everything if v.path != "/console"), *(v for v in everything if v.path == "/console")]


def test_no_page_has_a_finding_of_axe_nor_chinese_that_is_not_marked_on_an_english_one(
    pages: list[View], site: str, browser: Browser
) -> None:
    opened: dict[str, Page] = {}  # by who is logged in
    findings = []
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
            findings += [f"{view.name} ({language}): {finding}" for finding in page.evaluate(FINDINGS)]
            if language == "en":
                findings += [f"{view.name}: Chinese, and not marked: {text}" for text in page.evaluate(UNMARKED)]
            page.unroute_all()
    for page in opened.values():
        page.context.close()
    assert not findings, "\n".join(findings)
