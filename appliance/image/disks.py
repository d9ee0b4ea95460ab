"""Which disks this machine has, and which of them may be written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.run import run
from appliance.trouble import ApplianceError

COLUMNS = "PATH,SIZE,MODEL,SERIAL,TRAN,RM,HOTPLUG,TYPE,RO,MOUNTPOINTS"


@dataclass(frozen=True)
class Disk:
    """One whole disk. `size` is in bytes; `mounted` lists where parts of it are mounted, swap included."""

    path: str
    size: int
    model: str
    serial: str
    removable: bool
    read_only: bool
    mounted: tuple[str, ...]

    @property
    def label(self) -> str:
        """One line for a list."""
        use = f"in use: {', '.join(self.mounted)}" if self.mounted else "not in use"
        kind = "removable" if self.removable else "built in"
        return f"{self.path:<16} {self.size / 1e9:8.1f} GB  {kind:<9}  {self.model or '-'} {self.serial or ''}  {use}"


def disks(listing: str | None = None) -> list[Disk]:
    """Every whole disk of this machine; `listing` is lsblk's JSON (asked for when left out)."""
    facts = json.loads(listing if listing is not None else run("lsblk", "--json", "--bytes", "--output", COLUMNS))
    return [_disk(entry) for entry in facts["blockdevices"] if entry["type"] in ("disk", "loop") and int(entry["size"] or 0)]


def writable(target: str, found: list[Disk]) -> Disk:
    """The disk at `target` if it may be overwritten.

    Raise ApplianceError for the system's disk, a mounted, built-in or locked one.
    """
    real = str(Path(target).resolve())
    disk = next((disk for disk in found if disk.path == real), None)
    if disk is None:
        removable = [disk.path for disk in found if disk.removable]
        example = removable[0] if removable else "/dev/disk/by-id/..."
        raise ApplianceError(
            f"{target} is no whole disk of this machine; give a disk such as {example}"
            " (`jiaohao-tech disks` lists them) or an image file"
        )
    if disk.mounted:
        what = "the disk this machine runs from" if {"/", "/boot", "[SWAP]"} & set(disk.mounted) else "mounted"
        raise ApplianceError(
            f"{target} is {what} ({', '.join(disk.mounted)}); nothing was written. Choose another, or unmount it first"
        )
    if disk.read_only:
        raise ApplianceError(f"{target} is write-protected; nothing was written. Move the switch on the card or reader")
    if not disk.removable:
        raise ApplianceError(
            f"{target} is built in, not removable; nothing was written. If it is the right one, say so with --built-in"
        )
    return disk


def _disk(entry: dict[str, Any]) -> Disk:
    return Disk(
        entry["path"],
        int(entry["size"]),
        (entry.get("model") or "").strip(),
        (entry.get("serial") or "").strip(),
        bool(entry.get("rm") or entry.get("hotplug") or entry.get("tran") == "usb"),
        bool(entry.get("ro")),
        tuple(_mounts(entry)),
    )


def _mounts(entry: dict[str, Any]) -> list[str]:
    own = [point for point in entry.get("mountpoints") or [] if point]
    return own + [point for child in entry.get("children", []) for point in _mounts(child)]
