"""Puts a hall back from a backup, on a machine that has no ledger yet.

The ledger gets its place last: a power cut in between leaves a machine without one, and the restore is begun again. What the
hall did after the backup was made is not in it, so its numbers go on higher than any that it can have given
(docs/decisions/0029-a-restored-ledger-counts-on.md).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from contract import durable
from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from queue_server.backup import snapshot
from queue_server.backup.contents import HALL, STATE, BackupAbout
from queue_server.backup.make import SUFFIX, members, working_folder
from queue_server.backup.sealed_file import NotOpened, key_for
from queue_server.domain.business_day import business_day, day_begins
from queue_server.domain.ticket_number import behind_restore
from queue_server.privacy import Sealer, key
from queue_server.store import marks, restores
from queue_server.store.database import LEDGER, Database

WAITING = "restore"
"""The folder in a state folder in which a backup waits for the first start of a server, with its passphrase in a file."""
PASSPHRASE = "passphrase.txt"  # noqa: S105


class NotRestored(RuntimeError):
    """The hall cannot be put back; the text says why and what to do."""


@dataclass(frozen=True)
class RestoreTarget:
    """Where a hall is put back: folders of the hall and of the server's state, and the URL of a database that is not there."""

    hall: Path
    state: Path
    database: str | None = None


@dataclass(frozen=True)
class Restored:
    """What was put back. Numbers of the business day `day` count from behind `first`. `own_hall` says that the hall's folder
    had a configuration already, which stays; `made_at` is the backup's time in the hall's zone."""

    about: BackupAbout
    day: str
    first: int
    own_hall: bool
    made_at: datetime


def restore(backup: Path, passphrase: str, target: RestoreTarget, now: datetime) -> Restored:
    """Put everything back. Raise NotRestored, NotOpened, snapshot.NotWhole, BadHall, BadDatabase, OSError or one of
    store.database.ERRORS; then there is still no ledger, and it may be tried again."""
    ledger = target.state / LEDGER
    if target.database is None and ledger.exists():
        raise NotRestored(
            f"{ledger} is there already, and nothing is put back over a ledger; move it away, or give another --state"
        )
    target.state.mkdir(parents=True, exist_ok=True)
    own_hall = (target.hall / "hall.toml").exists()
    with working_folder(target.state) as work:
        about = _unpack(backup, passphrase, work, target, own_hall)
        if snapshot.check(work / LEDGER) != about.tickets:
            raise snapshot.NotWhole("its ledger has another number of tickets than it says")
        config = load(target.hall)
        if config.hall.id != about.hall:
            raise NotRestored(
                f"the backup is of hall {about.hall}, the folder {target.hall} has {config.hall.id}; give its own"
            )
        day, first = _count_on(work / LEDGER, about, config, target.state, now)
        if target.database is None:
            durable.rename(work / LEDGER, ledger)
        else:
            _into(target.database, work / LEDGER, target.state)
    return Restored(about, day, first, own_hall, about.made_at.astimezone(config.zone))


def newest(folder: Path) -> Path:
    """The newest backup in a folder. Raise NotRestored."""
    found = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.name)
    if not found:
        raise NotRestored(f"there is no file *{SUFFIX} in {folder}")
    return found[-1]


def waiting(state: Path) -> tuple[Path, str] | None:
    """The backup and the passphrase that wait in a state folder without a ledger, or None. Raise NotRestored."""
    folder = state / WAITING
    if not folder.is_dir() or (state / LEDGER).exists():
        return None
    try:
        passphrase = (folder / PASSPHRASE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotRestored(f"{folder / PASSPHRASE} cannot be read ({error}); write the passphrase into it") from None
    return newest(folder), passphrase


def used(state: Path) -> None:
    """Take the backup and its passphrase away, once the hall was put back from them. Raise OSError."""
    shutil.rmtree(state / WAITING)


def _unpack(backup: Path, passphrase: str, work: Path, target: RestoreTarget, own_hall: bool) -> BackupAbout:
    """Every file to its place but the ledger, which goes to `work`. A damaged one is noticed before that."""
    with backup.open("rb") as sealed:
        opened = key_for(sealed, passphrase)
        with members(sealed, opened) as (_, entries):
            for _, content in entries:
                while content.read(1 << 20):
                    pass
        sealed.seek(0)
        with members(sealed, opened) as (about, entries):
            for name, content in entries:
                if name == LEDGER:
                    _write(work / LEDGER, content, 0o600)
                elif name.startswith(STATE):
                    _write(_inside(target.state, name.removeprefix(STATE)), content, 0o600)
                elif name.startswith(HALL) and not own_hall:
                    _write(_inside(target.hall, name.removeprefix(HALL)), content, 0o644)
    return about


def _inside(folder: Path, name: str) -> Path:
    """The path of a file in a backup. Raise NotOpened for one that would lie elsewhere."""
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts:
        raise NotOpened(f"the backup holds {name!r}, which is no name of a file in a folder")
    return folder / parts


def _write(path: Path, content: IO[bytes], mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with durable.replacement(path, mode=mode) as file:
        shutil.copyfileobj(content, file, 1 << 20)


def _count_on(ledger: Path, about: BackupAbout, config: HallConfig, state: Path, now: datetime) -> tuple[str, int]:
    """Let the ledger count behind whatever it can have given since; the business day and the number."""
    day = business_day(now, config.zone, config.rules.day_starts)
    first = behind_restore(now - day_begins(day, config.zone, config.rules.day_starts))
    database = Database(snapshot.sqlite_url_of(ledger), Sealer(key(state)))
    database.open()
    try:
        with database.writer.begin() as connection:
            if any(known.business_day == day.isoformat() and known.first >= first for known in restores.all_of(connection)):
                raise NotRestored(
                    "the hall was restored within this minute, or the clock has gone back; wait, or set the clock"
                )
            restores.note(connection, day, first, about.made_at, now)
            marks.set_clock(connection, now)
    finally:
        database.close()
    snapshot.one_file(ledger)
    return day.isoformat(), first


def _into(url: str, ledger: Path, state: Path) -> None:
    database = Database(url, Sealer(key(state)))
    database.open()
    try:
        snapshot.put_into(database, ledger)
    finally:
        database.close()
