"""The ticket kiosk: its flow, its pages and its devices, put together."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

from msgspec import structs

from contract.configuration.hall import HallConfig
from contract.wire.messages import Act, DeviceStatus, LeaseStatus, TerminalAsk
from kiosk.flow.role import Role
from kiosk.parts import Absent, Part
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.a4_print.state import A4Effect
from kiosk.ticket_kiosk.guides.state import GuideQuery
from kiosk.ticket_kiosk.offline_numbers.state import LeaseEffect
from kiosk.ticket_kiosk.offline_numbers.steps import lease_status
from kiosk.ticket_kiosk.pages import PAGES, watches
from kiosk.ticket_kiosk.read_aloud.state import ReadingEffect
from kiosk.ticket_kiosk.scan.state import NextPicture, ScannerStatus, Watch
from kiosk.ticket_kiosk.state import Business, Effect, KioskState, Setting
from kiosk.ticket_kiosk.take_number.state import PrintTicket
from kiosk.ui.theme import Mode

if TYPE_CHECKING:
    from kiosk.flow.device_test import DeviceTester
    from kiosk.ticket_kiosk.a4_print.worker import A4Worker
    from kiosk.ticket_kiosk.guides.guide_store import GuideStore
    from kiosk.ticket_kiosk.offline_numbers.worker import LeaseWorker
    from kiosk.ticket_kiosk.read_aloud.voice import GuideVoice
    from kiosk.ticket_kiosk.scan.scanners import Scanners
    from kiosk.ticket_kiosk.take_number.ticket_printer import TicketPrinter
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext
    from link.orders import OrderHandler, OrderResult


@dataclass(frozen=True)
class Equipment:
    """What this kiosk has; None for what it lacks. Numbers are leased only where they can be printed."""

    guides: GuideStore | None = None
    printer: TicketPrinter | None = None
    lease: LeaseWorker | None = None
    voice: GuideVoice | None = None
    scanners: Scanners | None = None
    a4: A4Worker | None = None

    def parts(self) -> tuple[Part[Any], ...]:
        """All of it, and an `Absent` for what is not there."""
        return (
            self.guides or Absent("guides", *get_args(GuideQuery)),
            self.lease or Absent("lease", *get_args(LeaseEffect)),
            self.printer or Absent("ticket printer", PrintTicket),
            self.voice or Absent("voice", *get_args(ReadingEffect)),
            self.scanners or Absent("scanner", Watch, NextPicture),
            self.a4 or Absent("A4 printer", *get_args(A4Effect)),
        )


class TicketKiosk(Role[KioskState, KioskState]):
    """Role `hall`."""

    kind = "hall-kiosk"
    topics = ("server/status", "queue/+/state", "window/+/state", "catalogue/version")
    effects = get_args(Effect)

    def __init__(self, setting: Setting, equipment: Equipment) -> None:
        self._setting, self._equipment = setting, equipment
        self.parts = equipment.parts()
        self.device_ids = (*self.testers(), *setting.scanners)

    def first(self, seed: UUID) -> KioskState:
        return flow.first(self._setting, seed)

    def step(self, state: KioskState, event: object) -> tuple[KioskState, tuple[Effect, ...]]:
        return flow.step(state, event)

    def mode(self, state: KioskState) -> Mode:
        return state.mode

    def watches(self, state: KioskState) -> Hashable:
        return watches(state)

    def page_state(self, state: KioskState) -> KioskState:
        return state

    def draw(self, context: PageContext, page_state: KioskState) -> Page[KioskState]:
        return draw(context, page_state)

    def lease(self, state: KioskState) -> LeaseStatus | None:
        return lease_status(state)

    def devices(self, state: KioskState) -> list[DeviceStatus]:
        """Printers, voice and scanners as the terminal's status carries them: the ticket printer with its count of paper."""
        printer = self._equipment.printer
        return [
            structs.replace(one, paper=printer.paper) if printer is not None and one.id == printer.device.id else one
            for one in device_states(state)
        ]

    def orders(self) -> Mapping[Act, OrderHandler]:
        printer, a4 = self._equipment.printer, self._equipment.a4
        if printer is None:
            return {"refilled": a4.refilled} if a4 is not None else {}
        return {"reprint": printer.reprint, "refilled": self._refilled}

    def testers(self) -> Mapping[str, DeviceTester]:
        owners = (self._equipment.printer, self._equipment.voice, self._equipment.a4)
        return {owner.device.id: owner for owner in owners if owner is not None}

    def _refilled(self, ask: TerminalAsk) -> OrderResult:
        """The roll of the ticket printer, or the tray of the A4 printer if the order is for that."""
        printer, a4 = self._equipment.printer, self._equipment.a4
        assert printer is not None, "without a ticket printer the order goes to the A4 printer"
        return a4.refilled(ask) if a4 is not None and ask.device == a4.device.id else printer.refilled(ask)


def draw(context: PageContext, state: KioskState) -> Page[KioskState]:
    """The page of a state. Its class, and Kivy for it, is imported here."""
    module, _, name = PAGES[state.shown].drawn_by.rpartition(".")
    page_class: type[Page[KioskState]] = getattr(import_module(f"kiosk.ticket_kiosk.{module}"), name)
    return page_class(context, state)


def setting_of(hall: HallConfig, terminal: str, mode: Mode, printer: str | None = None, web: str | None = None) -> Setting:
    """What the flow needs of the configuration."""
    businesses = tuple(Business(q.id, q.theme, q.default_class, q.gives_offline) for q in hall.queue if q.on_kiosk)
    return Setting(
        terminal=terminal,
        businesses=businesses,
        printer=printer,
        first_mode=mode,
        web=web,
        bad_needs_reason=hall.rules.bad_rating_needs_reason,
        sheets_a_job=hall.printing.sheets_a_job,
        offline_numbers=hall.rules.offline_numbers,
    )


def device_states(state: KioskState) -> list[DeviceStatus]:
    """Printers, voice and scanners as the flow knows them."""
    printer, a4, voice = state.setting.printer, state.setting.a4, state.setting.voice
    scanners = ((name, state.scan.scanners.get(name, ScannerStatus())) for name in state.setting.scanners)
    return [
        *([] if printer is None else [DeviceStatus(printer, "printer", state.printer or "init")]),
        *([] if a4 is None else [DeviceStatus(a4, "a4", state.a4.state, state.a4.doubt, state.a4.paper)]),
        *([] if voice is None else [DeviceStatus(voice, "voice", state.aloud.voice or "init")]),
        *(DeviceStatus(name, "scanner", scanner.condition, scanner.detail) for name, scanner in scanners),
    ]
