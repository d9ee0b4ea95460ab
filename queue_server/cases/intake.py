"""Takes cases in, whoever hands them over.

Many are written a few at a time, so that the hall goes on. A file that is handed over again changes nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from contract.wire.case import Case
from queue_server.cases import repository
from queue_server.codes.signer import Signer
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key
from queue_server.store.slices import write_in_slices


def take_in(database: Database, numbered: Sequence[tuple[int, Case]], now: datetime) -> int:
    """Take cases in, each with the row of its file; return how many they are."""
    with database.writer.begin() as connection:
        signer = Signer(hall_key(connection))
    rows = repository.prepare(signer, [case for _, case in numbered], now)
    write_in_slices(database.writer, rows, repository.write)
    return len(rows)
