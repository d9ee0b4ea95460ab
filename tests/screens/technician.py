"""Every page of the technician, in both languages and the sizes of all roles."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from contract.configuration.hall_files import load
from contract.wire.messages import DeviceStatus, Text
from kiosk.flow.device_test import Result
from kiosk.flow.hall_view import Presence
from kiosk.flow.requests import PendingRequests
from kiosk.service_pages.flow import step
from kiosk.service_pages.role import ServiceView
from kiosk.service_pages.state import MARKS, SPEAKER, Landing, Network, Own, OwnDevice, Technician
from kiosk.ui.theme import Mode
from tests.screens import Shot, shots_of
from tests.screens.hall import HALL
from tests.screens.taps import Walk

if TYPE_CHECKING:
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext

SIZES = {
    "portrait": (1080, 1920),
    "landscape": (1920, 1080),
    "small": (768, 1366),
    "rater": (1280, 800),
    "rater-upright": (800, 1280),
}
ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 21, 9, 41, tzinfo=ZONE)
PARTS = (
    OwnDevice("ticket-printer-1", "printer", "epson-tm-t88"),
    OwnDevice("a4-1", "a4", "ipp"),
    OwnDevice("scanner-1", "scanner", "honeywell", shows=True),
    OwnDevice("idcard-1", "idcard", "sdt"),
    OwnDevice("camera-1", "scanner", "camera"),
    OwnDevice(SPEAKER, SPEAKER),
)
DEVICES = (DeviceStatus("ticket-printer-1", "printer", "paper-low"), DeviceStatus("scanner-1", "scanner", "ok"))
LOG = [
    "2026-11-21 09:40:12,417 INFO link.connection: connection of kiosk-1 to the broker ended: Keep alive timeout",
    "2026-11-21 09:40:14,021 ERROR link.connection: the broker 10.0.0.2:8883 cannot be reached as kiosk-1: nobody answers there "
    "(Connection refused); check the address, the network and the broker",
    "2026-11-21 09:40:15,370 WARNING kiosk.ticket_kiosk.take_number.ticket_printer: ticket A012 was not printed: the printer ticket-printer-1 has no paper",
]
NETWORK = Network(
    "10.0.0.2:8883", True, ("10.0.0.31",), 1.84, 6.2, datetime(2027, 11, 20, tzinfo=ZONE), 51.5, 20480, 702, 360000
)
WITHOUT_SERVER = Presence(connected=True, server_version="0.1.0")
REFUSAL = Text(
    "输错次数太多，原代码已作废，请在“终端与设备”网页重新取码。",
    "Too many wrong tries: that code no longer counts. Get a new one from the page of terminals and devices.",
)


def states(language: str) -> Iterator[tuple[str, Technician]]:
    """Every page, by name."""
    own = Own("kiosk-1", "hall-kiosk", "0.1.0", PARTS)
    code = Technician(
        own,
        PendingRequests(uuid.UUID(int=0)),
        language,
        "code",
        now=100,
        clock=NOON,
        idle_since=100,
        presence=Presence(True, True, "0.1.0"),
    )
    yield "code", code
    yield "code-typed", replace(code, typed="1234", idle_since=60)
    yield "code-away", replace(code, presence=WITHOUT_SERVER)
    yield "code-asking", replace(code, typed="12345678", verdict="asking")
    yield "code-refused", replace(code, refusal=REFUSAL, wrong=5)
    for said in ("wrong", "used", "no-secret"):
        yield f"code-{said}", replace(code, verdict=said, presence=WITHOUT_SERVER)  # type: ignore[arg-type]
    yield "code-wait", replace(code, wrong=6, wait_until=160)
    menu = replace(code, page="menu")
    yield "menu", menu
    yield "menu-armed", replace(menu, armed="reboot")
    yield "menu-refused", replace(menu, refused="reboot")
    yield "menu-away", replace(menu, presence=WITHOUT_SERVER)
    devices = replace(menu, page="devices")
    yield "devices", devices
    results = {
        "ticket-printer-1": Result(True),
        "a4-1": Result(None),
        SPEAKER: Result(False, "no-sound-card"),
        "idcard-1": Result(False, "no-permission"),
        "camera-1": Result(False, "misconfigured"),
        "voice-1": Result(False, "refused"),
        "scanner-1": Result(False, "unreachable"),
    }
    yield "devices-tried", replace(devices, results=results)
    more = {
        "ticket-printer-1": Result(False, "paper-out"),
        "a4-1": Result(True),
        "scanner-1": Result(None, "show"),
        "camera-1": Result(False, "nothing-read"),
        SPEAKER: Result(True),
        "idcard-1": Result(True),
    }
    yield "devices-more", replace(devices, results=more, scanning="scanner-1")
    yield "network", replace(menu, page="network", network=NETWORK)
    yield "network-looking", replace(menu, page="network")
    yield (
        "network-away",
        replace(menu, page="network", presence=Presence(server_version="0.1.0"), network=Network("10.0.0.2:8883", False)),
    )
    for count in (0, 4):
        yield f"touch-{count}", replace(menu, page="touch", landings=(Landing(3, -2),) * count)
    for name, off in (("exact", 1.0), ("fair", 6.0), ("far", 20.0)):
        landings = tuple(Landing(off * (i % 4), -off * 2) for i in range(len(MARKS)))
        yield f"touched-{name}", replace(menu, page="touched", landings=landings)
    for colour in (0, 3):
        yield f"colours-{colour}", replace(menu, page="colours", colour=colour)
    yield "log", replace(menu, page="log", lines=tuple(LOG * 30))
    yield "log-warnings", replace(menu, page="log", lines=tuple(LOG * 30), warnings=True, sheet=1)
    yield "log-empty", replace(menu, page="log")


def draw(context: PageContext, shown: ServiceView) -> Page:
    """The page of a state."""
    from kiosk.service_pages.pages import page  # Kivy is loaded only when the window is open

    return page(context, shown)


def every() -> Iterator[tuple[str, Callable[[], Page]]]:
    """Every page in every language and size: its name, and a function that draws it."""
    from tests.screens.kivy_stage import make_page

    hall = load(HALL)
    for language, (size_name, size) in itertools.product(("zh", "en"), SIZES.items()):
        for name, state in states(language):
            shown = ServiceView(state, DEVICES)
            yield f"technician/{language}/{size_name}/{name}", partial(make_page, draw, shown, hall, size, Mode(language))


def pages() -> Iterator[tuple[str, Page]]:
    """Every page, drawn."""
    return ((name, make()) for name, make in every())


def walks() -> Iterator[tuple[str, Walk]]:
    """Every way through the pages, lying and upright."""

    for language, size in (("zh", "portrait"), ("en", "rater")):
        given = dict(states(language))
        yield f"{language}/{size}", Walk(given, step, draw, watches, load(HALL), SIZES[size], Mode(language), view=view)


def view(state: Technician) -> ServiceView:
    """What a page is drawn from."""
    return ServiceView(state, DEVICES)


def watches(state: Technician) -> Hashable:
    """What makes a page another page."""
    return view(state).watches


def modes() -> list[str]:
    """The folders of the pictures."""
    return [f"technician/{language}/{size}" for language, size in itertools.product(("zh", "en"), SIZES)]


def shots(mode: str) -> Iterator[Shot]:
    """The pictures of a mode."""
    return shots_of(mode, every())
