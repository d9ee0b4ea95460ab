"""The hall kiosk: its flow, its pages and its printer, put together."""

from __future__ import annotations

import argparse
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk import flow
from kiosk.role import Role
from kiosk.state import Business, Setting, State
from kiosk.theme import Mode
from queue_server.api.hall import HallConfig
from queue_server.api.messages import DeviceStatus

if TYPE_CHECKING:
    from kiosk.page import Page
    from kiosk.stage import Stage

TOPICS = ("server/status", "queue/+/state", "window/+/state")


def make(hall: HallConfig, args: argparse.Namespace) -> Role:
    """The role for this terminal; raise ValueError for a configuration that cannot work."""
    from kiosk.press import Press

    terminal = next(terminal for terminal in hall.terminal if terminal.id == args.terminal)
    devices = [device for device in hall.device if device.id in terminal.devices and device.kind == "printer"]
    setting = setting_of(hall, args.terminal, Mode(language=args.language), devices[0].id if devices else None, args.web)
    role = Role(
        kind="hall-kiosk", first=flow.first(setting), step=flow.step, mode=lambda state: state.mode, key=key, draw=draw,
        topics=TOPICS, devices=device_states,
    )  # fmt: skip
    if not devices:
        return role
    press = Press(devices[0], hall, setting, args.out)
    return replace(role, perform=press.perform, start=press.open, stop=press.close)


def setting_of(hall: HallConfig, terminal: str, mode: Mode, printer: str | None = None, web: str | None = None) -> Setting:
    """What the flow needs of the configuration."""
    businesses = tuple(Business(q.id, q.theme, q.default_class) for q in hall.queue if q.on_kiosk)
    return Setting(terminal=terminal, businesses=businesses, printer=printer, first_mode=mode, web=web)


def key(state: State) -> Hashable:
    """What makes a page another page."""
    match state.shown:
        case "themes" | "businesses" as page:
            return page, state.theme, state.sheet
        case "confirm":
            return "confirm", state.queue, state.class_, state.prints
        case "done":
            return "done", state.ticket
        case "trouble":
            return "trouble", state.trouble, state.trouble_detail
        case page:
            return page


def draw(stage: Stage, state: State) -> Page:
    """The page of a state."""
    from kiosk.screens import choice, confirm, home, notice, ticket

    pages: dict[str, type[Page]] = {
        "home": home.Home, "themes": choice.Themes, "businesses": choice.Businesses, "confirm": confirm.ConfirmPage,
        "printing": ticket.Printing, "done": ticket.Done, "trouble": notice.TroubleWithTicket, "closed": notice.Closed,
        "away": notice.Away, "starting": notice.Starting, "fail-safe": notice.FailSafe,
    }  # fmt: skip
    return pages[state.shown](stage, state)


def device_states(state: State) -> list[DeviceStatus]:
    """The printer as the terminal's status tells it."""
    if state.setting.printer is None:
        return []
    return [DeviceStatus(state.setting.printer, "printer", state.printer or "init")]
