"""The page of the whole hall is told of the ticket printed last and of the call said last, and of nothing that a kiosk read out."""

from __future__ import annotations

import json
import os
from pathlib import Path

from contract.configuration.hall import Device
from launcher.newest import NewestThings

DEVICES = [
    Device(id="ticket-printer-1", kind="printer", model="escpos-80", address="emulator://escpos-80"),
    Device(id="voice-1", kind="voice", model="espeak-ng", address="emulator://voice", agent="devices-1"),
    Device(id="kiosk-voice-1", kind="voice", model="espeak-ng", address="emulator://voice"),
]


def keep(kept: Path, name: str, at: float) -> None:
    path = kept / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    os.utime(path, (at, at))


def test_the_newest_ticket_and_call_are_told_also_after_the_printer_has_begun_to_count_anew(tmp_path: Path):
    kept, page = tmp_path / "devices", tmp_path / "faces"
    page.mkdir()
    newest = NewestThings(DEVICES, kept, page)
    newest.open()
    newest.look()
    assert json.loads((page / "newest.json").read_text()) == {}
    for at, name in enumerate(
        ("ticket-printer-1-0009.png", "voice-1/000001-A001.wav", "ticket-printer-1-0001.png", "kiosk-voice-1/000001-.wav")
    ):
        keep(kept, name, 1000.0 + at)
    newest.look()
    told = json.loads((page / "newest.json").read_text())
    assert told == {"ticket": "devices/ticket-printer-1-0001.png", "call": "devices/voice-1/000001-A001.wav"}
    assert all((page / address).is_file() for address in told.values())


def test_a_file_that_goes_while_it_is_looked_for_does_no_harm(tmp_path: Path):
    kept, page = tmp_path / "devices", tmp_path / "faces"
    page.mkdir()
    newest = NewestThings(DEVICES, kept, page)
    newest.open()
    (kept / "ticket-printer-1-0001.png").symlink_to(tmp_path / "gone.png")
    newest.look()
    assert json.loads((page / "newest.json").read_text()) == {}
