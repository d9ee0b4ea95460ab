"""The terminals' programs as tests start them: on a virtual display, touched by xdotool where a control says what it is."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.programs import PATIENCE_S, wait_until

WHITE = "#FFFFFF"


@dataclass(frozen=True)
class Control:
    """Something that can be tapped: what is written on it, its icons, its box in pixels from the lower left corner."""

    texts: tuple[str, ...]
    icons: tuple[str, ...]
    enabled: bool
    box: tuple[float, float, float, float]

    def says(self, name: str) -> bool:
        """Whether it is meant by a text on it, or by the name of its icon."""
        return any(name in text for text in self.texts) or name in self.icons

    def is_called(self, name: str) -> bool:
        """Whether one of its texts is just this."""
        return name in self.texts


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
        self._inspection = Path(tempfile.mkdtemp(prefix="face-")) / "socket"  # short: a socket's path has 107 bytes
        self._environment = os.environ | {"JIAOHAO_INSPECTION": str(self._inspection)}

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

    def wait_for_end(self) -> int:
        """The exit code of the program as soon as it has ended by itself."""
        assert self._program is not None
        return self._program.wait(PATIENCE_S)

    @property
    def focus(self) -> str:
        """The process id of the program that gets the keys; empty when none does yet."""
        command = ["xdotool", "getwindowfocus", "getwindowpid"]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True).stdout.strip()

    def run(self, *command: str) -> str:
        """Run a program on the display; what it prints."""
        done = subprocess.run(command, env=self._environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def look(self) -> dict[str, Any]:
        """What the program says is on its screen: page, texts, controls."""
        with socket.socket(socket.AF_UNIX) as looking:
            looking.settimeout(PATIENCE_S)
            looking.connect(str(self._inspection))
            looking.sendall(b"look\n")
            with looking.makefile("rb") as answer:
                seen: dict[str, Any] = json.loads(answer.readline() or b"{}")
                return seen

    @property
    def controls(self) -> list[Control]:
        """What can be tapped now, in the order in which it was drawn."""
        return [
            Control(tuple(one["texts"]), tuple(one["icons"]), one["enabled"], tuple(one["box"]))
            for one in self.look().get("controls", [])
        ]

    def control(self, name: str) -> Control:
        """The first control that says this, once it is there and can be tapped; one with just this text goes before others."""
        found: list[Control] = []

        def is_there() -> bool:
            able = [control for control in self.controls if control.enabled]
            found[:] = [one for one in able if one.is_called(name)] or [one for one in able if one.says(name)]
            return bool(found)

        try:
            wait_until(is_there)
        except AssertionError:
            raise AssertionError(f"no control says {name!r}; there are {[one.texts for one in self.controls]}") from None
        return found[0]

    def tap(self, *names: str) -> None:
        """Touch the middle of controls, one after the other, each by a text on it or by the name of its icon."""
        for name in names:
            self.tap_at(*self.middle(self.control(name)))

    def tap_twice(self, name: str) -> None:
        """Touch the middle of a control twice, as quickly as somebody impatient does."""
        place = self.middle(self.control(name))
        self.tap_all(place, place)

    def middle(self, control: Control) -> tuple[float, float]:
        """Where a control is touched; parts of the screen, from its upper left corner."""
        x, y, width, height = control.box
        return (x + width / 2) / self.size[0], 1 - (y + height / 2) / self.size[1]

    def wait_for_text(self, text: str) -> None:
        """Return when a text is on the screen, alone or in a longer one."""
        try:
            wait_until(lambda: any(text in shown for shown in self.look().get("texts", [])))
        except AssertionError:
            raise AssertionError(f"{text!r} was awaited; the screen says {self.look().get('texts')}") from None

    def tap_at(self, x: float, y: float) -> None:
        """Touch a point that is no control; parts of the screen, from its upper left corner."""
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
        return re.findall(r" DEBUG kiosk\.app\.app: page (\w+)\n", self.log[self._opened_at :])

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
