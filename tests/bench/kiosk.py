"""The hall kiosk beside a bare Kivy window of the same size: first frame, answer to a tap, memory, idle processor time.

Both tell every drawn frame over systemd's notify socket, so that both are timed from outside in the same way.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import stage
from tests.bench.report import Row, percentile

WIDTH, HEIGHT = 540, 960
STARTS = 3
TAPS = 15
SETTLE_S = 4.0
IDLE_S = 10.0
QUIET_S = 0.3
HALL = stage.ROOT / "assets/halls/wushan"


@dataclass
class Measured:
    """One program: seconds to the first frame and from tap to frame, resident megabytes, share of one core while idle."""

    first_s: list[float]
    tap_s: list[float]
    rss_mb: float = 0
    idle: float = 0


@contextmanager
def display() -> Iterator[str]:
    """A virtual display."""
    reader, writer = os.pipe()
    child = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            yield f":{told.readline().strip()}"
    finally:
        child.terminate()
        child.wait()


class Frames:
    """Hears of every frame that a program draws."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.address))

    def next(self, timeout_s: float) -> bool:
        """Wait for the next frame."""
        self._socket.settimeout(timeout_s)
        try:
            return bool(self._socket.recv(256))
        except TimeoutError:
            return False

    def quiet(self) -> None:
        """Wait until nothing has been drawn for a moment."""
        end = time.monotonic() + 5
        while self.next(QUIET_S) and time.monotonic() < end:
            pass

    def close(self) -> None:
        self._socket.close()
        self.address.unlink()


def measure(command: list[str], screen: str, folder: Path) -> Measured:
    """Start a program some times, tap it, then leave it alone."""
    found = Measured([], [])
    for attempt in range(STARTS):
        frames = Frames(folder)
        environment = {**os.environ, "DISPLAY": screen, "NOTIFY_SOCKET": str(frames.address), "LIBGL_ALWAYS_SOFTWARE": "1"}
        begun = time.monotonic()
        with (folder / "log").open("ab") as log:
            child = subprocess.Popen(command, env=environment, cwd=stage.ROOT, stdout=log, stderr=log)
        try:
            if not frames.next(30):
                raise RuntimeError(f"nothing was drawn: {(folder / 'log').read_text(errors='replace')[-500:]}")
            found.first_s.append(time.monotonic() - begun)
            if attempt == STARTS - 1:
                time.sleep(SETTLE_S)  # what is measured next is the program at rest, not its start
                found.tap_s = [tap(frames, environment) for _ in range(TAPS)]
                frames.quiet()
                used = stage.cpu_s(child)
                time.sleep(IDLE_S)
                found.idle = (stage.cpu_s(child) - used) / IDLE_S
                found.rss_mb = resident_mb(child.pid)
        finally:
            child.terminate()
            child.wait(20)
            frames.close()
    return found


def tap(frames: Frames, environment: dict[str, str]) -> float:
    """Press a button of the foot, which every page has; the seconds until the next frame. xdotool's own time is in it, for both programs."""
    frames.quiet()
    begun = time.monotonic()
    move = ["xdotool", "mousemove", str(int(WIDTH * 0.39)), str(int(HEIGHT * 0.955)), "mousedown", "1"]
    subprocess.run(move, env=environment, check=True)
    frames.next(2)
    taken = time.monotonic() - begun
    subprocess.run(["xdotool", "mousemove", "2", "2", "mouseup", "1"], env=environment, check=True)
    return taken


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def rows() -> Iterator[Row]:
    """First frame, tap, memory, idle."""
    with stage.folder() as folder, stage.broker(folder) as port, display() as screen:
        bare = measure([sys.executable, "-m", "tests.bench.bare_window", str(WIDTH), str(HEIGHT)], screen, folder)
        kiosk = measure(
            [str(stage.PROGRAMS / "jiaohao-kiosk"), "hall", "--hall", str(HALL), "--broker", f"127.0.0.1:{port}",
             "--terminal", "kiosk-1", "--size", f"{WIDTH}x{HEIGHT}", "--out", str(folder)], screen, folder,
        )  # fmt: skip
    first, plain = min(kiosk.first_s), min(bare.first_s)
    yield Row(
        "kiosk: start to first frame",
        f"{first:.2f} s",
        f"bare {plain:.2f} s",
        first / plain,
        "1.5 of bare",
        first <= 1.5 * plain,
    )
    ours, theirs = percentile(kiosk.tap_s, 0.5), percentile(bare.tap_s, 0.5)
    yield Row("kiosk: tap to next frame, p50", f"{ours * 1e3:.0f} ms", f"bare {theirs * 1e3:.0f} ms", ours / theirs)
    yield Row("kiosk: resident memory", f"{kiosk.rss_mb:.0f} MB", f"bare {bare.rss_mb:.0f} MB", kiosk.rss_mb / bare.rss_mb)
    yield Row(
        "kiosk: idle, of one core",
        f"{kiosk.idle:.1%}",
        f"bare {bare.idle:.1%}",
        kiosk.idle / max(bare.idle, 1e-6),
        "under 2 %",
        kiosk.idle < 0.02,
    )
