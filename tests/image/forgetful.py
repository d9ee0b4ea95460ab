"""A disk that forgets, when the plug is pulled, what it was never told to keep.

A killed QEMU leaves its writes with the host, so that a guest that forgets to flush would never be found out. Here the guest
writes into a throw-away layer while QEMU notes every write and flush in a log (driver blklogwrites, format of dm-log-writes).
`lose` then plays the log back onto the disk: all that was written before the last flush, and of what came after it each
write or not, by chance, as a disk with a cache of its own may do.
"""

from __future__ import annotations

import os
import random
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SECTOR = 512
MAGIC = 0x6A736677736872
ENTRY = struct.Struct("<QQQQ")
FLUSH, DISCARD = 1, 4
FRESH, GOES_ON = f"log-sector-size={SECTOR}", "log-append=on"
ROOM = 64 << 30
"""The log's size as QEMU sees it; the file is sparse."""
CHUNK = 4 << 20


def go_on(word: str) -> str:
    """One of QEMU's options for another QEMU that goes on with the log of the one before."""
    return word.replace(FRESH, GOES_ON)


@dataclass(frozen=True)
class Write:
    """`length` bytes for the disk's `offset`, lying in the log at `place`; `flush`: the guest waited until all was kept."""

    offset: int
    length: int
    place: int
    flush: bool


class ForgetfulDisk:
    """`options` for QEMU before every start, `lose` after every cut."""

    def __init__(self, disk: Path) -> None:
        self.disk = disk
        self.layer, self.log = disk.with_suffix(".layer"), disk.with_suffix(".log")

    def options(self) -> tuple[str, ...]:
        """Make a fresh layer and a fresh log; QEMU's options for the disk."""
        return *self.nodes(), "-device", "virtio-blk-pci,drive=disk,write-cache=on"

    def nodes(self) -> tuple[str, ...]:
        """The same without a machine: the node `disk`, also of a storage daemon. The host need not flush: only QEMU is killed."""
        self.layer.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            log.truncate(ROOM)
        make = ("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", self.disk.resolve(), self.layer)
        subprocess.run(make, check=True)
        lazy = "cache.no-flush=on"
        return (
            "--blockdev",
            f"driver=qcow2,node-name=layer,{lazy},file.driver=file,file.filename={self.layer},file.{lazy}",
            "--blockdev",
            f"driver=raw,node-name=log,{lazy},file.driver=file,file.filename={self.log},file.{lazy}",
            "--blockdev",
            f"driver=blklogwrites,node-name=disk,file=layer,log=log,{FRESH}",
        )

    def mark(self) -> int:
        """How many entries the log has, up to the last flush; what was answered by now hangs on no later one."""
        with self.log.open("rb") as log:
            return int(struct.unpack("<QQQ", log.read(24))[2])

    def moments(self, chance: random.Random, count: int, *, since: int = 1) -> Iterator[tuple[int, Path]]:
        """Other cuts that this log could have ended with, the earliest first, none before `since`: how many entries it would
        have had, and the disk as that cut would have left it. The disk holds until the next one is asked for."""
        past = self.disk.with_suffix(".past")
        subprocess.run(["cp", "--sparse=always", self.disk, past], check=True)
        with self.log.open("rb") as log, past.open("r+b") as disk:
            writes, done = list(_entries(log)), 0
            for end in sorted(chance.sample(range(since, len(writes) + 1), min(count, len(writes) + 1 - since))):
                kept = next((number for number in range(end, 0, -1) if writes[number - 1].flush), 0)
                for write in writes[done:kept]:
                    _copy(log, write, disk)
                done = max(done, kept)
                by_chance = [write for write in writes[kept:end] if chance.random() < 0.5]
                before = [(write.offset, _read(disk, write)) for write in by_chance]
                for write in by_chance:
                    _copy(log, write, disk)
                disk.flush()
                yield end, past
                for offset, content in reversed(before):
                    disk.seek(offset)
                    disk.write(content)
        past.unlink()

    def lose(self, chance: random.Random) -> tuple[int, int]:
        """Bring the disk to where the cut left it: how many writes it has, and how many of them it lost."""
        with self.log.open("rb") as log, self.disk.open("r+b") as disk:
            writes = list(_entries(log))
            kept = max((number for number, write in enumerate(writes, 1) if write.flush), default=0)
            lost = 0
            for number, write in enumerate(writes):
                if number >= kept and chance.random() < 0.5:
                    lost += bool(write.length)
                    continue
                _copy(log, write, disk)
        self.layer.unlink()
        self.log.unlink()
        return sum(bool(write.length) for write in writes), lost


def _entries(log: BinaryIO) -> Iterator[Write]:
    """What stands in the log."""
    magic, _version, _count, sector = struct.unpack("<QQQI", log.read(28).ljust(28, b"\0"))
    if magic != MAGIC:
        return  # not one flush yet
    assert sector == SECTOR, f"a log with sectors of {sector} bytes"
    place = SECTOR
    while (found := _next(log, place)) is not None:
        log.seek(found)
        at, count, flags, _ = ENTRY.unpack(log.read(ENTRY.size))
        length = 0 if flags & DISCARD else count * SECTOR
        yield Write(at * SECTOR, length, found + SECTOR, bool(flags & FLUSH))
        place = found + SECTOR + length


def _next(log: BinaryIO, place: int) -> int | None:
    """Where the next entry begins, from `place` on. An entry that the cut left unwritten is nothing but zeros."""
    while True:
        try:
            data = os.lseek(log.fileno(), place, os.SEEK_DATA)
        except OSError:
            return None  # nothing but a hole up to the end
        place = max(place, data - data % SECTOR)
        log.seek(place)
        if log.read(SECTOR).strip(b"\0"):
            return place
        place += SECTOR


def _copy(log: BinaryIO, write: Write, disk: BinaryIO) -> None:
    log.seek(write.place)
    disk.seek(write.offset)
    left = write.length
    while left:
        content = log.read(min(left, CHUNK))
        disk.write(content)
        left -= len(content)


def _read(disk: BinaryIO, write: Write) -> bytes:
    disk.seek(write.offset)
    return disk.read(write.length)
