"""A plug that was pulled leaves a file system whose newest state stands in its journal; what reads the disk afterwards plays it back."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.image.data_partition import UPDATES, DataPartition, debugfs

BEGIN, SIZE, BLOCK = 1 << 20, 16 << 20, 1024
FILE = "/var/lib/jiaohao/first-log-in.txt"


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A disk with a partition `data`: its journal has the bitmap of the blocks, the bitmap itself is an older one."""
    content, system, disk = tmp_path / "content", tmp_path / "system", tmp_path / "disk.img"
    for path, text in ((FILE, "admin secret\n"), (f"{UPDATES}/request.json", "an older one")):
        place = content / path.removeprefix("/")
        place.parent.mkdir(parents=True)
        place.write_text(text)
    features = ("-O", "64bit,metadata_csum", "-b", str(BLOCK), "-d", content)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", *features, system, f"{SIZE >> 10}k"], check=True)
    found = re.search(r"block bitmap at (\d+)", debugfs(system, "stats"))
    assert found
    whole = system.read_bytes()
    at = int(found[1]) * BLOCK
    newer = tmp_path / "newer"
    newer.write_bytes(whole[at : at + BLOCK])
    words = f"journal_open\njournal_write -b {found[1]} {newer}\njournal_close\n"
    subprocess.run(["debugfs", "-w", "-f", "-", system], input=words, check=True, capture_output=True, text=True)
    whole = system.read_bytes()
    disk.write_bytes(bytes(BEGIN) + whole[:at] + bytes(BLOCK) + whole[at + BLOCK :] + bytes(BEGIN))
    table = f"label: gpt\nstart={BEGIN // 512}, size={SIZE // 512}, name=data\n"
    subprocess.run(["sfdisk", "--quiet", disk], input=table, check=True, text=True)
    return disk


def test_what_stands_in_the_journal_only_is_read(cut: Path) -> None:
    data = DataPartition(cut)
    assert data.read(FILE) == "admin secret\n"
    assert data.read(f"{FILE}.none") == ""


def test_a_request_for_an_update_is_left_on_a_disk_that_was_cut(cut: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "new.raucb"
    bundle.write_text("a bundle")
    data = DataPartition(cut)
    data.ask_for_update(bundle)
    assert data.read(f"{UPDATES}/bundle.raucb") == "a bundle"
    assert '"version": "new"' in data.read(f"{UPDATES}/request.json")
    assert data.read(FILE) == "admin secret\n"


def test_a_request_that_fails_is_told(cut: Path, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="none"):
        debugfs(tmp_path / "none", "ls /")
