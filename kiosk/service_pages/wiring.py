"""Puts the technician's pages behind a role, with all that they need."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from contract.configuration.hall import HallConfig
from kiosk.app.link_events import VERSION, TerminalLink
from kiosk.flow.role import Role, Send
from kiosk.service_pages.action_log import ActionLog
from kiosk.service_pages.device_tests import DeviceTests, ProgramAccess, runtime_folder
from kiosk.service_pages.events import SecretFetch
from kiosk.service_pages.network import look
from kiosk.service_pages.offline_codes import OfflineCodes
from kiosk.service_pages.pointer import Pointers
from kiosk.service_pages.role import Performer, with_technician
from kiosk.service_pages.state import SPEAKER, Own, OwnDevice
from kiosk.ticket_kiosk.role import folder_of


def behind(role: Role, args: argparse.Namespace, hall: HallConfig, link: TerminalLink, end: Callable[[], None]) -> Role:
    """The role of this terminal, with the technician's pages behind it; `end` ends the program."""
    mine = next((terminal.devices for terminal in hall.terminal if terminal.id == args.terminal), [])
    devices = [device for device in hall.device if device.id in mine]
    parts = (
        *(OwnDevice(d.id, d.kind, d.model, shows=d.kind == "scanner" and d.id in role.owns) for d in devices),
        OwnDevice(SPEAKER, SPEAKER),
    )  # fmt: skip
    own = Own(args.terminal, role.kind, VERSION, parts)
    means = ProgramAccess(
        look=lambda: look(link.broker, args.credentials, link.round_trip_ms(SecretFetch.verb)), lines=lambda: link.lines,
        restart=end, runtime=runtime_folder(),
    )  # fmt: skip
    tools = DeviceTests(hall, [device for device in devices if device.id not in role.owns], means, args.out)
    diary = ActionLog(folder_of(args), lambda: datetime.now(hall.zone))
    performers: list[Performer] = [diary, tools, OfflineCodes(folder_of(args), time.time)]
    if args.fullscreen:
        performers.append(Pointers())
    whole = with_technician(role, own, performers)

    def start(send: Send) -> None:
        tools.open(send)
        diary.open(send)
        role.start(send)

    def stop() -> None:
        role.stop()
        tools.close()

    return replace(whole, start=start, stop=stop)
