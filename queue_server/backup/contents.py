"""What a backup holds: a tar file, `about.json` first, then the ledger, what the state folder keeps, and the hall's folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from contract.wire import codec
from queue_server.privacy import KEY_NAME

ABOUT = "about.json"
STATE, HALL = "state/", "hall/"
FORM = 1
FOLDERS = ("ca", "web-tls")
"""What is kept of the state folder besides the files directly in it: guides are made again, bundles are fetched again, and
`broker-config` writes the broker's folder and the server's credentials."""
NOT_KEPT = ("ledger", "server.lock", ".", KEY_NAME, "backup.json")
"""Beginnings of names of files that are not copied: the ledger goes in as a copy of one moment, the key from wherever it is."""


class BackupAbout(Struct, frozen=True):
    """What a backup says of itself. `schema` is that of its ledger, `version` the product's that made it."""

    form: int
    hall: str
    made_at: datetime
    version: str
    schema: str
    tickets: int

    def encoded(self) -> bytes:
        """As it stands in the file."""
        return codec.encode(self)


def state_files(state: Path) -> Iterator[tuple[str, Path]]:
    """Every file of a state folder that belongs into a backup, with its name there."""
    for path in sorted(state.iterdir()):
        if path.is_file() and not path.is_symlink() and not path.name.startswith(NOT_KEPT):
            yield STATE + path.name, path
    for folder in FOLDERS:
        yield from _files(state / folder, f"{STATE}{folder}/")


def hall_files(hall: Path) -> Iterator[tuple[str, Path]]:
    """Every file of the hall's folder, with its name in a backup."""
    yield from _files(hall, HALL)


def _files(folder: Path, under: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield under + path.relative_to(folder).as_posix(), path
