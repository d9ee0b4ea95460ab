"""A line to a running QEMU: screenshots, touches, power."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

ABSOLUTE = 0x7FFF
TOUCH_S = 0.15
"""So long a finger stays where it is, on glass or on a key."""


class Monitor:
    """QEMU's machine protocol over a socket file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._lines: Any = None

    def open(self) -> None:
        """Connect; raise OSError while QEMU does not listen yet."""
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(self._path))
        line.settimeout(60)
        self._socket, self._lines = line, line.makefile("r", encoding="utf-8")
        self._lines.readline()
        self.ask("qmp_capabilities")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, command: str, **arguments: Any) -> Any:
        """Run one command; its answer. Raise AssertionError with QEMU's reason."""
        assert self._socket is not None
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self._lines.readline())
            if "error" in answer:
                raise AssertionError(f"{command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def screenshot(self, path: Path) -> Path:
        """The screen as a PNG file."""
        self.ask("screendump", filename=str(path), format="png")
        return path

    def tap(self, x: float, y: float) -> None:
        """Touch the screen for as long as a finger does; x and y from 0 to 1."""
        at = [{"type": "abs", "data": {"axis": axis, "value": round(at * ABSOLUTE)}} for axis, at in (("x", x), ("y", y))]
        for down in (True, False):
            self.ask("input-send-event", events=[*at, {"type": "btn", "data": {"button": "left", "down": down}}])
            time.sleep(TOUCH_S)

    def keys(self, *names: str) -> None:
        """Press keys together, for example ctrl, alt, f2, and let them go again."""
        for down in (True, False):
            keys = [{"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": name}}} for name in names]
            self.ask("input-send-event", events=keys)
            time.sleep(TOUCH_S)
