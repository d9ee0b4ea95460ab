"""Screens without a screen: every face gets a virtual display (Xvfb) that a browser can see and touch (x11vnc, noVNC)."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from launcher.broker import NotStarted
from launcher.child import Child
from launcher.ports import free_port

NOVNC = Path("/usr/share/novnc")


@dataclass(frozen=True)
class VirtualScreen:
    """A program with a screen: its name in addresses and its size in pixels."""

    name: str
    title: str
    width: int
    height: int


class XDisplay:
    """One Xvfb with one x11vnc before it."""

    def __init__(self, face: VirtualScreen, log: Path) -> None:
        self.face = face
        self.log = log
        self.port = 0
        self.children: list[Child] = []
        self._xvfb: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start both; return the display's name, for example `:3`. Raise NotStarted."""
        if shutil.which("Xvfb") is None or shutil.which("x11vnc") is None:
            raise NotStarted("Xvfb or x11vnc is not installed; run `make set-up`")
        reader, writer = os.pipe()
        size = f"{self.face.width}x{self.face.height}x24"
        self.log.mkdir(parents=True, exist_ok=True)
        with (self.log / f"{self.face.name}-display.log").open("ab") as log:
            self._xvfb = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp", "-noreset", "-dpi", "96"],
                pass_fds=[writer],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        os.close(writer)
        number = _line(reader, 60)
        os.close(reader)
        if not number:
            raise NotStarted(f"the virtual display for {self.face.name} did not start; see {self.log}")
        display = f":{number}"
        self.port = free_port()
        where = ["-display", display, "-rfbport", str(self.port), "-localhost"]
        vnc = ["x11vnc", *where, "-forever", "-shared", "-nopw", "-quiet", "-noxrecord", "-noclipboard", "-nosetclipboard"]
        child = Child(f"{self.face.name}-vnc", vnc, log=self.log / f"{self.face.name}-vnc.log")
        child.start()
        self.children.append(child)
        return display

    def stop(self) -> None:
        """End both."""
        for child in self.children:
            child.stop()
        if self._xvfb is not None:
            self._xvfb.terminate()
            self._xvfb.wait()


def _line(reader: int, timeout_s: float) -> str:
    """One line from a pipe; empty when none comes in time. Xvfb dies if the pipe is closed before its line has ended."""
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([reader], [], [], timeout_s)
        part = os.read(reader, 16) if ready else b""
        if not part:
            return ""
        text += part
    return text.decode().strip()


def gallery(displays: list[XDisplay], *, pages: Path, state: Path, port: int, web: str) -> Child:
    """A web server with one page a face and one page with all of them; `pages` holds our HTML, noVNC comes from Debian."""
    if not NOVNC.is_dir() or shutil.which("websockify") is None:
        raise NotStarted("novnc or websockify is not installed; run `make set-up`")
    folder = state / "faces"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(pages, folder)
    for name in ("core", "vendor"):
        (folder / name).symlink_to(NOVNC / name)
    faces = [asdict(display.face) for display in displays]
    (folder / "hall.json").write_text(json.dumps({"web": web, "faces": faces}), encoding="utf-8")
    tokens = state / "faces.tokens"
    tokens.write_text("".join(f"{d.face.name}: 127.0.0.1:{d.port}\n" for d in displays), encoding="utf-8")
    serve = ["--web", str(folder), "--token-plugin", "TokenFile", "--token-source", str(tokens)]
    command = ["websockify", *serve, f"127.0.0.1:{port}"]
    return Child("faces", command, log=state / "log" / "faces.log")
