"""`make run`: one command starts the whole hall, and its end is the end of everything."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.programs import PATIENCE_S, wait_until

PROGRAM = Path(sys.executable).parent / "jiaohao-hall"
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)")


class RunningHall:
    """jiaohao-hall with what it has printed until it opened."""

    def __init__(self, state: Path) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "--state", state, "--no-crowd", "--web-port", "0", "--faces-port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.printed = ""
        for line in self.process.stdout:
            self.printed += line
            if "logs" in line:
                break
        assert "The hall is open" in self.printed, self.printed

    def address(self, name: str) -> str:
        line = next(line for line in self.printed.splitlines() if line.strip().startswith(name))
        found = ADDRESS.search(line)
        assert found is not None, line
        return found[1]

    def close(self) -> int:
        os.kill(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE_S)


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return bytes(answer.read())


def programs(state: Path) -> list[str]:
    """The command lines of this hall that still run."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(state) in words:
                found.append(words)
    return found


@pytest.mark.slow
def test_one_command_opens_the_hall_and_ctrl_c_ends_every_program_and_the_next_day_part_goes_on(tmp_path: Path) -> None:
    state = tmp_path / "state"
    hall = RunningHall(state)
    try:
        web, faces = hall.address("web pages"), hall.address("the hall at a glance")
        health = json.loads(read(f"{web}/health"))
        assert health["status"] == "ready"
        assert {face["name"] for face in json.loads(read(f"{faces}/hall.json"))["faces"]} == {"kiosk", "rater", "screen"}
        assert b"rfb.js" in read(f"{faces}/face.js")
        assert len(programs(state)) >= 6
        page = read(f"{web}/wall").decode()
        assert "strip-03" in page
    finally:
        assert hall.close() == 0
    wait_until(lambda: not programs(state))

    ledger = state / "ledger.sqlite"
    kept = ledger.stat().st_ino
    hall = RunningHall(state)
    try:
        assert json.loads(read(f"{hall.address('web pages')}/health"))["status"] == "ready"
        assert ledger.stat().st_ino == kept
    finally:
        hall.close()


def test_a_hall_that_does_not_exist_is_refused_with_a_hint(tmp_path: Path) -> None:
    done = subprocess.run([PROGRAM, "--hall", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is no hall" in done.stderr
    assert "assets/halls/wushan" in done.stderr
