"""A technician's bench for a test: the image from `build/image` (or JIAOHAO_IMAGES), a secure hall on the host, one terminal."""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

from appliance.terminal_file import TerminalFile
from queue_server.enrolment import command
from tests.image.data_partition import DataPartition
from tests.image.machine import Machine
from tests.ports import free_port
from tests.programs import RunningServer, wait_for_port
from tests.secure_hall import SecureHall

IMAGES = Path(os.environ.get("JIAOHAO_IMAGES", Path(__file__).parents[2] / "build/image"))
HOST = "10.0.2.2"
"""The machine that runs QEMU, as its guests see it."""
GOOD = "is good"


def newest(pattern: str) -> Path:
    """The image or bundle that was built last."""
    found = sorted(IMAGES.glob(pattern), key=lambda path: path.stat().st_mtime)
    assert found, f"no {pattern} in {IMAGES}; run: sudo .venv/bin/jiaohao-tech image build"
    return found[-1]


class Bench:
    """`open` starts broker and queue server; `terminal` makes a disk with a token; `close` ends everything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hall = SecureHall(folder / "secure")
        self.port = free_port()
        self.machine = Machine(folder / "machine")
        self.data = DataPartition(self.machine.disk)
        self._server: RunningServer | None = None

    @property
    def web(self) -> str:
        return f"http://{HOST}:{self.port}"

    def open(self) -> None:
        self.hall.configure("--host", HOST)
        self.hall.open()
        more = ("--credentials", str(self.hall.state / "credentials"), "--web", f"127.0.0.1:{self.port}")
        self._server = RunningServer(self.hall.hall, self.hall.state, self.hall.address, *more)
        self._server.open()
        wait_for_port(self.port)

    def close(self) -> None:
        self.machine.cut()
        if self._server is not None:
            self._server.close()
        self.hall.close()

    def token(self, terminal: str) -> str:
        """What `jiaohao-server enrol new` prints."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            words = ["new", "--hall", str(self.hall.hall), "--state", str(self.hall.state), "--terminal", terminal]
            assert command.enrol(words) == 0
        found = re.search(r"^token    (\S+)$", said.getvalue(), re.MULTILINE)
        assert found, said.getvalue()
        return found[1]

    def kiosk(self, token: str) -> TerminalFile:
        return TerminalFile("kiosk-1", "hall", "testhall", f"mqtts://{HOST}:{self.hall.port}", self.web, token=token)

    def write(self, token: str) -> None:
        """Write the newest image to the disk of the machine."""
        self.machine.write(newest("jiaohao-kiosk-*.img.zst"), self.kiosk(token))
