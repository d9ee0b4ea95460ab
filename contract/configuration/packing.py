"""The hall's configuration on its way to terminals that hold none of their own."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from contract import durable
from contract.configuration.hall_files import FILES, BadHall, load
from contract.wire.messages import Configuration


def packed(folder: Path) -> Configuration:
    """The files of the hall in `folder`, as they go out. Raise OSError."""
    files = {name: (folder / name).read_text(encoding="utf-8") for name in sorted(FILES)}
    return Configuration(_sum(files), files)


def keep(given: Configuration, folder: Path) -> bool:
    """Make `folder` the configuration that was given; whether it is another than before.

    What is there stays until the new one is complete and good. Raise BadHall for one that cannot be used, OSError.
    """
    if set(given.files) != set(FILES) or _sum(given.files) != given.sha256:
        raise BadHall("the configuration came incomplete; start the queue server again, with the version of this terminal")
    if _there(folder) == given.files:
        return False
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, content in given.files.items():
        with (fresh / name).open("w", encoding="utf-8") as file:
            file.write(content)
            durable.flush(file)
    durable.flush_folder(fresh)
    load(fresh)
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    durable.rename(fresh, folder)
    return True


def _there(folder: Path) -> dict[str, str]:
    try:
        return packed(folder).files
    except (OSError, UnicodeDecodeError):
        return {}


def _sum(files: dict[str, str]) -> str:
    return hashlib.sha256(b"".join(files[name].encode() for name in sorted(files))).hexdigest()
