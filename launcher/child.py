"""A program that is kept running: its output goes to a log file, it is started again when it ends by itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
STEADY_S = 60.0


class Child:
    """One program of the hall. `start`, then `watch` now and then, `stop` at the end."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` gives seconds; it decides when the program is started again."""
        self.name = name
        self.command = list(command)
        self.log = log
        self.environment = {**os.environ, **(environment or {})}
        self.restarts = 0
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_again_at: float | None = None
        self._pause_s = FIRST_PAUSE_S

    def start(self) -> None:
        """Start the program; raises FileNotFoundError when it is not installed."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self._started_at = self._clock()
        self._start_again_at = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, "start() comes first"
        return self._process.pid

    def watch(self) -> str | None:
        """Start the program again if it ended; return one sentence for the person at the terminal when it did."""
        if self._process is None or self.running:
            return None
        now = self._clock()
        if self._start_again_at is None:
            self._pause_s = FIRST_PAUSE_S if now - self._started_at > STEADY_S else min(self._pause_s * 2, LONGEST_PAUSE_S)
            self._start_again_at = now + self._pause_s
            ending = _ending(self._process.returncode)
            return f"{self.name} ended ({ending}); starting it again in {self._pause_s:.0f} s. See {self.log}"
        if now >= self._start_again_at:
            self.restarts += 1
            self.start()
        return None

    def stop(self, timeout_s: float = 8) -> None:
        """End the program and everything it started: first kindly, then for sure."""
        process, self._process = self._process, None
        if process is None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout_s)
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()


def _end_with_parent() -> None:
    """Ask the kernel to end the child when the hall itself is killed (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
