"""Makes a backup of a running hall and opens it again before it counts."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from contract import durable
from contract.version import version
from contract.wire import codec
from queue_server.backup import snapshot
from queue_server.backup.contents import ABOUT, FORM, STATE, BackupAbout, hall_files, state_files
from queue_server.backup.sealed_file import NotOpened, PassphraseKey, SealedReader, SealedWriter
from queue_server.privacy import KEY_NAME
from queue_server.store.database import LEDGER, Database
from queue_server.store.ledger_copy import schema_of

SUFFIX = ".backup"
WORK, LOCK = ".backup-work", ".backup-lock"
"""The folder in a state folder in which a backup is put together or taken apart, and who has it."""


class BackupBusy(RuntimeError):
    """Another backup of the hall is being made or put back just now."""


@dataclass(frozen=True)
class BackupSource:
    """What is copied: the hall's id, its folder, the state folder and its key, and the open ledger."""

    hall_id: str
    hall: Path
    state: Path
    personal_data_key: bytes
    database: Database


def make(source: BackupSource, key: PassphraseKey, folder: Path, now: datetime) -> Path:
    """Make one in `folder` and return its path, as soon as it was read again from its first byte to its last. Raise NotOpened,
    NotWhole, OSError or one of store.database.ERRORS; then there is no new file."""
    target = folder / f"jiaohao-{source.hall_id}-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z{SUFFIX}"
    fresh = folder / f".{target.name}.part"
    with working_folder(source.state) as work:
        for left in folder.glob(".*.part"):
            left.unlink()
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                _seal(source, key, file, work, now)
                durable.flush(file)
            (work / LEDGER).unlink()
            check(fresh, key, work)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # a share may not be able to
        durable.flush_folder(folder)
    return target


def check(file: Path, key: PassphraseKey, work: Path) -> BackupAbout:
    """Open a backup and read all of it, its ledger's every page; what it says of itself. Raise NotOpened, NotWhole, OSError."""
    with file.open("rb") as sealed, members(sealed, key) as (about, entries):
        for name, content in entries:
            if name == LEDGER:
                _write(work / LEDGER, content)
            else:
                while content.read(1 << 20):
                    pass
    if snapshot.check(work / LEDGER) != about.tickets:
        raise snapshot.NotWhole("its ledger has another number of tickets than it says")
    return about


@contextlib.contextmanager
def members(sealed: IO[bytes], key: PassphraseKey) -> Iterator[tuple[BackupAbout, Iterator[tuple[str, IO[bytes]]]]]:
    """What a backup says of itself, and its files in order. Behind the last one it is known to be whole. Raise NotOpened."""
    reader = io.BufferedReader(SealedReader(sealed, key), 1 << 20)
    try:
        with tarfile.open(fileobj=reader, mode="r|") as tar:
            entries = _entries(tar)
            name, content = next(entries, ("", io.BytesIO()))
            if name != ABOUT:
                raise NotOpened("this is no backup of a hall")
            about = codec.decode(content.read(), BackupAbout)
            if about.form != FORM:
                raise NotOpened(f"the backup was made by version {about.version}; install that version or a newer one")
            yield about, entries
        while reader.read(1 << 20):
            pass  # the end of the sealed file proves that nothing was cut off
    except (tarfile.TarError, codec.Illegal) as error:
        raise NotOpened(f"the backup cannot be read ({error}); take another copy or an older one") from None


@contextlib.contextmanager
def working_folder(state: Path) -> Iterator[Path]:
    """A folder on the ledger's disk that nobody else may read, gone at the end; what a power cut left of one is removed. Raise
    BackupBusy while somebody else has it."""
    with (state / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupBusy("another backup of this hall is being made; try again when it is done") from None
        work = state / WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            yield work
        finally:
            shutil.rmtree(work)


def thin_out(folder: Path, hall_id: str, keep: int) -> int:
    """Delete all backups of the hall but the newest `keep`; how many those were. Raise OSError."""
    over = list_of(folder, hall_id)[keep:]
    for path in over:
        path.unlink()
    return len(over)


def list_of(folder: Path, hall_id: str) -> list[Path]:
    """The backups of the hall in a folder, the newest first. Raise OSError."""
    named = re.compile(rf"jiaohao-{re.escape(hall_id)}-[0-9]{{8}}T[0-9]{{6}}Z{re.escape(SUFFIX)}")
    return sorted((path for path in folder.iterdir() if named.fullmatch(path.name)), reverse=True)


def _seal(source: BackupSource, key: PassphraseKey, file: IO[bytes], work: Path, now: datetime) -> None:
    snapshot.take(source.database, work / LEDGER)
    tickets, schema = snapshot.check(work / LEDGER), schema_of(work / LEDGER)
    about = BackupAbout(FORM, source.hall_id, now, version(), schema, tickets)
    writer = SealedWriter(file, key)
    with tarfile.open(fileobj=cast(IO[bytes], writer), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, ABOUT, about.encoded())
        _add_file(tar, LEDGER, work / LEDGER)
        _add(tar, STATE + KEY_NAME, source.personal_data_key)
        for name, path in (*state_files(source.state), *hall_files(source.hall)):
            _add_file(tar, name, path)
    writer.finish()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> None:
    with path.open("rb") as file:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = os.fstat(file.fileno()).st_size, 0o600
        tar.addfile(entry, file)


def _entries(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for entry in tar:
        content = tar.extractfile(entry) if entry.isfile() else None
        if content is None:
            raise NotOpened(f"the backup holds {entry.name!r}, which is no file")
        yield entry.name, content


def _write(path: Path, content: IO[bytes]) -> None:
    with path.open("xb") as file:
        while piece := content.read(1 << 20):
            file.write(piece)
