"""The A4 printer of `make run`: without the programs it needs the hall opens all the same, and says why."""

from __future__ import annotations

import http.server
import threading
from pathlib import Path

import pytest

from contract.configuration.hall import Device
from contract.configuration.hall_files import load
from launcher import a4_printer
from launcher.broker import NotStarted
from launcher.options import LauncherOptions
from launcher.ports import KeptPorts
from launcher.whole_hall import WholeHall
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


class OfOthers(http.server.BaseHTTPRequestHandler):
    """What answers at a printer's port already: `says` is its page."""

    says = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.says.encode())

    def log_message(self, *_words: object) -> None: ...


@pytest.mark.parametrize(("says", "own"), [(f"<h1>{a4_printer.MODEL}</h1>", True), ("<h1>HP LaserJet</h1>", False)])
def test_a_second_hall_on_one_machine_keeps_to_its_own_printer_and_a_real_one_is_used(
    tmp_path: Path, says: str, own: bool
) -> None:
    handler = type("Page", (OfOthers,), {"says": says})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as there:
        threading.Thread(target=there.serve_forever, daemon=True).start()
        port = there.server_address[1]
        hall = write_hall(tmp_path / "hall")
        with (hall / "devices.toml").open("a") as file:
            file.write(f'\n[[device]]\nid = "a4-1"\nkind = "a4"\nmodel = "ipp"\naddress = "ipp://localhost:{port}/ipp/print"\n')
        before = (hall / "devices.toml").read_text()
        devices = load(hall).device
        found = a4_printer.printers(devices, tmp_path, KeptPorts(tmp_path, print))
        here = a4_printer.hall_with(found, hall, devices, tmp_path)
        there.shutdown()
    assert len(found) == own and (hall / "devices.toml").read_text() == before
    if own:
        assert found[0].port != port
        moved = next(device for device in load(here).device if device.id == "a4-1")
        assert moved.address == f"ipp://localhost:{found[0].port}/ipp/print"
    else:
        assert here == hall, "the address of devices.toml is right"
