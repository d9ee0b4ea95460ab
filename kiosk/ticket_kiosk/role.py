"""The hall kiosk: its flow, its pages and its printer, put together."""

from __future__ import annotations

import argparse
import os
from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import structs

from contract.configuration.hall import Device, HallConfig, Terminal
from contract.wire.messages import DeviceStatus, TerminalAsk
from kiosk.flow.role import Role, Send
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.case_progress import steps as case_progress_steps
from kiosk.ticket_kiosk.my_ticket import steps as my_ticket_steps
from kiosk.ticket_kiosk.offline_numbers.steps import few, told
from kiosk.ticket_kiosk.scan import steps as scan_steps
from kiosk.ticket_kiosk.scan.state import ScannerStatus
from kiosk.ticket_kiosk.state import Business, KioskState, Setting
from kiosk.ui.theme import Mode

if TYPE_CHECKING:
    from kiosk.ticket_kiosk.a4_print.worker import A4Worker
    from kiosk.ticket_kiosk.take_number.ticket_printer import TicketPrinter
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext
    from link.orders import OrderResult

TOPICS = ("server/status", "queue/+/state", "window/+/state", "catalogue/version")


def make(hall: HallConfig, args: argparse.Namespace) -> Role:
    """The role for this terminal; raise ValueError for a configuration that cannot work."""
    from kiosk.ticket_kiosk.a4_print.worker import A4Worker
    from kiosk.ticket_kiosk.guides.guide_store import GuideStore
    from kiosk.ticket_kiosk.offline_numbers.worker import LeaseWorker
    from kiosk.ticket_kiosk.read_aloud.voice import GuideVoice
    from kiosk.ticket_kiosk.scan.scanners import Scanners
    from kiosk.ticket_kiosk.take_number.ticket_printer import TicketPrinter

    terminal = next(terminal for terminal in hall.terminal if terminal.id == args.terminal)
    printers, voices, scanners, copiers = (devices_of(hall, terminal, kind) for kind in ("printer", "voice", "scanner", "a4"))
    setting = replace(
        setting_of(hall, args.terminal, Mode(language=args.language), printers[0].id if printers else None, args.web),
        voice=voices[0].id if voices else None,
        scanners=tuple(device.id for device in scanners),
        a4=copiers[0].id if copiers else None,
    )
    role = Role(
        kind="hall-kiosk", first=partial(flow.first, setting), step=flow.step, mode=lambda state: state.mode, key=key,
        draw=draw, topics=TOPICS, devices=device_states, lease=told,
        owns=tuple(device.id for device in (*printers[:1], *voices[:1], *copiers[:1], *scanners)),
    )  # fmt: skip
    parts: list[Part] = [GuideStore(folder_of(args) / "guides", args.credentials and args.credentials / "ca.crt")]
    if printers:
        parts.append(LeaseWorker(folder_of(args) / "lease" / "numbers.db"))
        press = TicketPrinter(printers[0], hall, setting, args.out, folder_of(args))
        parts.append(press)
        role = with_paper(role, press)
    if voices:
        parts.append(GuideVoice(voices[0], hall, args.out))
    if scanners:
        parts.append(Scanners(scanners, args.out))
    if copiers:
        copier = A4Worker(copiers[0], hall, folder_of(args) / "papers", args.web)
        parts.append(copier)
        role = with_tray(role, copier)
    return with_parts(role, parts)


def devices_of(hall: HallConfig, terminal: Terminal, kind: str) -> list[Device]:
    """The devices of a kind that a terminal itself opens."""
    return [device for device in hall.device if device.id in terminal.devices and device.kind == kind]


def with_paper(role: Role, press: TicketPrinter) -> Role:
    """The role with what its ticket printer tells of its paper, and what the desk may ask of it."""

    def devices(state: KioskState) -> list[DeviceStatus]:
        told = role.devices(state)
        return [structs.replace(one, paper=press.paper) if one.id == press.device.id else one for one in told]

    return replace(role, devices=devices, acts={"reprint": press.again, "refilled": press.refilled})


def with_tray(role: Role, copier: A4Worker) -> Role:
    """The role with the order for the tray of its A4 printer; other printers' orders go where they went before."""
    others = role.acts.get("refilled")

    def refilled(ask: TerminalAsk) -> OrderResult:
        return copier.refilled(ask) if ask.device == copier.device.id or others is None else others(ask)

    return replace(role, acts={**role.acts, "refilled": refilled})


class Part(Protocol):
    """Something that the kiosk owns: opened with the program; does the effects it knows and leaves the others alone."""

    def open(self, send: Send) -> None: ...
    def close(self) -> None: ...
    def perform(self, effect: Any, send: Send) -> None: ...


def with_parts(role: Role, parts: Sequence[Part]) -> Role:
    """The role with what it owns."""

    def perform(effect: Any, send: Send) -> None:
        for part in parts:
            part.perform(effect, send)

    def start(send: Send) -> None:
        for part in parts:
            part.open(send)

    def stop() -> None:
        for part in reversed(parts):
            part.close()

    return replace(role, perform=perform, start=start, stop=stop)


def folder_of(args: argparse.Namespace) -> Path:
    """Where the kiosk keeps what outlives it: --state, else systemd's StateDirectory, else the user's own folder."""
    if args.state is not None:
        return Path(args.state)
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given)
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "jiaohao" / str(args.terminal)


def setting_of(hall: HallConfig, terminal: str, mode: Mode, printer: str | None = None, web: str | None = None) -> Setting:
    """What the flow needs of the configuration."""
    businesses = tuple(Business(q.id, q.theme, q.default_class, q.gives_offline) for q in hall.queue if q.on_kiosk)
    needs = hall.rules.bad_rating_needs_reason
    return Setting(
        terminal=terminal, businesses=businesses, printer=printer, first_mode=mode, web=web, bad_needs_reason=needs,
        sheets_a_job=hall.printing.sheets_a_job,
        offline_numbers=hall.rules.offline_numbers,
    )  # fmt: skip


def key(state: KioskState) -> Hashable:
    """What makes a page another page."""
    look = state.lookup
    match state.shown:
        case "home" | "away" | "closed" | "guides" as page:
            return page, state.tiles, state.scan.able, state.offline, state.offline and (state.prints, few(state))
        case "progress" | "case" as page:
            return page, state.case_query, case_progress_steps.waits(state), state.sheet, state.prints_papers
        case "scan":
            scan = state.scan
            return "scan", scan_steps.waits(state), scan.refusal, scan.able, scan.films, state.served
        case "appointment" | "my-ticket" | "holder" | "rate" | "rate-reasons" as page:
            scan, waits = replace(state.scan, picture=None, scanners={}, seen_at=0), scan_steps.waits(state)
            return page, scan, waits, state.my_ticket, my_ticket_steps.waits(state), state.sheet
        case "guide-groups":
            return "guide-groups", look.group, look.contents, state.sheet
        case "guide-list":
            return "guide-list", look.entries, look.listed, state.sheet
        case "guide":
            able = look.item is not None and state.gives_numbers(look.item.queue)
            aloud = state.aloud.works, state.aloud.section
            return "guide", look.item and look.item.id, look.section, state.sheet, able, aloud, state.prints_papers
        case "blanks":
            return "blanks", state.sheet
        case "papers":
            return "papers", state.sheet, state.printing.ref
        case "preview":
            shown = state.printing
            return "preview", shown.ref, len(shown.sheets), shown.failed, state.sheet, state.prints_papers, state.a4.words
        case "printout":
            shown = state.printing
            job = shown.job and (shown.job.state, shown.job.sheets)
            return "printout", shown.ref, shown.stopped, job, shown.refusal, state.prints_papers, state.a4.words
        case "themes" | "businesses" as page:
            return page, state.taking.theme, state.sheet, state.offline
        case "confirm":
            return "confirm", state.taking.queue, state.taking.class_, state.prints, state.offline
        case "done":
            return "done", state.taking.ticket
        case "trouble":
            return "trouble", state.taking.trouble, state.taking.trouble_detail, state.served, state.offline
        case page:
            return page


def draw(stage: PageContext, state: KioskState) -> Page:
    """The page of a state."""
    from kiosk.ticket_kiosk import home_page, notice_pages
    from kiosk.ticket_kiosk.a4_print import choice_page as a4_print_choice_page
    from kiosk.ticket_kiosk.a4_print import preview_page, progress_page
    from kiosk.ticket_kiosk.case_progress import pages as case_progress_pages  # fmt: skip
    from kiosk.ticket_kiosk.guides import guide_page, list_pages, search_page
    from kiosk.ticket_kiosk.my_ticket import rate_page
    from kiosk.ticket_kiosk.my_ticket import ticket_page as my_ticket_ticket_page
    from kiosk.ticket_kiosk.scan import appointment_page, scan_page
    from kiosk.ticket_kiosk.take_number import (
        choice_page as take_number_choice_page,
    )
    from kiosk.ticket_kiosk.take_number import (
        confirm_page,
    )
    from kiosk.ticket_kiosk.take_number import (
        ticket_page as take_number_ticket_page,
    )

    pages: dict[str, type[Page]] = {
        "home": home_page.HomePage, "themes": take_number_choice_page.ThemesPage, "businesses": take_number_choice_page.BusinessesPage,
        "confirm": confirm_page.ConfirmPage, "printing": take_number_ticket_page.PrintingPage, "done": take_number_ticket_page.TicketPage,
        "trouble": notice_pages.TroublePage, "closed": notice_pages.ClosedPage,
        "away": notice_pages.AwayPage, "starting": notice_pages.StartingPage, "fail-safe": notice_pages.FailSafePage,
        "guides": list_pages.GuidesPage, "guide-groups": list_pages.GroupsPage, "guide-list": list_pages.ItemsPage,
        "search": search_page.SearchPage, "guide": guide_page.GuidePage,
        "progress": case_progress_pages.ProgressPage, "case": case_progress_pages.CasePage,
        "scan": scan_page.ScanPage, "appointment": appointment_page.AppointmentPage, "holder": appointment_page.HolderPage,
        "my-ticket": my_ticket_ticket_page.MyTicketPage,
        "rate": rate_page.RatePage, "rate-reasons": rate_page.RateReasonsPage, "rated": rate_page.RatedPage,
        "blanks": a4_print_choice_page.BlanksPage, "papers": a4_print_choice_page.PapersPage,
        "preview": preview_page.PreviewPage, "printout": progress_page.PrintoutPage,
    }  # fmt: skip
    return pages[state.shown](stage, state)


def device_states(state: KioskState) -> list[DeviceStatus]:
    """Printers, voice and scanners as the terminal's status tells them."""
    printer, a4, voice = state.setting.printer, state.setting.a4, state.setting.voice
    scanners = ((name, state.scan.scanners.get(name, ScannerStatus())) for name in state.setting.scanners)
    return [
        *([] if printer is None else [DeviceStatus(printer, "printer", state.printer or "init")]),
        *([] if a4 is None else [DeviceStatus(a4, "a4", state.a4.state, state.a4.doubt, state.a4.paper)]),
        *([] if voice is None else [DeviceStatus(voice, "voice", state.aloud.voice or "init")]),
        *(DeviceStatus(name, "scanner", scanner.condition, scanner.detail) for name, scanner in scanners),
    ]
