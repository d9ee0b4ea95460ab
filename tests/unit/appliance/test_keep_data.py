"""A new system is written to a disk whose data stays: the hall's server starts again with its ledger."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.image import write
from appliance.image.main import main
from appliance.terminal_file import TerminalFile

MB = 1 << 20
ESP, ROOT_A, ROOT_B, DATA = 1 * MB, 33 * MB, 41 * MB, 49 * MB
SERVER = TerminalFile("server-1", "server", "wushan", "mqtts://10.0.3.1:8883", "https://10.0.3.1")


def disk(path: Path, content: bytes, *, size: int = 64 * MB, root: int = ROOT_A) -> Path:
    """A disk divided as those of Jiaohao, `content` in its first system; its data partition takes all that is left."""
    with path.open("wb") as file:
        file.truncate(size)
    parts = [
        ("esp", ESP, root, "U"),
        ("root-a", root, ROOT_B, "L"),
        ("root-b", ROOT_B, DATA, "L"),
        ("data", DATA, size - MB, "L"),
    ]
    lines = [f"start={at // 512}, size={(end - at) // 512}, type={kind}, name={name}" for name, at, end, kind in parts]
    subprocess.run(["sfdisk", "--quiet", str(path)], check=True, text=True, input="label: gpt\n" + "\n".join(lines) + "\n")
    subprocess.run(["mkfs.vfat", "--offset", str(ESP // 512), str(path), str(32 * 1024)], check=True, capture_output=True)
    put(path, root, content)
    return path


def put(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def got(path: Path, at: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        return file.read(size)


def image(folder: Path, content: bytes, *, packed: bool) -> Path:
    """An image with its block map and checksum, as the builder makes them."""
    raw = disk(folder / "new.img", content)
    subprocess.run(["bmaptool", "create", "-o", str(folder / "new.bmap"), str(raw)], check=True, capture_output=True)
    if packed:
        subprocess.run(["zstd", "--quiet", "--rm", str(raw)], check=True)
        raw = folder / "new.img.zst"
    digest = hashlib.sha256(raw.read_bytes()).hexdigest()
    Path(f"{raw}.sha256").write_text(f"{digest}  {raw.name}\n")
    return raw


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """The disk of a server that has run, its data partition grown to the end of a larger disk."""
    target = disk(tmp_path / "server.img", b"old system" * 9000, size=96 * MB)
    write.personalise(str(target), SERVER)
    put(target, ROOT_B, b"second system")
    put(target, DATA, b"the ledger" * 100_000)
    return target


@pytest.mark.parametrize("packed", [False, True])
def test_a_new_system_leaves_ledger_and_second_system_as_they_were(server: Path, tmp_path: Path, packed: bool) -> None:
    assert main(["flash", "--keep-data", str(image(tmp_path, b"new system" * 9000, packed=packed)), str(server)]) == 0
    assert got(server, ROOT_A, 90_000) == b"new system" * 9000
    assert got(server, ROOT_B, 13) == b"second system"
    assert got(server, DATA, 1_000_000) == b"the ledger" * 100_000
    told = write.inspect(str(server))
    assert told["terminal"] is None, "its name is kept with the data; the boot partition is new"
    assert server.stat().st_size == 96 * MB


def test_a_disk_that_is_divided_otherwise_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = disk(tmp_path / "older.img", b"old system", root=ROOT_A - MB)
    before = target.read_bytes()
    new = image(tmp_path, b"new system", packed=False)
    assert main(["flash", "--keep-data", str(new), str(target)]) == 1
    assert "Make a backup" in capsys.readouterr().err and target.read_bytes() == before
    blank = tmp_path / "blank.img"
    blank.write_bytes(bytes(4 * MB))
    assert main(["flash", "--keep-data", str(new), str(blank)]) == 1
    assert "no disk of Jiaohao" in capsys.readouterr().err


def test_the_disk_of_a_halls_server_is_not_erased_by_mistake(
    server: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = image(tmp_path, b"new system", packed=False)
    assert main(["flash", str(new), str(server)]) == 1
    assert "server of hall wushan" in capsys.readouterr().err and got(server, DATA, 10) == b"the ledger"
    assert main(["flash", "--erase", str(new), str(server)]) == 0
    kiosk = Path(shutil.copy(server, tmp_path / "kiosk.img"))
    write.personalise(str(kiosk), TerminalFile("kiosk-1", "hall", "wushan", "mqtts://10.0.3.1:8883"))
    assert main(["flash", str(new), str(kiosk)]) == 0, "a terminal has nothing that it cannot fetch again"
