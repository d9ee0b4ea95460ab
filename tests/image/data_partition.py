"""The data partition of a machine that is off: what stands on it, and an update left on it. Nothing is mounted."""

from __future__ import annotations

import json
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

PLAYED_BACK = 1
"""e2fsck's exit status when it has mended something, as it calls playing back the journal."""
UPDATES = "/var/lib/jiaohao-update"


class DataPartition:
    """The partition `data` of a disk."""

    def __init__(self, disk: Path) -> None:
        self.disk = disk

    def read(self, path: str) -> str:
        """A file as the next start will find it, empty if there is none."""
        self._debugfs("journal_run")
        return self._debugfs(f"cat {path}")

    def ask_for_update(self, bundle: Path, digest: str | None = None) -> None:
        """Leave a bundle and a request for it, as the terminal's updater does."""
        asked = {
            "id": str(uuid4()),
            "file": "bundle.raucb",
            "sha256": digest or sha256(bundle.read_bytes()).hexdigest(),
            "version": bundle.stem,
        }
        with tempfile.TemporaryDirectory() as folder:
            request = Path(folder) / "request.json"
            request.write_text(json.dumps(asked))
            self._debugfs("journal_run")
            for name, source in (("bundle.raucb", bundle), ("request.json", request)):
                self._debugfs(f"rm {UPDATES}/{name}")
                self._debugfs(f"write {source} {UPDATES}/{name}")

    def take(self, path: str, target: Path) -> Path:
        """A folder as the next start will find it, copied below `target`: the journal is played back on a copy of the partition,
        which then has to be without a fault."""
        target.mkdir(parents=True, exist_ok=True)
        copy = target / "data.ext4"
        start, size = self._place()
        sectors = ("bs=1M", "iflag=skip_bytes,count_bytes,fullblock", f"skip={start}", f"count={size}", "conv=sparse")
        subprocess.run(["dd", f"if={self.disk}", f"of={copy}", "status=none", *sectors], check=True)
        return sound_folder(copy, path, target)

    def _debugfs(self, request: str) -> str:
        where = f"{self.disk}?offset={self._place()[0]}"
        return subprocess.run(["debugfs", "-w", "-R", request, where], check=True, capture_output=True, text=True).stdout

    def _place(self) -> tuple[int, int]:
        """Where it begins and how long it is, in bytes."""
        table = json.loads(subprocess.run(["sfdisk", "--json", self.disk], check=True, capture_output=True).stdout)
        part = next(part for part in table["partitiontable"]["partitions"] if part.get("name") == "data")
        return part["start"] * 512, part["size"] * 512


def sound_folder(file_system: Path, path: str, target: Path) -> Path:
    """A folder of an ext4 file system in a file, copied below `target`, after the journal was played back as a mount does it.
    The file system has to be without a fault then, and is taken away."""
    mended = subprocess.run(["e2fsck", "-p", file_system], capture_output=True, text=True, check=False)
    assert mended.returncode <= PLAYED_BACK, mended.stdout
    checked = subprocess.run(["e2fsck", "-f", "-n", file_system], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["debugfs", "-R", f"rdump {path} {target}", file_system], check=True, capture_output=True)
    file_system.unlink()
    return target / Path(path).name
