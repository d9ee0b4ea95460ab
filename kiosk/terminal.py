"""The one place where a terminal is put together: its link, its role with what that owns, the service pages, the program.

Nothing is opened in here but by `run`. Each thing is made before those that need it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from contract.configuration.hall import Device, HallConfig, Terminal
from contract.configuration.hall_files import load
from contract.version import version
from kiosk.app import inspection
from kiosk.app.app import App
from kiosk.app.click import Click
from kiosk.app.inbox import Inbox
from kiosk.app.link_events import TerminalLink
from kiosk.app.main_loop import MainLoop
from kiosk.app.server_requests import ServerRequests
from kiosk.app.setup import Screen
from kiosk.flow.role import Role, S, V
from kiosk.options import SIZES, TerminalOptions
from kiosk.parts import Dispatcher, Part
from kiosk.service_pages.role import WithServicePages
from link import Broker


def run(options: TerminalOptions) -> None:
    """Run one terminal until its window is closed or a signal ends it. Raise BadHall, BadBroker, NoFont or ValueError."""
    hall = load(options.hall)
    broker = Broker.parse(options.broker, credentials=options.credentials)
    width, height = options.size or _whole_screen(options.fullscreen) or SIZES[options.role]
    loop = MainLoop()
    inbox = Inbox(loop)
    public = role_of(options, hall)
    link = TerminalLink(
        broker=broker,
        hall=hall.hall.id,
        terminal=options.terminal,
        kind=public.kind,
        send=inbox.send,
        updates=options.updates,
        state=options.state,
    )
    role = with_service_pages(public, options, hall, link, loop.stop)
    app = App(
        role=role,
        parts=Dispatcher(role.effects, (ServerRequests(link), *role.parts)),
        hall=hall,
        screen=Screen(width, height, options.fullscreen),
        loop=loop,
        inbox=inbox,
        link=link,
        click=Click(),
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: loop.stop())
    app.open()
    inspection.listen(app)
    try:
        app.run()
    finally:
        app.close()


def role_of(options: TerminalOptions, hall: HallConfig) -> Role[Any, Any]:
    """The role of this terminal, with what it owns. Raise ValueError for a configuration that cannot work."""
    terminal = next((terminal for terminal in hall.terminal if terminal.id == options.terminal), None)
    if terminal is None:
        known = ", ".join(terminal.id for terminal in hall.terminal) or "none"
        raise ValueError(f"terminal {options.terminal!r} is not in devices.toml; known there: {known}")
    match options.role:
        case "hall":
            return _ticket_kiosk(options, hall, terminal)
        case "rating":
            from kiosk.window_rater.role import WindowRater, window_of
            from kiosk.window_rater.state import RaterSettings

            window = window_of(hall, options.terminal, options.window_id)
            settings = RaterSettings(hall.rules.rating_timeout_s, hall.rules.bad_rating_needs_reason, options.language)
            return WindowRater(window, settings, options.hall)
        case "screen":
            from kiosk.call_screen.role import CallScreen

            return CallScreen(options.language)


def _ticket_kiosk(options: TerminalOptions, hall: HallConfig, terminal: Terminal) -> Role[Any, Any]:
    from kiosk.ticket_kiosk.a4_print.worker import A4Worker
    from kiosk.ticket_kiosk.guides.guide_store import GuideStore
    from kiosk.ticket_kiosk.offline_numbers.worker import LeaseWorker
    from kiosk.ticket_kiosk.read_aloud.voice import GuideVoice
    from kiosk.ticket_kiosk.role import Equipment, TicketKiosk, setting_of
    from kiosk.ticket_kiosk.scan.scanners import Scanners
    from kiosk.ticket_kiosk.take_number.ticket_printer import TicketPrinter
    from kiosk.ui.theme import Mode

    scanners = _own_devices(hall, terminal, "scanner")
    printer, voice, a4 = (next(iter(_own_devices(hall, terminal, kind)), None) for kind in ("printer", "voice", "a4"))
    setting = replace(
        setting_of(hall, terminal.id, Mode(language=options.language), printer.id if printer else None, options.web),
        voice=voice.id if voice else None,
        scanners=tuple(device.id for device in scanners),
        a4=a4.id if a4 else None,
    )
    return TicketKiosk(
        setting,
        Equipment(
            guides=GuideStore(options.state / "guides", options.ca),
            printer=TicketPrinter(printer, hall, setting, options.out, options.state) if printer else None,
            lease=LeaseWorker(options.state / "lease" / "numbers.db") if printer else None,
            voice=GuideVoice(voice, hall, options.out) if voice else None,
            scanners=Scanners(scanners, options.out) if scanners else None,
            a4=A4Worker(a4, hall, options.state / "papers", options.web) if a4 else None,
        ),
    )


def with_service_pages(
    role: Role[S, V], options: TerminalOptions, hall: HallConfig, link: TerminalLink, end: Callable[[], None]
) -> WithServicePages[S, V]:
    """The role, with the service pages behind it and all that they need; `end` ends the program."""
    from kiosk.service_pages.action_log import ActionLog
    from kiosk.service_pages.device_tests import DeviceTests, ProgramAccess, runtime_folder
    from kiosk.service_pages.events import SecretFetch
    from kiosk.service_pages.network import look
    from kiosk.service_pages.offline_codes import OfflineCodes
    from kiosk.service_pages.pointer import MousePointer
    from kiosk.service_pages.state import SPEAKER, Own, OwnDevice

    mine = next((terminal.devices for terminal in hall.terminal if terminal.id == options.terminal), [])
    devices = [device for device in hall.device if device.id in mine]
    access = ProgramAccess(
        look=lambda: look(link.broker, options.credentials, link.round_trip_ms(SecretFetch.verb)),
        lines=lambda: link.lines,
        restart=end,
        runtime=runtime_folder(),
    )
    others = [device for device in devices if device.id not in role.device_ids]
    parts: list[Part[Any]] = [
        DeviceTests(hall, others, role.testers(), access, options.out),
        ActionLog(options.state, lambda: datetime.now(hall.zone)),
        OfflineCodes(options.state, time.time),
    ]
    if options.fullscreen:
        parts.append(MousePointer())
    tested = (
        *(OwnDevice(d.id, d.kind, d.model, shows=d.kind == "scanner" and d.id in role.device_ids) for d in devices),
        OwnDevice(SPEAKER, SPEAKER),
    )
    return WithServicePages(role, Own(options.terminal, role.kind, version(), tested), parts)


def _own_devices(hall: HallConfig, terminal: Terminal, kind: str) -> list[Device]:
    """The devices of a kind that a terminal itself opens."""
    return [device for device in hall.device if device.id in terminal.devices and device.kind == kind]


def _whole_screen(fullscreen: bool) -> tuple[int, int] | None:
    """The size of the screen that a terminal without a desktop covers; None where a window is asked for."""
    from kiosk.app.screen_size import native_size

    return native_size() if fullscreen and os.environ.get("SDL_VIDEODRIVER") == "kmsdrm" else None
