"""The data partition of a machine that is off: what stands on it, and an update left on it. Nothing is mounted."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

PLAYED_BACK = 1
"""e2fsck's exit status when it has mended something, as it calls playing back the journal."""
UPDATES = "/var/lib/jiaohao-update"
NO_FILE = "File not found by ext2_lookup"
PIECE = 1 << 20


class DataPartition:
    """The partition `data` of a disk."""

    def __init__(self, disk: Path) -> None:
        self.disk = disk

    def read(self, path: str) -> str:
        """A file as the next start will find it, empty if there is none."""
        with self._copy() as copy:
            return debugfs(copy, f"cat {path}", missing_ok=True)

    def ask_for_update(self, bundle: Path, digest: str | None = None) -> None:
        """Leave a bundle and a request for it, as the terminal's updater does."""
        asked = {
            "id": str(uuid4()),
            "file": "bundle.raucb",
            "sha256": digest or sha256(bundle.read_bytes()).hexdigest(),
            "version": bundle.stem,
            "older": True,  # it is the very system that runs
        }
        with tempfile.TemporaryDirectory() as folder, self._copy() as copy:
            request = Path(folder) / "request.json"
            request.write_text(json.dumps(asked))
            for name, source in (("bundle.raucb", bundle), ("request.json", request)):
                debugfs(copy, f"rm {UPDATES}/{name}", missing_ok=True)
                debugfs(copy, f"write {source} {UPDATES}/{name}")
            self._put_back(copy)

    def take(self, path: str, target: Path) -> Path:
        """A folder as the next start will find it, copied below `target`."""
        with self._copy() as copy:
            return sound_folder(copy, path, target)

    @contextmanager
    def _copy(self) -> Iterator[Path]:
        """The partition in a file of its own, with its journal played back. On the disk it could not be done: before that its
        bitmaps may not match, which debugfs refuses, and e2fsck forgets halfway where the partition begins."""
        start, size = self._place()
        with tempfile.TemporaryDirectory(dir=self.disk.parent) as folder:
            copy = Path(folder) / "data.ext4"
            sectors = ("bs=1M", "iflag=skip_bytes,count_bytes,fullblock", f"skip={start}", f"count={size}", "conv=sparse")
            subprocess.run(["dd", f"if={self.disk}", f"of={copy}", "status=none", *sectors], check=True)
            os.truncate(copy, size)
            play_back(copy)
            yield copy

    def _put_back(self, copy: Path) -> None:
        """Write onto the disk what has changed in the copy, so that its holes stay holes."""
        start, size = self._place()
        with copy.open("rb") as changed, self.disk.open("r+b") as disk:
            for at in range(0, size, PIECE):
                disk.seek(start + at)
                piece = changed.read(PIECE)
                if piece != disk.read(len(piece)):
                    disk.seek(start + at)
                    disk.write(piece)

    def _place(self) -> tuple[int, int]:
        """Where it begins and how long it is, in bytes."""
        table = json.loads(subprocess.run(["sfdisk", "--json", self.disk], check=True, capture_output=True).stdout)
        part = next(part for part in table["partitiontable"]["partitions"] if part.get("name") == "data")
        return part["start"] * 512, part["size"] * 512


def debugfs(file_system: Path, request: str, *, missing_ok: bool = False) -> str:
    """What debugfs answers. Its exit status is always 0: it has failed when it complains, unless about a missing file."""
    done = subprocess.run(["debugfs", "-w", "-R", request, file_system], check=True, capture_output=True, text=True)
    _version, *complaints = done.stderr.splitlines()
    assert all(missing_ok and NO_FILE in line for line in complaints), f"{request}: {done.stderr}"
    return done.stdout


def play_back(file_system: Path) -> None:
    """Play back the journal of an ext4 file system in a file, as a mount does it; it has to be without a fault then."""
    mended = subprocess.run(["e2fsck", "-p", file_system], capture_output=True, text=True, check=False)
    assert mended.returncode <= PLAYED_BACK, mended.stdout
    checked = subprocess.run(["e2fsck", "-f", "-n", file_system], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def sound_folder(file_system: Path, path: str, target: Path) -> Path:
    """A folder of an ext4 file system in a file, copied below `target`, after the journal was played back as a mount does it.
    The file system has to be without a fault then, and is taken away."""
    play_back(file_system)
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["debugfs", "-R", f"rdump {path} {target}", file_system], check=True, capture_output=True)
    file_system.unlink()
    return target / Path(path).name
