"""The terminals' programs as tests start them: on a virtual display, touched by xdotool, seen by its pixels."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.programs import PATIENCE_S, wait_until

WHITE = "#FFFFFF"


class Face:
    """One `jiaohao-kiosk` on a display of its own, which it fills."""

    def __init__(self, role: str, size: tuple[int, int], folder: Path, *arguments: str) -> None:
        self.size = size
        self._command = [sys.executable, "-X", "faulthandler", "-m", "kiosk.main", role, *arguments]
        self._command += ["--size", f"{size[0]}x{size[1]}", "--fullscreen", "--log-level", "debug"]
        self._log = folder / f"{role}.log"
        self._opened_at = 0  # bytes of the log from earlier lives
        self._display: subprocess.Popen[bytes] | None = None
        self._program: subprocess.Popen[bytes] | None = None
        self._environment = dict(os.environ)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def open(self) -> None:
        """Start display and program; returns when something is drawn."""
        with tempfile.TemporaryFile() as number:
            screen = f"{self.size[0]}x{self.size[1]}x24"
            command = ["Xvfb", "-displayfd", str(number.fileno()), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"]
            self._display = subprocess.Popen(command, pass_fds=[number.fileno()], stderr=subprocess.DEVNULL)

            def display() -> str:
                number.seek(0)
                return number.read().decode().strip()

            wait_until(display)
            self._environment["DISPLAY"] = f":{display()}"
        with self._log.open("ab") as log:
            self._opened_at = log.tell()
            self._program = subprocess.Popen(self._command, stdout=log, stderr=log, env=self._environment)
        with suppress(AssertionError):
            wait_until(lambda: self.colour(3, 3) != "#000000" or self._program.poll() is not None)
        if self.colour(3, 3) == "#000000" and self._program.poll() is None:
            self._program.send_signal(signal.SIGABRT)  # it says where it stands
            self._program.wait(PATIENCE_S)
        assert self._program.poll() is None, self.log

    def close(self) -> None:
        """End the program, then the display; a test that fails shows what the program had to say."""
        for process in (self._program, self._display):
            if process is not None:
                process.terminate()
                process.wait(PATIENCE_S)
        print(self.log)

    @property
    def pid(self) -> int:
        assert self._program is not None
        return self._program.pid

    @property
    def is_alive(self) -> bool:
        """Whether the program still runs."""
        return self._program is not None and self._program.poll() is None

    @property
    def focus(self) -> str:
        """The process id of the program that gets the keys; empty when none does yet."""
        command = ["xdotool", "getwindowfocus", "getwindowpid"]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True).stdout.strip()

    def run(self, *command: str) -> str:
        """Run a program on the display; what it prints."""
        done = subprocess.run(command, env=self._environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def tap(self, x: float, y: float) -> None:
        """Touch a point; parts of the screen, from its upper left corner."""
        self.tap_all((x, y))

    def tap_all(self, *points: tuple[float, float]) -> None:
        """Touch points, quickly one after the other."""
        words = []
        for x, y in points:
            words += ["mousemove", str(round(x * self.size[0])), str(round(y * self.size[1])), "click", "1"]
        self.run("xdotool", *words)

    def colour(self, x: int, y: int) -> str:
        """The colour of one pixel, as #RRGGBB."""
        command = ["import", "-window", "root", "-crop", f"1x1+{x}+{y}", "-depth", "8", "txt:-"]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True)
        found = re.search(r"#[0-9A-F]{6}", done.stdout)
        return found.group() if found else ""

    def picture(self, left: float, top: float, right: float, bottom: float) -> bytes:
        """The pixels of a part of the screen; the sides are parts of the screen."""
        (w, h), x, y = self.size, round(left * self.size[0]), round(top * self.size[1])
        crop = f"{round(right * w) - x}x{round(bottom * h) - y}+{x}+{y}"
        command = ["import", "-window", "root", "-crop", crop, "-depth", "8", "rgb:-"]
        return subprocess.run(command, env=self._environment, capture_output=True, check=True).stdout

    def steady_picture(self, left: float, top: float, right: float, bottom: float, *, seconds: float = 3) -> bytes:
        """The pixels of a part of the screen as soon as it stays as it is for so long."""
        seen = [b""] * (round(2 * seconds) + 1)

        def is_steady() -> bool:
            time.sleep(0.5)
            seen[:] = [*seen[1:], self.picture(left, top, right, bottom)]
            return len(set(seen)) == 1

        wait_until(is_steady)
        return seen[-1]

    @property
    def pages(self) -> list[str]:
        """The pages that the screen has shown, the present one last."""
        return re.findall(r" DEBUG kiosk\.app: page (\w+)\n", self.log[self._opened_at :])

    @property
    def page(self) -> str:
        """The page that the screen shows now."""
        return (self.pages or [""])[-1]

    def wait_for_page(self, page: str) -> None:
        """Return when the screen shows a page: it can be touched, whatever the colours of the page before it were."""
        try:
            wait_until(lambda: self.page == page)
        except AssertionError:
            raise AssertionError(f"{page} was awaited\n{self.log}") from None

    def wait_for_colour(self, x: float, y: float, colour: str, *, otherwise: bool = False) -> None:
        """Return when a point has (or no longer has) a colour; parts of the screen."""
        place = round(x * self.size[0]), round(y * self.size[1])
        try:
            wait_until(lambda: (self.colour(*place) == colour) is not otherwise)
        except AssertionError:
            raise AssertionError(f"pixel {place} stays {self.colour(*place)}, {colour} was awaited\n{self.log}") from None
