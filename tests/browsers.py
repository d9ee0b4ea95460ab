"""Chromium as tests open it, and logging in to the web pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web_hall import PASSWORD

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 60_000
OpenPage = Callable[..., Page]
"""Opens a page as on a computer or phone of its own: `width`, `height`, `scripts`, `language`."""
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-gpu")

expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A running Chromium; `arguments` are added to its command line."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, timeout=120_000, args=[*ARGUMENTS, *arguments])
        yield browser
        browser.close()


def new_page(browser: Browser, *, width: int = 1280, height: int = 800, scripts: bool = True, language: str = "zh-CN") -> Page:
    """A page as on a computer or phone of its own; its context is closed with the browser at the latest."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=scripts, locale=language, has_touch=width < 500
    )
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def log_in(page: Page, site: str, name: str, *, goes_on: str = "") -> None:
    """Log in with an example account; `goes_on` is the path of the page to open then."""
    page.goto(f"{site}/log-in" + (f"?next={goes_on}" if goes_on else ""))
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    if goes_on:
        page.wait_for_url(f"{site}{goes_on}")
