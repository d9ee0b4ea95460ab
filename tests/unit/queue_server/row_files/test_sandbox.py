"""The process that reads what people upload gives way: to the server beside it, and to the unit that both run in."""

from __future__ import annotations

import configparser
import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from queue_server.cases.row_format import CASES
from queue_server.row_files.problem import BadRows
from queue_server.row_files.sandbox import FIRST_TO_END, MEMORY, OUTPUT
from queue_server.row_files.spreadsheet import LONGEST_CELL

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


def said_once(text: str, rows: int) -> bytes:
    """A spreadsheet of cases whose every item is one text, which the file holds once."""
    workbook, packed = Workbook(), io.BytesIO()
    page = workbook.worksheets[0]
    page.append(["办件编号", "事项名称"])
    for number in range(rows):
        page.append([f"N{number}", "SAID-ONCE"])
    workbook.save(packed)
    made = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"SAID-ONCE", text.encode()))
    return made.getvalue()


def test_a_text_that_no_spreadsheet_holds_is_refused_and_not_repeated():
    with pytest.raises(BadRows, match=f"more than {LONGEST_CELL} characters") as refused:
        CASES.from_excel(said_once("a" * (1 << 20), 120))
    assert refused.value.count == 120 and len(str(refused.value)) < 10_000


def test_a_small_file_that_says_one_text_a_thousand_times_is_not_taken_into_the_server():
    assert OUTPUT < LONGEST_CELL * 1600
    with pytest.raises(BadRows, match="import it in several files"):
        CASES.from_excel(said_once("a" * LONGEST_CELL, 1600))


def test_what_is_quoted_of_a_file_is_cut():
    long = "长" * 30_000
    for content in (f"{long},办件编号\n1,2\n", f"办件编号,状态\n1,{long}\n"):
        with pytest.raises(BadRows) as refused:
            CASES.from_csv(content.encode())
        assert len(str(refused.value)) < 3000 and "…" in str(refused.value)
