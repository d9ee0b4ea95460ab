"""The tickets as they come out of the emulated printer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from drivers import registry
from drivers.emulators.serve import MemoryStream
from drivers.printer import testpage
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.ticket import PaperTicket, render
from tests.screens import Shot

NOW = datetime(2026, 11, 22, 9, 41, tzinfo=timezone(timedelta(hours=8)))
CHINESE = PaperTicket(
    hall="武山县政务服务中心",
    queue="社会保障",
    number="A012",
    ahead=12,
    windows=("03", "04", "05"),
    issued_at=NOW,
    url="http://192.168.10.20:8080/t/20261122-a012-Zk3vQ9x7LmN2pR5tW8yB1c",
    wait="约 15-25 分钟",
)
ENGLISH = replace(
    CHINESE, hall="Wushan County Government Service Centre", queue="Social security", language="en", help_desk="help desk"
)


def modes() -> list[str]:
    """The folder of the pictures."""
    return ["paper"]


def shots(_mode: str) -> list[Shot]:
    """Both languages, the classes, both widths, and the technician's page."""
    tickets = {
        "zh": CHINESE,
        "en": ENGLISH,
        "zh-priority": replace(CHINESE, ticket_class="priority", ahead=0),
        "en-military": replace(ENGLISH, ticket_class="military"),
        "zh-void": replace(CHINESE, missed="void", ticket_class="appointment"),
    }
    found = [Shot(f"paper/80-{name}", partial(_draw, "escpos-80", ticket)) for name, ticket in tickets.items()]
    found += [Shot(f"paper/58-{name}", partial(_draw, "escpos-58", tickets[name])) for name in ("zh", "en-military")]
    return [
        *found,
        Shot("paper/80-basic", partial(_draw, "escpos-80-basic", CHINESE)),
        Shot("paper/test-page", partial(_draw, "escpos-80", None)),
    ]


def _draw(model: str, ticket: PaperTicket | None, path: Path) -> None:
    emulator = registry.emulator(model)()
    printer = EscPosPrinter(MemoryStream(emulator), emulator.profile, settle_s=0)  # type: ignore[attr-defined]
    profile = printer.profile
    printer.print(render(ticket, profile) if ticket else testpage.render(profile, name="ticket-printer-1", now=NOW))
    paper = emulator.papers[-1] if emulator.papers else emulator.hanging()  # type: ignore[attr-defined]
    paper.save(path)
