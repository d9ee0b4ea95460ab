"""Every web page in both languages: on a wide screen, 360 pixels narrow, and the citizen's pages on a phone."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from contract.configuration.hall_files import load
from contract.version import FIRST_DAY
from contract.wire import messages
from contract.wire.case import Case
from queue_server.appointments.intake import take_in
from queue_server.appointments.repository import Booking
from queue_server.cases import repository
from queue_server.enrolment import authority
from queue_server.enrolment.broker import client_credentials
from queue_server.enrolment.register import register_of
from queue_server.enrolment.revocation import BrokerHere
from queue_server.rollouts.bundle_shelf import Bundle
from queue_server.rollouts.repository import RolloutRepository
from queue_server.rollouts.step import Rollout, Target
from queue_server.store import restores
from tests.rauc_bundle import bundle
from tests.screens import Shot
from tests.screens.still import MORNING, repeat_chance, stand_still
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


def modes() -> list[str]:
    """All pages are of the same hall."""
    return ["web"]


def shots(_mode: str) -> Iterator[Shot]:
    """All pictures; the hall runs for as long as they are taken."""
    if not Path(CHROMIUM).exists():
        return
    repeat_chance()
    stand_still("tests")  # the clock that the hall is given stands from the start
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        authority.make(Path(folder) / "ca", "wushan", now())
        broker, updates = BrokerHere(Path(folder), ("127.0.0.1", 1)), Path(folder) / "update"
        updates.mkdir()
        hall = WebHall(Path(folder), load(HALL), items=HALL, broker=broker, updates=updates)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            application = hall.open()  # what is built of types must see the real ones
            stand_still("contract", "queue_server")
            with serving(application) as site:
                hall.edition()
                for view in views(hall, busy(hall)):
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
    tokens["rated"] = hall.issue("enterprise")["token"]
    for verb in ("call-next", "start-service", "finish-service"):
        hall.ask(verb, window="05")
    hall.ask("rate", token=tokens["rated"], level=1, channel="qr", unexplained=True)
    tokens["missed"] = hall.issue("enterprise")["token"]
    for verb in ("call-next", "no-show"):
        hall.ask(verb, window="05")
    tokens["called"] = hall.issue("enterprise")["token"]
    hall.ask("call-next", window="05")
    for class_ in CLASSES:
        tokens["waiting"] = hall.issue("social-security", class_)["token"]
    for verb in ("open-window", "call-next", "no-show", "call-next", "hold"):
        hall.ask(verb, window="03", **({"clerk": "0103"} if verb == "open-window" else {}))
    for result in ("printed", "failed"):
        printed = hall.ask("issue-ticket", queue="household", channel="kiosk", terminal="kiosk-1")
        ticket = (printed.data or {})["ticket"]["id"]
        hall.ask("confirm-print", ticket=ticket, result=result)
        hall.ask("confirm-reprint", ticket=ticket, terminal="kiosk-1", result=result)
    around(hall)
    handed_over(hall)
    return tokens


def handed_over(hall: WebHall) -> None:
    """Appointments of today and cases at every stage."""
    at = now().astimezone(hall.config.zone)
    for minutes, queue, name in (
        (-20, "tax", "王小明"),
        (15, "social-security", "欧阳娜娜"),
        (15, "tax", "李四"),
        (45, "medical-insurance", "赵六"),
    ):
        booking = {
            "queue": queue,
            "starts_at": at + timedelta(minutes=minutes),
            "ends_at": at + timedelta(minutes=minutes + 30),
        }
        made = now() - timedelta(hours=1)
        take_in(hall.database, hall.config, [(0, Booking.model_validate(booking | {"name": name}))], made)
    cases = [
        {"number": f"WS-2026-{100 + days}", "item": item, "state": state, "department": department, "applicant": "欧阳娜娜",
         "received_on": at.date() - timedelta(days=30), "promised_on": at.date() + timedelta(days=days), "handler": "工号0103",
         "id_last_four": "001X", "contact": "0938-0000102", "missing": ["经营场所平面图", "从业人员健康证明"],
         "steps": [{"on": at.date() - timedelta(days=30), "text": "窗口收件"}, {"on": at.date() - timedelta(days=28), "text": "受理"}]}
        for days, item, state, department in (
            (-9, "食品经营许可", "examining", "市场监管局"), (0, "个体工商户设立登记", "accepted", "市场监管局"),
            (1, "不动产转移登记", "supplement", "自然资源局"), (30, "建设工程规划许可", "accepted", "自然资源局"),
            (-20, "城乡居民养老保险待遇申领", "decided", "人社局"))
    ]  # fmt: skip
    with hall.database.writer.begin() as connection:
        repository.put(connection, hall.ledger.signer, [Case.model_validate(case) for case in cases], now())


def around(hall: WebHall) -> None:
    """Displays that work, one that does not, and a printer without paper."""
    for device in hall.config.device:
        if device.kind == "display":
            hall.show(device.id)
    time.sleep(0.5)  # the wall must have seen what strip-07 showed before nobody could reach it
    hall.put("display/strip-07/shown", messages.DisplayShown(1, "unreachable", now()))
    paper = messages.PaperUse(702, 87, 25, 77220)
    devices = [messages.DeviceStatus("ticket-printer-1", "printer", "paper-low", paper=paper)]
    hall.put("terminal/kiosk-1/status", messages.TerminalStatus("ready", "x", "hall", "1.0", devices))
    hall.put("terminal/rater-03/status", messages.TerminalStatus("ready", "x", "rating", "1.0"))
    updated(hall)
    enrolled(hall)
    texts = messages.Text(
        "kiosk-1 的打印机 ticket-printer-1 的纸快用完了，请准备换纸。",
        "Printer ticket-printer-1 of kiosk-1 will soon be out of paper.",
    )
    hall.put("alert/paper", messages.Alert("device-paper-low", "warning", "ticket-printer-1", now(), texts))


def updated(hall: WebHall) -> None:
    """A bundle on the shelf, and a rollout that has paused because two terminals failed."""
    kept = shelved(hall, "kiosk", "20261124.1530-2222222")
    shelved(hall, "server", "20261124.1530-2222222")
    targets = (
        Target("kiosk-1", "done", now()),
        Target("kiosk-2", "failed", now(), detail="went-back"),
        Target("kiosk-3", "installing", now(), percent=60),
        Target("rater-01", "failed", now(), detail="no-room"),
        Target("rater-02", "restarting", now()),
        Target("rater-03"),
    )
    rollout = Rollout("1", kept.sha256, kept.version, "lobby", 2, 1, targets, "paused", "failures", 0, "admin", now())
    RolloutRepository(hall.database.writer, hall.database.reader).begin(rollout)


def shelved(hall: WebHall, profile: str, version: str) -> Bundle:
    """Put a bundle on the shelf."""
    shelf, content = hall.parts.bundles, bundle(version, compatible=f"jiaohao-{profile}-amd64")
    with contextlib.closing(shelf.receive(len(content))) as incoming:
        incoming.write(content)
        incoming.end()
        return shelf.keep(incoming, f"jiaohao-{profile}-{version}.raucb", "admin")


def enrolled(hall: WebHall) -> None:
    """Certificates at every stage."""
    register = register_of(hall.folder, hall.database, now)
    assert register is not None
    for terminal, ago, days in (
        ("kiosk-1", 30, 365),
        ("devices-1", 330, 365),
        ("rater-01", 400, 365),
        ("rater-02", 10, 365),
        ("rater-03", 10, 365),
    ):
        made = client_credentials(
            hall.folder / terminal, register.authority, terminal, now() - timedelta(days=ago), timedelta(days=days)
        )
        register.remember(terminal, made)
    for terminal in ("rater-02", "rater-03"):
        register.revoke(terminal)


def views(hall: WebHall, tokens: dict[str, str]) -> list[View]:
    """The pages. The console's come last: they change the hall."""
    both, phones = (WIDE, NARROW), (WIDE, PHONE)
    return [
        View("index", "/", both),
        View("log-in", "/log-in", both),
        View("wall", "/wall", both),
        View("supervisor", "/supervisor", both, "supervisor"),
        View("reprint", "/reprint", both, "0103"),
        View("fleet", "/fleet", both, "supervisor"),
        View("appointments", "/appointments", both, "supervisor"),
        View("appointment", "/appointments", both, "supervisor", lambda page: page.click("tbody a >> nth=1")),
        View("appointment-refused", "/appointments", both, "supervisor", no_appointment),
        View("appointments-import", "/appointments/import", both, "supervisor", bad_rows),
        View("cases", "/cases", both, "supervisor"),
        View("case", "/cases/WS-2026-101", both, "0103"),
        View("cases-import", "/cases/import", (NARROW,), "supervisor"),
        View("accounts", "/accounts", phones, "admin"),
        View("account-made", "/accounts", phones, "admin", new_account),
        View("account-refused", "/accounts", phones, "admin", lambda page: new_account(page, clerk="")),
        View("audit", "/audit", phones, "admin"),
        View("audit-none", "/audit?day=2026-01-05", (WIDE,), "admin"),
        View("password", "/password", (NARROW,), "admin"),
        View("fleet-of-the-administrator", "/fleet", both, "admin"),
        View("technician", "/technician/kiosk-1", both, "admin", lambda page: page.click("#make")),
        View("token", "/token/kiosk-1", phones, "admin", lambda page: page.click("#make")),
        View("revoke", "/revoke/kiosk-1", phones, "admin"),
        View("revoked", "/revoke/rater-02", phones, "admin"),
        View("revoke-unread", "/revoke/rater-03?trouble=unread", phones, "admin"),
        View("server", "/server", phones, "admin"),
        View("server-in-trouble", "/server", phones, "admin", lambda page: (restored(hall), page.reload())),
        View("log-check", "/log-check", phones, "admin"),
        View("log-checked", "/log-check", phones, "admin", checked),
        View("log-broken", "/log-check", phones, "admin", lambda page: (broken(hall), checked(page))),
        View("updates", "/updates", both, "admin"),
        *(View(f"phone-{state}", f"/t/{token}", (PHONE,)) for state, token in tokens.items()),
        View("phone-reasons", f"/t/{tokens['rated']}?why=1", (PHONE,)),
        View("phone-missed-rating", f"/t/{tokens['missed']}", (PHONE,), press=lambda page: page.click("#rate summary")),
        View("phone-unknown", "/t/nonsense", (PHONE,)),
        View("find-case", "/c", (PHONE,)),
        View("find-case-wrong", "/c", (PHONE,), "", wrong_case),
        View("guides", "/g", (PHONE,)),
        View("guides-found", "/g?q=sbk", (PHONE,)),
        View("guides-asked", "/g?q=身份证丢了怎么办", (PHONE,)),
        View("guides-nothing", "/g?q=幼儿园", (PHONE,)),
        View("guide", f"/g/{GUIDE}", (PHONE,)),
        View("guide-unknown", "/g/none", (PHONE,)),
        View("items", "/items", both, "service"),
        View("item", f"/items/{GUIDE}", (WIDE,), "establishment"),
        View("item-edit", "/items/new", both, "entry", problems),
        View("item-new", "/items/new", (WIDE,), "entry"),
        View("item-fault", f"/items/{GUIDE}", (WIDE,), "entry", fault),
        View("items-unfinished", "/items", both, "entry"),
        View("item-import", "/items/import", (WIDE,), "entry"),
        View("item-preview", f"/items/{GUIDE}/v/1?kiosk=1", (WIDE,), "entry"),
        View("console-windows", "/console", both, "0114"),
        View("console-take-over", "/console", both, "0114", lambda page: page.click('button[value="05"]')),
        View("console-free", "/console", both, "0114", at_window),
        View(
            "console-reason",
            "/console",
            both,
            "0114",
            lambda page: (at_window(page), page.click("#line li:nth-child(3) button")),
        ),
        View("console-calling", "/console", both, "0114", lambda page: (at_window(page), key(page, "F2"))),
        View("console-transfer", "/console", both, "0114", lambda page: (at_window(page), key(page, "F9"))),
    ]


def checked(page: Page) -> None:
    """Have the logs checked, and wait for what is found."""
    page.click("#check")
    page.locator("#check:enabled").wait_for()
    page.locator(".log .hash, .log .trouble").first.wait_for()


def broken(hall: WebHall) -> None:
    """Somebody changes a row of each log."""
    with hall.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE events SET actor = 'nobody' WHERE id = 9")
        connection.exec_driver_sql("DELETE FROM audit WHERE id = 3")


def restored(hall: WebHall) -> None:
    """The hall was put back from a backup this morning, and its clock has been wrong since."""
    if hall.parts.care.backups.lost():
        return
    with hall.database.writer.begin() as connection:
        day = now().astimezone(hall.config.zone).date()
        restores.note(connection, day, 47_800, now() - timedelta(hours=8), now() - timedelta(minutes=20))
    hall.clock.begin(FIRST_DAY)


def new_account(page: Page, clerk: str = "0103") -> None:
    """Make an account for a clerk, or try to without one."""
    page.fill(".fields [name=name]", "w.li")
    page.fill(".fields [name=person]", "李文")
    page.select_option("[name=clerk]", clerk)
    page.click(".fields button")
    page.locator(".done, .trouble").wait_for()


def wrong_case(page: Page) -> None:
    """Ask for a case with the wrong characters."""
    page.fill("[name=number]", "WS-2026-101")
    page.fill("[name=last_four]", "1234")
    page.click("button.main")
    page.locator(".trouble").wait_for()


def no_appointment(page: Page) -> None:
    """Book a time that is over."""
    page.fill("#new [name=day]", "2026-01-05")
    page.fill("#new [name=starts]", "09:30")
    page.fill("#new [name=name]", "张三")
    page.click("#new button")


def bad_rows(page: Page) -> None:
    """Take in a file with problems."""
    rows = "业务队列,开始时间,结束时间,姓名\nnowhere,2026-12-01 9:30,2026-12-01 10:00,张三\ntax,明天,2026-12-01 10:00,\n"
    page.set_input_files("[name=file]", {"name": "rows.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.click("form.stack button")


def problems(page: Page) -> None:
    """Save an item that cannot be saved."""
    page.fill("[name=telephone]", "?")
    page.locator(".save-bar button.main").click()


def fault(page: Page) -> None:
    """Save an item whose check finds something that stops it; it stays so."""
    if not page.locator("text=决定书").count():
        page.goto(page.url + "/edit")
        page.fill("[name=result]", "决定书")
        page.fill("[name='materials.0.originals']", "0")
        page.fill("[name='materials.0.copies']", "0")
        page.locator(".save-bar button.main").click()


def at_window(page: Page) -> None:
    """Work at window 03, where the log-in may be already."""
    if page.locator('button[value="03"]').count():
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
    context.clock.set_fixed_time(MORNING)
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
    page.screenshot(path=path, full_page=True, animations="disabled")
    context.close()
