"""New ledgers for tests: migrated once in each test process, then copied, each copy with a hall's key of its own.

What the migrations do is tested where they are; a test that only needs a ledger has no use for 26 of them.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from queue_server.privacy import Sealer
from queue_server.store import log_beginnings
from queue_server.store.database import Database, sqlite_url
from queue_server.store.hall_key import SEALER


def ledger_in(folder: Path, sealer: Sealer | None = None) -> str:
    """The URL of the ledger in `folder`; one in which nothing has happened where there was none. `sealer` seals its key."""
    file, url = folder / "ledger.sqlite", sqlite_url(folder)
    if file.exists():
        return url
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_migrated())
    engine = create_engine(url, poolclass=NullPool).execution_options(**{SEALER: sealer})
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        log_beginnings.sign_new(connection)
    return url


@functools.cache
def _migrated() -> bytes:
    """A ledger with all its tables and without a hall's key, whose logs are not signed yet."""
    with tempfile.TemporaryDirectory(prefix="jiaohao-ledger-") as folder:
        database = Database(sqlite_url(Path(folder)))
        database.open()
        database.close()
        file = Path(folder) / "ledger.sqlite"
        with contextlib.closing(sqlite3.connect(file)) as connection:
            with connection:
                connection.execute("DELETE FROM secrets")
                connection.execute("UPDATE log_beginnings SET mac = x''")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return file.read_bytes()
