"""From which row on a log must have hashes: noted once, and signed with the hall's key.

A migration notes it, and the program that migrates signs it in the same transaction. Later no program does: a note that is
missing or not signed is one that somebody has changed.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from queue_server.store.hall_key import log_key
from queue_server.store.tables import log_beginnings

B = log_beginnings.c


@dataclass(frozen=True)
class LogBeginning:
    """`first` is the first row of a log that must have a hash, `older` how many rows come before it, `keyed` the first row
    whose hash must be made with the hall's key."""

    first: int
    older: int
    keyed: int


def of(connection: Connection, log: str) -> LogBeginning | None:
    """The beginning of a log by its table; None when it is not there as it was signed. Raise BadDatabase."""
    row = connection.execute(select(log_beginnings).where(B.log == log)).first()
    if row is None:
        return None
    beginning = LogBeginning(row.first, row.older, row.keyed)
    return beginning if hmac.compare_digest(bytes(row.mac), _mac(connection, log, beginning)) else None


def sign_new(connection: Connection) -> None:
    """Sign what a migration in this transaction has noted. Raise BadDatabase."""
    for row in connection.execute(select(log_beginnings).where(B.mac == b"")).all():
        mac = _mac(connection, row.log, LogBeginning(row.first, row.older, row.keyed))
        connection.execute(update(log_beginnings).where(B.log == row.log).values(mac=mac))


def _mac(connection: Connection, log: str, beginning: LogBeginning) -> bytes:
    said = f"{log}:{beginning.first}:{beginning.older}:{beginning.keyed}"
    return hmac.digest(log_key(connection), b"beginning:" + said.encode(), "sha256")
