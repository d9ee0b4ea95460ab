"""A copy of the ledger before each migration, and the way back to it for an older program.

A machine with two systems goes back to the one before when the new one does not come up. By then the ledger may have been
migrated, and the older program cannot read it: it takes the copy that was made before, as if it were a backup of that moment.
What was done in between stays in a file beside it. This is for SQLite; for PostgreSQL `jiaohao-server backup` makes the copy.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract import durable
from queue_server.store.ledger_copy import copy_of, schema_of
from queue_server.store.tables import EPOCH

LOG = logging.getLogger(__name__)
COPY, NEWER = "ledger.before-", "ledger.newer-"
WENT_BACK = "went-back"
"""The mark in a ledger that was put back like this, until its numbers count on behind: when the copy was made."""
LONGEST = timedelta(days=1)
"""A new system is judged within minutes. What it did for longer than this is not left behind without a person's word."""
KEPT = timedelta(days=14)


class NoWayBack(RuntimeError):
    """The ledger is a newer program's and this one does not go back by itself; the text says why and what to do."""


@dataclass(frozen=True)
class _Since:
    """What the newer ledger holds that the copy does not."""

    tickets: int
    until: datetime


def prepare(ledger: Path, known: Collection[str], head: str) -> None:
    """Copy a ledger that is about to be migrated; take the copy if a newer program has migrated it. `known` are the
    schemas of this program, `head` is the newest. Raise NoWayBack, sqlite3.Error, OSError."""
    schema = schema_of(ledger) if ledger.exists() else ""
    if schema in ("", head):
        return
    if schema in known:
        copy = ledger.with_name(f"{COPY}{schema}.sqlite")
        fresh = copy.with_suffix(".part")
        fresh.unlink(missing_ok=True)
        copy_of(ledger, fresh)
        durable.rename(fresh, copy)
        _give(copy, ledger)
        LOG.info("the ledger is brought from schema %s to %s; as it was it stays in %s", schema, head, copy.name)
    else:
        _go_back(ledger, schema, known)


def forget(folder: Path, now: datetime) -> None:
    """Delete the files of earlier migrations once nobody goes back: they hold what was deleted since. Raise OSError."""
    for path in (*folder.glob(f"{COPY}*"), *folder.glob(f"{NEWER}*")):
        if now - _made_at(path) > KEPT:
            path.unlink()
            LOG.info("%s is deleted, it is older than %d days", path.name, KEPT.days)


def _go_back(ledger: Path, schema: str, known: Collection[str]) -> None:
    copies = [path for path in ledger.parent.glob(f"{COPY}*.sqlite") if path.stem.removeprefix(COPY) in known]
    if not copies:
        raise NoWayBack("install that version again or give another --state folder")
    copy = max(copies, key=_made_at)
    since = _since(ledger, _made_at(copy))
    if since.until - _made_at(copy) > LONGEST:
        raise NoWayBack(
            f"install that version again. The copy from before, {copy}, lacks {since.tickets} tickets of more than a day: it "
            "is not taken unasked; put a backup back with `jiaohao-server restore` if that version cannot be installed"
        )
    newer = ledger.with_name(f"{NEWER}{schema}.sqlite")
    fresh = ledger.with_suffix(".part")
    shutil.copyfile(copy, fresh)
    made_at = _made_at(copy)
    with contextlib.closing(sqlite3.connect(fresh)) as connection, connection:
        value = (made_at - EPOCH) // timedelta(microseconds=1)
        connection.execute("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", (WENT_BACK, value))
    with fresh.open("rb+") as file:
        durable.flush(file)
    _give(fresh, ledger)
    newer.unlink(missing_ok=True)
    newer.hardlink_to(ledger)  # there is a ledger at every moment: a power cut must not leave a machine without one
    durable.rename(fresh, ledger)
    LOG.error(
        "the ledger was migrated by a newer version (schema %s) and is put back as it was before, at %s; %d tickets given "
        "since are in %s only",
        schema,
        made_at,
        since.tickets,
        newer.name,
    )


def _since(ledger: Path, then: datetime) -> _Since:
    """Read what was added after `then`, and leave everything of the ledger in its one file. Raise sqlite3.Error."""
    at = (then - EPOCH) // timedelta(microseconds=1)
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        (tickets,) = connection.execute("SELECT count(*) FROM tickets WHERE issued_at > ?", (at,)).fetchone()
        (last,) = connection.execute("SELECT max(at) FROM events").fetchone()
    return _Since(tickets, then if last is None else max(then, EPOCH + timedelta(microseconds=last)))


def _made_at(copy: Path) -> datetime:
    return datetime.fromtimestamp(copy.stat().st_mtime, UTC)


def _give(path: Path, ledger: Path) -> None:
    """Root may do this for the user whose ledger it is."""
    path.chmod(0o600)
    if os.geteuid() == 0:
        owner = ledger.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
