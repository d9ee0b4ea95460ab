"""Wrong guesses at what only one person knows: the number of a case with the last four characters, a technician's code.

They count for two hours. Subjects are named by who counts them, for example `case:…`, `asker:…`, `technician:…`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from queue_server.store.tables import wrong_guesses

G = wrong_guesses.c
COUNT_FOR = timedelta(hours=2)


def count(connection: Connection, subject: str, now: datetime) -> int:
    """How often `subject` was guessed at in vain, as far as it still counts."""
    wanted = select(func.count()).where(G.subject == subject, G.at > now - COUNT_FOR)
    return connection.execute(wanted).scalar_one()


def latest(connection: Connection, subject: str) -> datetime | None:
    """When `subject` was last guessed at in vain, as far as it still counts."""
    found: datetime | None = connection.execute(select(func.max(G.at)).where(G.subject == subject)).scalar()
    return found


def add(connection: Connection, subjects: Iterable[str], now: datetime) -> None:
    """Count one wrong guess against each subject, and delete those of its own that no longer count."""
    guessed = list(subjects)
    connection.execute(delete(wrong_guesses).where(G.subject.in_(guessed), G.at <= now - COUNT_FOR))
    connection.execute(insert(wrong_guesses), [{"subject": subject, "at": now} for subject in guessed])


def clear(connection: Connection, subject: str) -> None:
    """Forget the guesses at `subject`."""
    connection.execute(delete(wrong_guesses).where(G.subject == subject))
