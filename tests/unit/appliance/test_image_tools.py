"""A technician writes disks, names terminals, and cannot harm anything by mistake."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from appliance.image import write
from appliance.image.disks import disks, writable
from appliance.image.main import main
from appliance.terminal_file import COLUMNS, TerminalFile, fleet, read
from appliance.trouble import ApplianceError
from tests.small_hall import write_hall

KIOSK = TerminalFile(
    "kiosk-7", "hall", "wushan", "mqtts://10.0.3.1:8883", "https://10.0.3.1", "10.0.3.7/24", "10.0.3.1", "10.0.3.1"
)
LISTING = json.dumps({"blockdevices": [
    {"path": "/dev/nvme0n1", "size": 512e9, "model": "System", "serial": "S1", "tran": "nvme", "rm": False, "hotplug": False,
     "type": "disk", "ro": False, "mountpoints": [None],
     "children": [{"path": "/dev/nvme0n1p1", "mountpoints": ["/"]}, {"path": "/dev/nvme0n1p2", "mountpoints": ["[SWAP]"]}]},
    {"path": "/dev/sda", "size": 2e12, "model": "Data", "serial": "S2", "tran": "sata", "rm": False, "hotplug": False,
     "type": "disk", "ro": False, "mountpoints": [None]},
    {"path": "/dev/sdb", "size": 32e9, "model": "Stick", "serial": "S3", "tran": "usb", "rm": True, "hotplug": True,
     "type": "disk", "ro": False, "mountpoints": [None], "children": [{"path": "/dev/sdb1", "mountpoints": ["/media/stick"]}]},
    {"path": "/dev/sdc", "size": 32e9, "model": "Stick", "serial": "S4", "tran": "usb", "rm": True, "hotplug": True,
     "type": "disk", "ro": True, "mountpoints": [None]},
    {"path": "/dev/sdd", "size": 32e9, "model": "Stick", "serial": "S5", "tran": "usb", "rm": True, "hotplug": True,
     "type": "disk", "ro": False, "mountpoints": [None]},
    {"path": "/dev/sr0", "size": 1e9, "model": "DVD", "serial": "", "tran": "sata", "rm": True, "hotplug": False,
     "type": "rom", "ro": False, "mountpoints": [None]},
]})  # fmt: skip


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("/dev/nvme0n1", "the disk this machine runs from"),
        ("/dev/sda", "built in, not removable"),
        ("/dev/sdb", "mounted"),
        ("/dev/sdc", "write-protected"),
        ("/dev/sdd1", "no whole disk"),
        ("/dev/sr0", "no whole disk"),
    ],
)
def test_a_disk_that_must_not_be_written_is_refused_with_its_reason(target: str, sentence: str):
    with pytest.raises(ApplianceError, match=sentence):
        writable(target, disks(LISTING))


def test_a_removable_disk_that_nobody_uses_may_be_written():
    assert writable("/dev/sdd", disks(LISTING)).serial == "S5"


# --- naming terminals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("terminal", "Kiosk 7", "is no id"),
        ("role", "toaster", "does not exist"),
        ("broker", "", "broker is missing"),
        ("time_zone", "Asia/Wushan", "Asia/Shanghai"),
        ("address", "10.0.3.300/24", "write the address as"),
        ("address", "10.0.3.7", "lacks its prefix length"),
        ("gateway", "192.168.1.1", "is not in 10.0.3.0/24"),
        ("dns", "dns.example", "write the address as"),
    ],
)
def test_a_terminal_with_a_wrong_field_is_refused_with_a_remedy(field: str, value: str, sentence: str):
    with pytest.raises(ApplianceError, match=sentence):
        TerminalFile(**{**KIOSK.__dict__, field: value}).check()


def test_what_is_written_for_a_terminal_is_read_back():
    assert read(KIOSK.json()) == KIOSK


def test_an_unknown_key_on_a_disk_is_refused():
    with pytest.raises(ApplianceError, match="unknown key 'colour'"):
        read(json.dumps({**json.loads(KIOSK.json()), "colour": "blue"}))


def write_fleet(path: Path, *rows: TerminalFile) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(row.__dict__ for row in rows)
    return path


def test_a_fleet_comes_from_one_table(tmp_path: Path):
    other = TerminalFile("rater-03", "rating", "wushan", "mqtts://10.0.3.1:8883")
    assert fleet(write_fleet(tmp_path / "fleet.csv", KIOSK, other)) == [KIOSK, other]


def test_a_wrong_line_of_a_fleet_is_named(tmp_path: Path):
    table = write_fleet(tmp_path / "fleet.csv", KIOSK, TerminalFile("rater-03", "rater", "wushan", "10.0.3.1:1883"))
    with pytest.raises(ApplianceError, match="line 3: role 'rater' does not exist"):
        fleet(table)


def test_a_terminal_that_stands_twice_in_a_fleet_is_refused(tmp_path: Path):
    with pytest.raises(ApplianceError, match="kiosk-7 appears twice"):
        fleet(write_fleet(tmp_path / "fleet.csv", KIOSK, KIOSK))


def test_an_unknown_column_is_named(tmp_path: Path):
    (tmp_path / "fleet.csv").write_text("terminal,colour\nkiosk-1,blue\n", encoding="utf-8")
    with pytest.raises(ApplianceError, match="unknown column"):
        fleet(tmp_path / "fleet.csv")


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small disk: an EFI partition and a second one, with block map and checksum, as the builder makes them."""
    folder = tmp_path_factory.mktemp("image")
    disk, esp = folder / "small.img", folder / "esp.vfat"
    with disk.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(
        ["sfdisk", "--quiet", str(disk)],
        check=True,
        text=True,
        input="label: gpt\nstart=2048, size=65536, type=U, name=esp\nstart=67584, size=16384, type=L, name=root-a\n",
    )
    with esp.open("wb") as file:
        file.truncate(32 << 20)
    subprocess.run(["mkfs.vfat", "-n", "ESP", str(esp)], check=True, capture_output=True)
    with disk.open("r+b") as file:
        file.seek(2048 * 512)
        file.write(esp.read_bytes())
        file.seek(67584 * 512)
        file.write(b"the root file system" * 1000)
    subprocess.run(["bmaptool", "create", "-o", str(folder / "small.bmap"), str(disk)], check=True, capture_output=True)
    digest = subprocess.run(["sha256sum", str(disk)], check=True, capture_output=True, text=True).stdout
    Path(f"{disk}.sha256").write_text(digest)
    return disk


def test_an_image_is_written_verified_and_named_and_can_be_looked_at(image: Path, tmp_path: Path, capsys):
    target = tmp_path / "disk.img"
    words = [
        "flash",
        str(image),
        str(target),
        "--terminal",
        "kiosk-7",
        "--role",
        "hall",
        "--hall",
        "wushan",
        "--broker",
        "10.0.3.1:1883",
        "--token",
        "SECRET",
    ]
    assert main(words) == 0
    capsys.readouterr()
    assert main(["inspect", str(target)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [part["name"] for part in told["partitions"]] == ["esp", "root-a"]
    assert told["terminal"]["terminal"] == "kiosk-7"
    assert told["terminal"]["broker"] == "mqtts://10.0.3.1:1883", "by TLS, unless somebody says otherwise"
    assert told["terminal"]["token"] == "set", "the token itself is nobody's business"
    with target.open("rb") as file:
        file.seek(67584 * 512)
        assert file.read(20) == b"the root file system"


def test_a_disk_can_be_named_again(image: Path, tmp_path: Path):
    target = shutil.copy(image, tmp_path / "disk.img")
    for name in ("kiosk-1", "kiosk-2"):
        write.personalise(str(target), TerminalFile(name, "hall", "wushan", "10.0.3.1:1883"))
    told = write.inspect(str(target))
    assert isinstance(told["terminal"], dict)
    assert told["terminal"]["terminal"] == "kiosk-2"


def test_a_terminal_without_tls_is_asked_for_by_name_and_warned_of(image: Path, tmp_path: Path, capsys):
    target = shutil.copy(image, tmp_path / "disk.img")
    words = ["name", str(target), "--terminal", "kiosk-1", "--role", "hall", "--hall", "wushan", "--broker"]
    assert main([*words, "10.0.3.1:8883"]) == 0
    assert "without TLS" not in capsys.readouterr().err
    assert main([*words, "mqtt://10.0.3.1:1883"]) == 0
    assert "without TLS" in capsys.readouterr().err
    told = write.inspect(str(target))["terminal"]
    assert isinstance(told, dict) and told["broker"] == "mqtt://10.0.3.1:1883"


def test_the_disk_of_a_server_carries_its_hall_and_a_broken_hall_does_not_get_there(image: Path, tmp_path: Path, capsys):
    target = shutil.copy(image, tmp_path / "disk.img")
    hall = write_hall(tmp_path / "files")
    words = [
        "name",
        str(target),
        "--terminal",
        "server-1",
        "--role",
        "server",
        "--hall",
        "testhall",
        "--broker",
        "10.0.3.1:8883",
        "--hall-files",
        str(hall),
    ]
    assert main(words) == 0
    where = f"{target}@@{write.esp_offset(str(target))}"
    read_back = subprocess.run(["mtype", "-i", where, "::/hall/queues.toml"], check=True, capture_output=True).stdout
    assert read_back == (hall / "queues.toml").read_bytes()
    (hall / "queues.toml").write_text("[[queue]]\n")
    assert main(words) == 1
    assert "queues.toml" in capsys.readouterr().err


def test_an_image_that_was_changed_is_not_written(image: Path, tmp_path: Path):
    changed = shutil.copy(image, tmp_path / "small.img")
    shutil.copy(image.with_suffix(".bmap"), tmp_path / "small.bmap")
    shutil.copy(f"{image}.sha256", f"{changed}.sha256")
    with Path(changed).open("r+b") as file:
        file.seek(67584 * 512)
        file.write(b"X")
    with pytest.raises(ApplianceError, match="not what was built"):
        write.flash(Path(changed), str(tmp_path / "disk.img"))
    assert not (tmp_path / "disk.img").exists()


def test_an_image_without_its_block_map_is_refused(image: Path, tmp_path: Path, capsys):
    alone = shutil.copy(image, tmp_path / "alone.img")
    assert main(["flash", str(alone), str(tmp_path / "disk.img")]) == 1
    assert "no block map beside it" in capsys.readouterr().err


def test_a_target_without_room_is_refused_before_anything_is_written(image: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(write.shutil, "disk_usage", lambda _path: SimpleNamespace(free=5))
    with pytest.raises(ApplianceError, match="nothing was written"):
        write.flash(image, str(tmp_path / "disk.img"))


def test_what_is_no_disk_of_ours_is_said_to_be_none(tmp_path: Path, capsys):
    (tmp_path / "text").write_text("hello" * 1000)
    assert main(["inspect", str(tmp_path / "text")]) == 1
    assert "no disk of Jiaohao" in capsys.readouterr().err
    assert main(["inspect", str(tmp_path / "nothing")]) == 1


def test_a_half_named_terminal_is_refused(tmp_path: Path, capsys):
    assert main(["name", str(tmp_path / "disk.img"), "--terminal", "kiosk-1", "--role", "hall"]) == 1
    assert "--hall is missing" in capsys.readouterr().err
