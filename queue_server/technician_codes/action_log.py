"""How far the log knows what was done behind the technician's page of each terminal."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from queue_server.store.tables import technician_diaries

C = technician_diaries.c


def known(connection: Connection, terminal: str, diary: str) -> int:
    """The number of the last act of this diary that is in the log; 0 for a diary that is new."""
    wanted = select(C.known).where(C.terminal == terminal, C.diary == diary).with_for_update()
    return int(connection.execute(wanted).scalar() or 0)


def note(connection: Connection, terminal: str, diary: str, number: int) -> None:
    """Write down the number of the last act; a terminal has one diary, the newest."""
    connection.execute(delete(technician_diaries).where(C.terminal == terminal))
    connection.execute(insert(technician_diaries).values(terminal=terminal, diary=diary, known=number))
