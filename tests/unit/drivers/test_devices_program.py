"""The program jiaohao-devices: models, doctor, emulate, run; and the support table."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from contract.wire.messages import DisplayDesired, DisplayLine
from drivers import doctor, registry
from drivers.address import BadAddress
from drivers.emulate import obey
from drivers.emulators.local import stop_all
from drivers.emulators.serve import TcpServer
from drivers.main import main
from drivers.ports import NotFound
from drivers.support import page
from tests.small_hall import DEVICES, write_hall

ROOT = Path(__file__).parents[3]
STRIP = """
[[device]]
id = "{id}"
kind = "display"
model = "{model}"
address = "{address}"
agent = "devices-1"
serves = "01"
"""


@pytest.fixture(autouse=True)
def no_emulator_is_left():
    yield
    stop_all()


def hall_with(tmp_path, *strips):
    folder = write_hall(tmp_path / "hall")
    devices = DEVICES + "".join(STRIP.format(id=i, model=model, address=address) for i, model, address in strips)
    (folder / "devices.toml").write_text(devices, encoding="utf-8")
    return folder


def test_the_support_table_in_the_documents_is_the_registry_s():
    assert (ROOT / "docs/devices.md").read_text(encoding="utf-8") == page(), "run: python -m drivers.support > docs/devices.md"


def test_every_model_of_the_registry_can_be_loaded_with_its_emulator():
    for model in registry.models().values():
        module, _, name = model.driver.partition(":")
        assert callable(getattr(__import__(module, fromlist=[name]), name)), model.name
        if model.emulator:
            faults = registry.emulator(model.name).known_faults()
            assert {"no-answer", "late", "garbage", "bit-errors", "half-frames", "disconnects"} <= set(faults)


def test_every_model_has_an_emulator_or_says_why_not():
    assert [m.name for m in registry.models().values() if bool(m.emulator) == bool(m.exempt)] == []
    table = page()
    assert all(f"exempt: {m.exempt}" in table for m in registry.models().values() if not m.emulator)


def test_an_unknown_model_is_refused_with_the_nearest_name():
    with pytest.raises(registry.UnknownModel, match="did you mean 'onbon-bxk'"):
        registry.find("onbon-bx", "display")
    with pytest.raises(registry.UnknownModel, match=r"no emulator \(it is no device\)"):
        registry.emulator("virtual")


def test_models_are_listed_for_people_and_for_programs(capsys):
    assert main(["models"]) == 0
    assert "onbon-bxk" in capsys.readouterr().out
    assert main(["models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {model["name"] for model in listed} == set(registry.models())


def test_the_doctor_collects_every_trouble_with_its_remedy(tmp_path, capsys):
    hall = hall_with(
        tmp_path,
        ("good", "onbon-bxk", "emulator://onbon-bxk"),
        ("refused", "huidu", "socket://127.0.0.1:9"),
        ("unplugged", "qt-strip", "/dev/hall-strip-that-is-not-there"),
        ("misspelt", "onbon-bkx", "socket://127.0.0.1:9"),
        ("nonsense", "onbon-bxk", "not an address"),
    )
    assert main(["doctor", "--hall", str(hall), "--out", str(tmp_path / "out"), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    found = {finding["id"]: finding for finding in report["findings"]}
    assert [i for i, f in found.items() if f["state"] == "ok"] == ["board-1", "good"]
    assert "refuses" in found["refused"]["what"] and "plug" in found["unplugged"]["remedy"]
    assert "did you mean" in found["misspelt"]["remedy"] and "no device address" in found["nonsense"]["what"]
    assert all(finding["remedy"] for finding in report["findings"] if finding["state"] == "trouble")
    assert main(["doctor", "--hall", str(hall), "--out", str(tmp_path / "out")]) == 1
    tree = capsys.readouterr().out
    assert "✗ refused" in tree and "✓ good" in tree and "serial ports" in tree


def test_the_doctor_shows_a_test_text(tmp_path, capsys):
    hall = hall_with(tmp_path, ("good", "onbon-bxk", "emulator://onbon-bxk"))
    out = tmp_path / "out"
    assert main(["doctor", "--hall", str(hall), "--out", str(out), "--show-test", "--only", "good"]) == 0
    assert "a test text is shown" in capsys.readouterr().out
    assert (out / "good.png").exists() and not (out / "board-1.png").exists()


def test_wrong_words_on_the_command_line_say_what_to_do(tmp_path, capsys):
    hall = hall_with(tmp_path, ("good", "onbon-bxk", "emulator://onbon-bxk"))
    assert main(["doctor", "--hall", str(hall), "--only", "nobody"]) == 2
    assert "known: board-1, good" in capsys.readouterr().err
    assert main(["run", "--hall", str(hall), "--broker", "127.0.0.1:1", "--terminal", "kiosk-9"]) == 2
    assert "known agents: devices-1" in capsys.readouterr().err
    assert main(["emulate", "onbon-bxk", "--listen", "nowhere"]) == 2
    assert "HOST:PORT" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    for command in (["emulate", "onbon-bxk"], ["doctor", "--hall", str(hall)]):
        assert main([*command, "--out", str(tmp_path / "file")]) == 2
        assert "nothing can be written there" in capsys.readouterr().err
    assert main(["emulate", "onbon-bxk", "--fault", "fire"]) == 2
    assert "no-answer" in capsys.readouterr().err


class UsbDevice(list):
    """A device on the USB: a list of configurations, each a list of interfaces."""

    def __init__(self, vendor, product, interface_class):
        interface = SimpleNamespace(bInterfaceClass=interface_class)
        super().__init__([[interface]])
        self.idVendor, self.idProduct = vendor, product


def test_what_the_doctor_finds_can_be_copied_into_the_configuration(tmp_path, monkeypatch):
    plugged = [UsbDevice(0x04B8, 0x0202, 7), UsbDevice(0x046D, 0xC52B, 3)]
    monkeypatch.setattr("usb.core.find", lambda *, find_all, custom_match: filter(custom_match, plugged))
    port = SimpleNamespace(device="/dev/hall-strip-3", hwid="USB VID:PID=1A86:7523", description="USB Serial")
    bare = SimpleNamespace(device="/dev/ttyS7", hwid="n/a", description="n/a")
    monkeypatch.setattr("drivers.doctor.list_ports.comports", lambda *, include_links: [port, bare])
    assert doctor.serial_ports() == ["/dev/hall-strip-3 (USB Serial)"]
    assert doctor.usb_printers() == ["usb://04b8/0202"]
    found = registry.Device(id="tickets", kind="printer", model="escpos-80", address=doctor.usb_printers()[0])
    assert registry.build(found) is not None


def test_the_doctor_searches_the_network_only_when_asked_to(tmp_path, capsys, monkeypatch):
    hall = hall_with(tmp_path)
    monkeypatch.setattr("drivers.display.huidu_search.search", lambda: ["socket://10.0.0.8:10001 (C16-D20-A0001)"])
    assert main(["doctor", "--hall", str(hall), "--out", str(tmp_path / "out")]) == 0
    assert "Huidu" not in capsys.readouterr().out
    assert main(["doctor", "--hall", str(hall), "--out", str(tmp_path / "out"), "--search"]) == 0
    assert "Huidu cards on the network: socket://10.0.0.8:10001 (C16-D20-A0001)" in capsys.readouterr().out


@pytest.mark.parametrize("speed", ["nan", "1e400", "fast"])
def test_a_speed_that_is_no_number_is_refused(speed):
    with pytest.raises(BadAddress, match="is no number"):
        registry.build(registry.Device(id="strip", kind="display", model="qt-strip", address=f"/dev/ttyS0?baud={speed}"))


def test_a_file_that_is_no_serial_port_is_called_so():
    driver = registry.build(registry.Device(id="strip", kind="display", model="qt-strip", address="/dev/null?baud=9600"))
    with pytest.raises(NotFound, match=r"strip \(/dev/null.*no serial port"):
        driver.open()


def test_when_no_device_can_be_used_all_are_named_and_nothing_is_opened(tmp_path, capsys):
    hall = hall_with(tmp_path, ("one", "onbon-bkx", "socket://127.0.0.1:9"), ("two", "onbon-bxk", "nonsense"))
    arguments = ["run", "--hall", str(hall), "--broker", "127.0.0.1:1", "--terminal", "devices-1"]
    assert main([*arguments, "--only", "one", "two"]) == 2
    said = capsys.readouterr().err
    assert "one" in said and "did you mean" in said and "two" in said and "nonsense" in said
    assert "one" in said.splitlines()[0] and "two" in said.splitlines()[1]


def test_an_emulated_device_obeys_what_is_typed():
    strip = registry.emulator("onbon-bxk")(name="strip")
    assert obey(strip, "fault late=0.5") == "now: late=0.5" and strip.delay_s() == 0.5
    assert "fault of this device" in obey(strip, "fault fire")
    assert obey(strip, "repair") == "repaired" and not strip.faulty("late")
    assert "nack" in obey(strip, "help") and "hang-up" in obey(strip, "what")


def test_an_emulated_device_outlives_the_folder_in_which_it_keeps_what_it_shows(tmp_path, caplog):
    folder = tmp_path / "out"
    folder.write_text("a file stands where the folder was")
    strip = registry.emulator("onbon-bxk")(name="strip", out=folder)
    server = TcpServer(strip)
    server.open()
    driver = registry.build(registry.Device(id="strip", kind="display", model="onbon-bxk", address=server.address))
    driver.open()
    driver.show(DisplayDesired(1, [DisplayLine("A001")]))
    driver.show(DisplayDesired(2, [DisplayLine("A002")]))
    assert strip.texts() == ["A002"] and "cannot be kept" in caplog.text
    driver.close()
    server.close()


def test_an_emulated_device_runs_until_it_is_told_to_stop(tmp_path):
    command = [sys.executable, "-m", "drivers.main", "emulate", "onbon-bxk", "--listen", "127.0.0.1:0", "--out", str(tmp_path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split(" at ")[1].strip()
        assert address.startswith("socket://127.0.0.1:")
        driver = registry.build(registry.Device(id="strip", kind="display", model="onbon-bxk", address=address))
        driver.open()
        driver.check()
        driver.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_an_agent_does_not_speak_for_a_kiosk():
    """It would publish its own status over that of the kiosk."""
    from contract.configuration.hall_files import load
    from drivers.agent import devices_of
    from drivers.agent_wiring import BadDevices

    hall = load(Path(__file__).parents[3] / "assets/halls/wushan")
    with pytest.raises(BadDevices, match=r"'kiosk-1' is no agent \(its role is 'hall'\); known agents: devices-1"):
        devices_of(hall, "kiosk-1")
