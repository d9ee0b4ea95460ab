"""The A4 printer of `make run`: without the programs it needs the hall opens all the same, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.configuration.hall import Device
from contract.configuration.hall_files import load
from launcher import a4_printer
from launcher.broker import NotStarted
from launcher.main import LauncherOptions, WholeHall
from tests.ports import free_port
from tests.small_hall import write_hall


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(a4_printer, "find_program", lambda _program: None)
    with pytest.raises(NotStarted, match=r"ippeveprinter is not installed .*cups-ipp-utils"):
        a4_printer.ExamplePrinter("a4-1", free_port(), tmp_path, tmp_path).start()


def test_the_hall_goes_on_without_its_a4_printer_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(a4_printer, "find_program", lambda _program: None)
    device = Device(id="a4-1", kind="a4", model="ipp", address=f"ipp://localhost:{free_port()}/ipp/print")
    config = load(write_hall(tmp_path / "hall")).model_copy(update={"device": [device]})
    hall = WholeHall(LauncherOptions.parse(["--state", str(tmp_path)]), config)
    hall.start_printers()
    assert "A4 printer a4-1: not there, ippeveprinter is not installed" in capsys.readouterr().out
    hall.stop()
