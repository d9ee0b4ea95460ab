"""A technician's bench for a test: the image from `build/image` (or JIAOHAO_IMAGES), a secure hall on the host, one terminal."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

from queue_server.enrol import command
from technician.terminal import Terminal
from tests.image.machine import Machine
from tests.ports import free_port
from tests.programs import RunningServer, wait_for_port
from tests.secure_hall import SecureHall

IMAGES = Path(os.environ.get("JIAOHAO_IMAGES", Path(__file__).parents[2] / "build/image"))
HOST = "10.0.2.2"
"""The machine that runs QEMU, as its guests see it."""
GOOD = "is good"
ROOM = 6 << 30


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

    def kiosk(self, token: str) -> Terminal:
        return Terminal("kiosk-1", "hall", "testhall", f"mqtts://{HOST}:{self.hall.port}", self.web, token=token)

    def write(self, token: str) -> None:
        """Write the newest image to the disk of the machine, on a disk larger than the image."""
        self.machine.write(newest("*.img.zst"), self.kiosk(token))
        with self.machine.disk.open("r+b") as disk:
            disk.truncate(ROOM)

    # --- the data partition of a machine that is off ---

    def ask_for_update(self, bundle: Path, digest: str | None = None) -> None:
        """Leave a bundle and a request for it, as the terminal's updater does."""
        asked = {"id": "order-1", "file": "bundle.raucb", "sha256": digest or sha256(bundle.read_bytes()).hexdigest(),
                 "version": bundle.stem}  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            request = Path(folder) / "request.json"
            request.write_text(json.dumps(asked))
            self._debugfs("journal_run")
            for name, source in (("bundle.raucb", bundle), ("request.json", request)):
                self._debugfs(f"rm /var/lib/jiaohao-update/{name}")
                self._debugfs(f"write {source} /var/lib/jiaohao-update/{name}")

    def read(self, path: str) -> str:
        """A file of the data partition, empty if there is none."""
        return self._debugfs(f"cat {path}")

    def _debugfs(self, request: str) -> str:
        table = json.loads(subprocess.run(["sfdisk", "--json", self.machine.disk], check=True, capture_output=True).stdout)
        start = next(part["start"] for part in table["partitiontable"]["partitions"] if part.get("name") == "data")
        where = f"{self.machine.disk}?offset={start * 512}"
        return subprocess.run(["debugfs", "-w", "-R", request, where], check=True, capture_output=True, text=True).stdout
