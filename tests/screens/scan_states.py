"""The pages behind the scanner, with the longest of what they may have to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import cv2

from contract.guides.item import Form
from contract.wire.answers import HolderScan
from contract.wire.facts import AppointmentFacts, HolderFacts, Standing
from contract.wire.messages import Estimate, Text
from drivers.scanner.reading import CodeReader
from kiosk.flow.hall_view import Presence
from kiosk.flow.requests import ask
from kiosk.ticket_kiosk.guides.state import Contents, GuideLookup
from kiosk.ticket_kiosk.my_ticket.state import MyTicketState, ShownTicket
from kiosk.ticket_kiosk.scan.scanners import for_screen
from kiosk.ticket_kiosk.scan.state import CameraPicture, CodeLookup, ScannerStatus, ScanState
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.typed_number import NumberAndLastFour
from queue_server.commands.find import not_together
from tests.bench.qr_frames import placed
from tests.facts import a_case

CAMERA, GUN = {"camera-1": ScannerStatus("ok", films=True)}, {"gun-1": ScannerStatus("ok")}
FORGED = Text("这个码是无效的，请从原来的渠道重新打开。", "This code is not genuine; open it again where you got it.")

FORM = Form.model_validate(
    {"id": "form", "title": {"zh": "申请表", "en": "Application"}, "fields": [{"label": "姓名", "example": "张三"}]}
)


@cache
def picture() -> CameraPicture:
    """A phone with a code before the camera."""
    drawn = placed(Random(1), "HTTP://10.0.0.8:8080/T/261122a001-abcdefghijkl", side=260, turn=8)
    return for_screen(cv2.cvtColor(drawn, cv2.COLOR_GRAY2BGR), CodeReader().read(drawn))


def appointment(standing: Standing, queue: str, day: int = 21) -> AppointmentFacts:
    begins = datetime(2026, 11, day, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    return AppointmentFacts(
        id=f"{standing}{day}",
        queue=queue,
        item=None,
        name="欧阳**",
        starts_at=begins,
        ends_at=begins + timedelta(minutes=30),
        standing=standing,
        ticket=None,
        opens_at=begins - timedelta(minutes=30),
        code="JHA.wushan.abc.def",
    )


def scan_states(state: KioskState) -> Iterator[tuple[str, KioskState]]:
    """Scanning, and what comes of each kind of code."""
    home = replace(state, scan=ScanState(scanners=CAMERA))
    yield "home-with-scanner", replace(home, lookup=GuideLookup(contents=Contents("1", forms={"form": FORM})))
    seen = replace(home, page="scan", trail=("home",), scan=ScanState(scanners=CAMERA, picture=picture()))
    yield "scan", replace(seen, scan=ScanState(scanners=CAMERA))
    yield "scan-reading", ask(seen, CodeLookup(seen.page, "kiosk-1", "code"))[0]
    yield "scan-nonsense", replace(seen, scan=replace(seen.scan, refusal="nonsense"), idle_since=60)
    yield (
        "scan-away",
        replace(
            seen,
            hall=replace(seen.hall, presence=Presence()),
            lookup=GuideLookup(contents=Contents("1")),
            scan=replace(seen.scan, refusal="away"),
        ),
    )
    yield "scan-gun", replace(seen, scan=ScanState(scanners=GUN))
    yield "scan-broken", replace(seen, scan=ScanState(scanners={"camera-1": ScannerStatus("unreachable", films=True)}))
    without = replace(home, page="check-in", trail=("home", "scan"))
    typed = NumberAndLastFour("YY-2026-1120-000123", "12", "last_four")
    yield "check-in", without
    yield "check-in-complete", replace(without, scan=replace(home.scan, typed=replace(typed, last_four="123X")))
    wrong = not_together(4, Text("预约编号", "appointment number"))
    yield "check-in-refused", replace(without, scan=replace(home.scan, typed=replace(typed, last_four=""), refusal=wrong))
    queue = max(state.setting.businesses, key=lambda b: len(b.id)).id
    days: tuple[tuple[Standing, int], ...] = (("early", 24), ("late", 21), ("over", 20))
    for standing, day in days:
        shown = replace(home, page="appointment", scan=ScanState(appointment=appointment(standing, queue, day)))
        yield f"appointment-{standing}-{day}", shown
    yield "appointment-refused", replace(shown, scan=ScanState(appointment=appointment("checked-in", queue), refusal=FORGED))
    yield from ticket_states(home, queue)
    yield from holder_states(home, queue)


def ticket_states(home: KioskState, queue: str) -> Iterator[tuple[str, KioskState]]:
    """A scanned ticket in every state, and its rating."""
    wait = Estimate(900, 1500)
    waiting = ShownTicket("A1012", queue, "waiting", None, 12, wait, None, ("01", "02", "03"), can_rate=False, level=None)
    shown = replace(home, page="my-ticket", trail=("home", "scan"), scan=ScanState(), my_ticket=MyTicketState(waiting, "token"))
    yield "my-ticket-waiting", shown
    yield "my-ticket-by-number", replace(shown, my_ticket=MyTicketState(waiting, number="A012"))
    yield "my-ticket-doubting", replace(shown, my_ticket=MyTicketState(waiting, "token", asks_give_up=True))
    yield "my-ticket-refused", replace(shown, my_ticket=MyTicketState(waiting, "token", refusal="no-answer"))
    yield "my-ticket-called", replace(shown, my_ticket=MyTicketState(replace(waiting, state="called", window="03"), "token"))
    yield "my-ticket-missed", replace(shown, my_ticket=MyTicketState(replace(waiting, state="missed"), "token"))
    over = replace(waiting, state="finished", can_rate=True)
    yield "my-ticket-finished", replace(shown, my_ticket=MyTicketState(over, "token"))
    yield "rate", replace(shown, page="rate", my_ticket=MyTicketState(over, "token"))
    yield "rate-reasons", replace(shown, page="rate-reasons", my_ticket=MyTicketState(over, level=5, counted=True))
    for level in (2, 1):
        yield (
            f"rate-reasons-{level}-more",
            replace(shown, page="rate-reasons", my_ticket=MyTicketState(over, level=level, more=True)),
        )
    yield "rated", replace(shown, page="rated", trail=("home",))


def holder_states(home: KioskState, queue: str) -> Iterator[tuple[str, KioskState]]:
    """What stands behind a service code: much, or nothing."""
    missing = {"zh": "待补正", "en": "papers are missing"}
    cases = [a_case(f"WS-2026-1120-00012{i}", state_texts=missing) for i in range(5)]
    person = HolderFacts("person", "欧阳**", "k")
    found = HolderScan(person, [appointment("due", queue), appointment("early", queue, 24)], cases)
    for name, holder in (("holder", found), ("holder-empty", HolderScan(person, [], []))):
        yield name, replace(home, page="holder", trail=("home", "scan"), scan=ScanState(holder=holder))
