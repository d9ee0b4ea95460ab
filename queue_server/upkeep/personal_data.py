"""Deletes what is known of people when its time is over: what, after how many days, and the thread that does it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from contract.configuration.hall import HallConfig
from queue_server.privacy import RetentionRule, delete_expired
from queue_server.store import tables
from queue_server.store.database import ERRORS, Database

LOG = logging.getLogger(__name__)
EVERY_S = 3600.0


def retention_rules(config: HallConfig) -> list[RetentionRule]:
    """All personal data of the ledger. Whoever adds a table with some adds it here."""
    days, appointments = config.privacy, config.rules.appointment
    return [
        RetentionRule(
            tables.appointments, tables.appointments.c.ends_at, max(days.appointment_days, appointments.no_show_days)
        ),
        RetentionRule(tables.cases, tables.cases.c.changed_at, days.case_days),
        RetentionRule(tables.ratings, tables.ratings.c.at, days.rating_text_days, {"text": ""}),
        RetentionRule(tables.wrong_guesses, tables.wrong_guesses.c.at, 1),
    ]


class Forgetting:
    """Forgets once an hour, beginning when it is opened."""

    def __init__(self, database: Database, config: HallConfig, clock: Callable[[], datetime], every_s: float = EVERY_S) -> None:
        self._database = database
        self._kept = retention_rules(config)
        self._clock = clock
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin; the database is open and stays so until `close`."""
        self._thread = threading.Thread(target=self._run, name="forgetting", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, after the transaction that may be under way."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                delete_expired(self._database.writer, self._kept, self._clock())
            except ERRORS as error:
                LOG.error("what is over could not be deleted, the next try is in an hour: %s", error)
            if self._ended.wait(self._every_s):
                return
