"""The partitions of a disk or image by its first blocks (GPT, UEFI specification 2.10, section 5.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from appliance.trouble import ApplianceError

SECTOR = 512
HEAD = 1 << 20
"""The partition table lies before the first partition, which begins here."""


@dataclass(frozen=True)
class Extent:
    """Where a partition lies, in bytes; `end` is behind its last one."""

    start: int
    end: int


def partitions(head: bytes, what: str) -> dict[str, Extent]:
    """Name → partition, of a disk that begins with `head`. Raise ApplianceError, naming `what`, for what has no such table."""
    header = head[SECTOR : 2 * SECTOR]
    if header[:8] != b"EFI PART":
        raise ApplianceError(f"{what} has no partition table; it is no disk of Jiaohao")
    first, count, size = struct.unpack_from("<QII", header, 72)
    found = {}
    for at in range(first * SECTOR, first * SECTOR + count * size, size):
        entry = head[at : at + size]
        if len(entry) < 128 or not any(entry[:16]):
            continue
        start, last = struct.unpack_from("<QQ", entry, 32)
        found[entry[56:128].decode("utf-16-le", "replace").rstrip("\0")] = Extent(start * SECTOR, (last + 1) * SECTOR)
    return found
