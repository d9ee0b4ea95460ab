"""Copies of a ledger that is a SQLite file, made while it is in use."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from contract import durable


def copy_of(ledger: Path, target: Path) -> None:
    """Copy the state at this moment into the new file `target`, which nobody else may read; on the disk afterwards.

    What was deleted is left behind. Who writes to the ledger goes on meanwhile. Raise sqlite3.Error, OSError.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    with target.open("rb+") as file:
        durable.flush(file)
    durable.flush_folder(target.parent)


def schema_of(ledger: Path) -> str:
    """The schema that a ledger says it has; empty for one that was never opened. Raise sqlite3.Error."""
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
            return ""
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return "" if found is None else str(found[0])
