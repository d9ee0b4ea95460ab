"""Files that a power cut leaves either old or new, never half: written beside, flushed, renamed, and the folder flushed too.

Without the last step the rename itself may be lost: fsync(2) of a file says nothing about the entry in its folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def replace_file(path: Path, content: bytes | str, *, mode: int = 0o644) -> None:
    """Replace `path` by `content` (text as UTF-8). Nobody sees it with other rights than `mode`. Raise OSError."""
    with replacement(path, mode=mode) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacement(path: Path, *, mode: int = 0o644, mark: str = "part") -> Iterator[IO[bytes]]:
    """A file to write, which takes the place of `path` when the block ends well and disappears when it does not.

    It is written under one fixed name, so that power cuts leave no litter; `mark` tells several writers of one file apart.
    The folder of `path` must exist. Raise OSError.
    """
    fresh = path.with_name(f".{path.name}.{mark}")
    fresh.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            os.fchmod(file.fileno(), mode)
            yield file
            flush(file)
        rename(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def rename(flushed: Path, path: Path) -> None:
    """Give a file that is on the disk already its name for good. Raise OSError."""
    flushed.replace(path)
    flush_folder(path.parent)


def flush(file: IO[bytes] | IO[str]) -> None:
    """Everything written to the file so far is on the disk afterwards. Raise OSError."""
    file.flush()
    os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """The names of the files in the folder are on the disk afterwards. Raise OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
