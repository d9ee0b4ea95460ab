"""The process that reads what people upload gives way: to the server beside it, and to the unit that both run in."""

from __future__ import annotations

import configparser
import subprocess
import sys
import time
from pathlib import Path

import pytest

from queue_server.row_files.sandbox import FIRST_TO_END, MEMORY

UNIT = Path(__file__).parents[4] / "systemd/jiaohao-server.service"
PATIENCE_S = 60
READERS = {"rows": ["queue_server.row_files"], "items": ["queue_server.catalogue", "check", "--json"]}
SERVER_ALONE = 512 << 20
"""What the server has to itself while a file is read."""


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
def test_the_kernel_ends_the_reader_of_a_file_before_the_server(words: list[str], tmp_path: Path):
    file = tmp_path / "file.xlsx"
    file.write_bytes(b"")
    command = [sys.executable, "-m", *words, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as reader:
        facts = Path(f"/proc/{reader.pid}")
        deadline = time.monotonic() + PATIENCE_S
        while (score := int((facts / "oom_score_adj").read_text())) != FIRST_TO_END and time.monotonic() < deadline:
            time.sleep(0.05)
        while f"{MEMORY} " not in (limits := (facts / "limits").read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        reader.kill()
    assert score == 1000 > int(Path("/proc/self/oom_score_adj").read_text())
    assert [line.split()[3] for line in limits.splitlines() if line.startswith("Max address space")] == [str(MEMORY)]


def test_a_reader_with_all_its_memory_leaves_the_server_enough_of_what_the_unit_gives_to_both():
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.read(UNIT, encoding="utf-8")
    service = parser["Service"]
    assert service["MemoryMax"].endswith("M") and service["OOMPolicy"] == "continue"
    assert int(service["MemoryMax"][:-1]) << 20 >= MEMORY + SERVER_ALONE
