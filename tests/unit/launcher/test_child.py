"""The programs of a hall are kept running, and all of them end with it."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.child import Child


def wait_until(true: Callable[[], object], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class HandClock:
    """A clock that is set by hand, in seconds."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def sleeper(tmp_path: Path, clock: HandClock) -> Iterator[Child]:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = Child("sleeper", command, log=tmp_path / "log" / "sleeper.log", clock=clock)
    child.start()
    yield child
    child.stop()


def test_a_program_that_ends_by_itself_is_started_again(sleeper: Child, clock: HandClock) -> None:
    first = sleeper.pid
    clock.now += 3600
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not sleeper.running)
    sentence = sleeper.watch()
    assert sentence is not None
    assert "killed by SIGKILL" in sentence
    assert str(sleeper.log) in sentence
    assert "in 1 s" in sentence, "it had run well for an hour"
    assert sleeper.watch() is None and not sleeper.running
    clock.now += 1
    assert sleeper.watch() is None and sleeper.running
    assert sleeper.pid != first
    assert sleeper.restarts == 1


def test_a_program_that_keeps_failing_is_started_ever_more_slowly(tmp_path: Path, clock: HandClock) -> None:
    child = Child("broken", [sys.executable, "-c", "raise SystemExit(3)"], log=tmp_path / "broken.log", clock=clock)
    child.start()
    for pause_s in (2, 4, 8, 16, 30, 30):
        wait_until(lambda: not child.running)
        assert f"broken ended (exit code 3); starting it again in {pause_s} s." in (child.watch() or "")
        clock.now += pause_s
        assert child.watch() is None
    assert child.restarts == 6
    child.stop()


def test_stopping_a_program_ends_its_own_children_too(tmp_path: Path) -> None:
    pids = tmp_path / "pid"
    code = f"import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']); open({str(pids)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    child = Child("parent", [sys.executable, "-c", code], log=tmp_path / "parent.log")
    child.start()
    wait_until(lambda: pids.exists() and pids.read_text())
    grandchild = int(pids.read_text())
    child.stop()
    wait_until(lambda: not alive(grandchild))
    assert not child.running


def test_a_program_that_ignores_the_kind_signal_is_ended_for_sure(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({str(ready)!r}, 'w').write('1'); time.sleep(60)"
    child = Child("stubborn", [sys.executable, "-c", code], log=tmp_path / "stubborn.log")
    child.start()
    wait_until(ready.exists)
    pid = child.pid
    child.stop(timeout_s=0.3)
    assert not alive(pid)


def test_the_output_of_a_program_stands_in_its_log(tmp_path: Path) -> None:
    child = Child("talker", [sys.executable, "-c", "print('hello from the program')"], log=tmp_path / "talker.log")
    child.start()
    wait_until(lambda: not child.running)
    assert "hello from the program" in child.log.read_text()
