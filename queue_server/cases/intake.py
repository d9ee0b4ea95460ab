"""Takes cases in, whoever hands them over.

Many are written a few at a time, so that the hall goes on. A file that is handed over again changes nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from contract.wire.case import Case
from queue_server.cases import repository
from queue_server.cases.repository import CaseRow
from queue_server.codes.signer import Signer
from queue_server.row_files.problem import BadRows, Problem
from queue_server.row_files.taken import TakenIn
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key
from queue_server.store.slices import write_in_slices


def take_in(database: Database, numbered: Sequence[tuple[int, Case]], now: datetime) -> TakenIn:
    """Take cases in, each with the row of its file; those of a known number are replaced. Raise BadRows where a number differs
    from a kept one in signs only: nobody could say which of the two is asked for."""
    with database.writer.begin() as connection:
        signer = Signer(hall_key(connection))
    with database.look() as connection:
        kept = repository.alike(connection, (case.number for _, case in numbered))
    if kept:
        raise BadRows([_refused(row, case.number, kept[case.number]) for row, case in numbered if case.number in kept])
    rows = repository.prepare(signer, [case for _, case in numbered], now)
    known = 0

    def write(connection: Connection, some: Sequence[CaseRow]) -> None:
        nonlocal known
        known += repository.count_known(connection, some)
        repository.write(connection, some)

    write_in_slices(database.writer, rows, write)
    return TakenIn(len(rows) - known, known)


def _refused(row: int, number: str, kept: str) -> Problem:
    """That a number cannot be told from that of a kept case, and what to do."""
    reason = f"{number} and the case {kept} differ in signs only; write one case in one way, give another its own"
    zh = f"{number}和已有的{kept}只差括号、横线这类符号。是同一件就照原来的写，不是就换一个编号"
    return Problem(row, "number", reason, zh)
