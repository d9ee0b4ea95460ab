"""Every web page in both languages: on a wide screen, 360 pixels narrow, and the citizen's pages on a phone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from queue_server.api import messages
from queue_server.api.hall import load
from tests.screens import Shot
from tests.web_hall import PASSWORD, WebHall, now, serving

HALL = Path(__file__).parents[2] / "assets" / "halls" / "wushan"
CHROMIUM = "/usr/bin/chromium"
WIDE, NARROW, PHONE = (1280, 800), (360, 740), (390, 844)
GUIDE = "62052400mz-jf-0001"
CLASSES = ("ordinary", "priority", "ordinary", "military", "appointment", "ordinary", "ordinary", "ordinary")


@dataclass(frozen=True)
class View:
    """One page: where it is, who is logged in, what is pressed there."""

    name: str
    path: str
    sizes: tuple[tuple[int, int], ...]
    who: str = ""
    press: Callable[[Page], Any] = lambda _: None


def shots() -> Iterator[Shot]:
    """All pictures; the hall runs for as long as they are taken."""
    if not Path(CHROMIUM).exists():
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hall = WebHall(Path(folder), load(HALL), items=HALL)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            with serving(hall.open()) as site:
                hall.edition()
                for view in views(busy(hall)):
                    for language in ("zh", "en"):
                        for size in view.sizes:
                            name = f"web-{view.name}-{language}-{size[0]}"
                            yield Shot(name, partial(draw, browser, site, view, language, size))
        finally:
            browser.close()
            hall.close()


def busy(hall: WebHall) -> dict[str, str]:
    """Fill the hall with people; return the tokens of the tickets by their state."""
    tokens = {}
    for window, clerk in (("01", "0101"), ("02", "0102"), ("05", "0105")):
        hall.ask("open-window", window=window, clerk=clerk)
    for state, window, verbs in (
        ("finished", "01", ("call-next", "start-service", "finish-service")),
        ("serving", "02", ("call-next", "start-service")),
    ):
        tokens[state] = hall.issue("general")["token"]
        for verb in verbs:
            hall.ask(verb, window=window)
    rated = hall.issue("enterprise")["token"]
    for verb in ("call-next", "start-service", "finish-service"):
        hall.ask(verb, window="05")
    hall.ask("rate", token=rated, level=2, channel="qr", reasons=["207", "213"], text="等了两次才办成")
    tokens["called"] = hall.issue("enterprise")["token"]
    hall.ask("call-next", window="05")
    for class_ in CLASSES:
        tokens["waiting"] = hall.issue("social-security", class_)["token"]
    for verb in ("open-window", "call-next", "no-show", "call-next", "hold"):
        hall.ask(verb, window="03", **({"clerk": "0103"} if verb == "open-window" else {}))
    around(hall)
    return tokens


def around(hall: WebHall) -> None:
    """Displays that work, one that does not, and a printer without paper."""
    for device in hall.config.device:
        if device.kind == "display":
            hall.show(device.id)
    hall.put("display/strip-07/shown", messages.DisplayShown(1, "unreachable", now()))
    devices = [messages.DeviceStatus("ticket-printer-1", "printer", "paper-out")]
    hall.put("terminal/kiosk-1/status", messages.TerminalStatus("ready", "x", "hall", "1.0", devices))
    hall.put("terminal/rater-03/status", messages.TerminalStatus("ready", "x", "rating", "1.0"))
    texts = messages.Text("自助机 1 的号票打印机缺纸，请装纸。", "Kiosk 1 is out of paper; please load paper.")
    hall.put("alert/paper", messages.Alert("paper-out", "error", "ticket-printer-1", now(), texts))


def views(tokens: dict[str, str]) -> list[View]:
    """The pages. The console's come last: they change the hall."""
    both = (WIDE, NARROW)
    return [
        View("index", "/", both),
        View("log-in", "/log-in", both),
        View("wall", "/wall", both),
        View("supervisor", "/supervisor", both, "supervisor"),
        View("accounts", "/accounts", (WIDE,), "admin"),
        View("password", "/password", (NARROW,), "admin"),
        *(View(f"phone-{state}", f"/t/{token}", (PHONE,)) for state, token in tokens.items()),
        View("phone-reasons", f"/t/{tokens['finished']}?level=2", (PHONE,)),
        View("phone-unknown", "/t/nonsense", (PHONE,)),
        View("guides", "/g", (PHONE,)),
        View("guides-found", "/g?q=sbk", (PHONE,)),
        View("guide", f"/g/{GUIDE}", (PHONE,)),
        View("guide-unknown", "/g/none", (PHONE,)),
        View("items", "/items", both, "service"),
        View("item", f"/items/{GUIDE}", (WIDE,), "establishment"),
        View("item-edit", f"/items/{GUIDE}/edit", both, "entry", problems),
        View("item-import", "/items/import", (WIDE,), "entry"),
        View("item-preview", f"/items/{GUIDE}/v/1?kiosk=1", (WIDE,), "entry"),
        View("console-windows", "/console", both, "0114"),
        View("console-free", "/console", both, "0114", at_window),
        View("console-reason", "/console", both, "0114", lambda page: (at_window(page), page.click("#line li:nth-child(3) button"))),
        View("console-calling", "/console", both, "0114", lambda page: (at_window(page), key(page, "F2"))),
        View("console-transfer", "/console", both, "0114", lambda page: (at_window(page), key(page, "F9"))),
    ]  # fmt: skip


def problems(page: Page) -> None:
    """Save an item that cannot be saved."""
    page.fill("[name=telephone]", "?")
    page.locator(".save-bar button").click()


def at_window(page: Page) -> None:
    """Work at window 03."""
    page.click('button[value="03"]')
    page.locator("#keys button:enabled").first.wait_for()


def key(page: Page, name: str) -> None:
    """Press a key that is open, or show what it did already in the other language."""
    if page.locator(f'button[data-key="{name}"]:enabled').count():
        page.keyboard.press(name)
        page.wait_for_timeout(600)


def draw(browser: Browser, site: str, view: View, language: str, size: tuple[int, int], path: Path) -> None:
    """Open the page as somebody would, and take its picture."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "lang", "value": language, "url": site}])
    page = context.new_page()
    if view.who:
        page.goto(f"{site}/log-in?next={view.path}")
        page.fill("[name=name]", view.who)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}{view.path}")
    else:
        page.goto(f"{site}{view.path}")
    view.press(page)
    page.wait_for_timeout(300)
    page.screenshot(path=path, full_page=True)
    context.close()
