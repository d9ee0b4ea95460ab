"""How far the log knows what was done behind the technician's page of each terminal, and how much of it came in this hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from queue_server.store.tables import technician_diaries

MOST_AN_HOUR = 200
"""Acts that one terminal may add to the log, which is never shortened: a technician who does something every 20 seconds does
fewer. What a terminal kept while it was offline comes over several hours."""
HOUR = timedelta(hours=1)
C = technician_diaries.c


class DiaryHour(NamedTuple):
    """The number of the last act of a diary that is in the log, 0 for a new diary; when the hour began, and acts since."""

    known: int
    since: datetime
    taken: int


def hour(connection: Connection, terminal: str, diary: str, now: datetime) -> DiaryHour:
    """How far the log knows this diary. The hour is the terminal's, whichever diary it shows."""
    wanted = select(C.diary, C.known, C.since, C.taken).where(C.terminal == terminal).with_for_update()
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return DiaryHour(0, now, 0)
    known = row.known if row.diary == diary else 0
    if row.since is None or not now - HOUR < row.since <= now:
        return DiaryHour(known, now, 0)
    return DiaryHour(known, row.since, row.taken or 0)


def note(connection: Connection, terminal: str, diary: str, hour: DiaryHour) -> None:
    """Write it down; a terminal has one diary, the newest."""
    connection.execute(delete(technician_diaries).where(C.terminal == terminal))
    connection.execute(insert(technician_diaries).values(terminal=terminal, diary=diary, **hour._asdict()))
