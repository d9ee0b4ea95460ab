"""The folder in which a server keeps its data: whose it is, and what root may do in it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from contract import durable

BEGUN = "ledger.begun"
"""Stands beside a ledger in a file that a server has worked with: without that ledger the hall has lost its numbers."""


class LedgerLost(RuntimeError):
    """A hall has begun here and its ledger is gone; the text says what to do."""


class BadState(RuntimeError):
    """Root must not work in this state folder; the text says why and what to do."""


def need_ledger(ledger: Path) -> None:
    """Refuse to begin a hall anew where a file system has lost or emptied its ledger. Raise LedgerLost."""
    begun = ledger.with_name(BEGUN)
    if not begun.exists() or (ledger.exists() and ledger.stat().st_size > 0):
        return
    raise LedgerLost(
        f"this hall has begun, and its ledger {ledger} is {'empty' if ledger.exists() else 'gone'}: its disk may be failing. "
        f"Move an empty one away and put a backup back with `jiaohao-server restore`, then start again; to begin a new hall "
        f"in this folder without the old numbers and accounts, delete {begun} first"
    )


def note_ledger(ledger: Path) -> None:
    """A hall has begun with this ledger; on a disk that takes nothing just now the next start notes it."""
    begun = ledger.with_name(BEGUN)
    if begun.exists():
        return
    with contextlib.suppress(OSError):
        with begun.open("w") as file:
            durable.flush(file)
        durable.flush_folder(ledger.parent)


def check_links(state: Path) -> None:
    """Refuse, as root, a state folder of somebody else in which a link could lead root's writing elsewhere. Raise BadState."""
    if not _of_another(state):
        return
    link = next((path for path in state.rglob("*") if path.is_symlink()), None)
    if link is not None:
        raise BadState(f"{link} is a link, which root follows in no folder of another user; look who made it, then delete it")


def give_back(state: Path) -> None:
    """What root has made in the state folder belongs to whoever the folder belongs to: the server runs as that user."""
    if _of_another(state):
        owner = state.stat()
        for path in state.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _of_another(state: Path) -> bool:
    return os.geteuid() == 0 and state.is_dir() and state.stat().st_uid != 0
