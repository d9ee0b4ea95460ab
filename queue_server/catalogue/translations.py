"""The English of the guides' sentences: the hall's file, and above it what was written on the web page.

A sentence that was written on the page is the database's alone, as items are from their first edit. Call the methods off the
event loop.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from queue_server.catalogue.library import ChangedMeanwhile
from queue_server.store.tables import guide_translations

LONGEST = 4000
T = guide_translations.c


class Translations:
    """Chinese sentence → English, of one hall."""

    def __init__(self, file: Mapping[str, str], *, writer: Engine, reader: Engine, clock: Callable[[], datetime]) -> None:
        """`file` is what the hall's folder says."""
        self._file, self._writer, self._reader, self._clock = file, writer, reader, clock

    def all(self) -> dict[str, str]:
        """Every sentence that has English."""
        with self._reader.connect() as connection:
            return {**self._file, **{row.zh: row.en for row in connection.execute(select(T.zh, T.en))}}

    def save(self, zh: str, en: str, *, was: str, account: str) -> None:
        """Write the English of a sentence; an empty one takes back what was written on the page. `was` is what the page
        showed before. Raises Changed when that is no longer so, ValueError for one that is too long."""
        if len(en) > LONGEST:
            raise ValueError(f"the English has {len(en)} characters, {LONGEST} are allowed; shorten it")
        key = hashlib.sha256(zh.encode()).hexdigest()
        row = {"key": key, "zh": zh, "en": en, "at": self._clock(), "account": account}
        try:
            with self._writer.begin() as connection:
                written = connection.execute(select(T.en).where(T.key == key).with_for_update()).scalar()
                if (self._file.get(zh, "") if written is None else written) != was:
                    raise ChangedMeanwhile(zh)
                connection.execute(delete(guide_translations).where(T.key == key))
                if en:
                    connection.execute(insert(guide_translations).values(row))
        except IntegrityError:
            raise ChangedMeanwhile(zh) from None
