"""Writes the system of an image to a disk that has one already, and leaves the data partition as it is.

This is for a machine whose system does not start any more, above all the hall's server: its ledger, keys and accounts stay.
Boot partition and first system are written, the second system stays as it was until the next update.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from appliance.image.partitions import HEAD, partitions
from appliance.trouble import ApplianceError

BLOCK = 4 << 20
SYSTEM = ("esp", "root-a")
DATA = "data"


def write_system(image: Path, target: str) -> None:
    """Write boot partition and first system, flush, and read them again. Raise ApplianceError, also for a disk that is divided
    otherwise: then nothing was written."""
    try:
        with _opened(image) as source, Path(target).open("r+b") as disk:
            end = _same_division(_exactly(source, HEAD), _exactly(disk, HEAD), image, target)
            wrote = hashlib.sha256()
            for block in _blocks(source, end - HEAD):
                wrote.update(block)
                disk.write(block)
            disk.flush()
            os.fsync(disk.fileno())
            os.posix_fadvise(disk.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            disk.seek(HEAD)
            read = hashlib.sha256()
            for block in _blocks(disk, end - HEAD):
                read.update(block)
    except OSError as error:
        raise ApplianceError(f"{target} was not written completely: {error}. Write it again; its data is still there") from None
    if read.digest() != wrote.digest():
        raise ApplianceError(f"{target} does not hold what was written to it; its data is still there, but the disk is failing")


def _same_division(image: bytes, disk: bytes, name: Path, target: str) -> int:
    """Where the system ends, if both are divided alike. Raise ApplianceError."""
    new, old = partitions(image, str(name)), partitions(disk, target)
    here = [old.get(part) for part in SYSTEM]
    if DATA not in old or DATA not in new or here != [new.get(part) for part in SYSTEM] or new[DATA].start != old[DATA].start:
        raise ApplianceError(
            f"{target} is not divided as {name.name} is, so its data cannot be kept; nothing was written. Make a backup of the "
            "hall first, then write the disk without --keep-data and put the hall back"
        )
    return max(old[part].end for part in SYSTEM)


@contextmanager
def _opened(image: Path) -> Iterator[IO[bytes]]:
    """The bytes of an image, unpacked."""
    if image.suffix != ".zst":
        with image.open("rb") as file:
            yield file
        return
    with subprocess.Popen(["zstd", "--quiet", "--decompress", "--stdout", image], stdout=subprocess.PIPE) as unpacked:
        assert unpacked.stdout is not None, "it was asked for"
        yield unpacked.stdout
        unpacked.stdout.close()
        unpacked.terminate()  # what comes behind the system is not wanted


def _exactly(file: IO[bytes], size: int) -> bytes:
    return b"".join(_blocks(file, size))


def _blocks(file: IO[bytes], size: int) -> Iterator[bytes]:
    """The next `size` bytes in blocks. Raise OSError for a file that ends before."""
    while size:
        block = file.read(min(BLOCK, size))
        if not block:
            raise OSError("it ends too early")
        size -= len(block)
        yield block
