"""Deletes what is known of people when its time is over: what, and after how many days.

Rule: Personal Information Protection Law article 19 (the shortest time that is needed).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, Engine, Table, Update, delete, or_, update

from contract.configuration.hall import HallConfig
from queue_server.store import tables
from queue_server.store.database import ERRORS, Database
from queue_server.upkeep.job import PeriodicJob

LOG = logging.getLogger(__name__)
EVERY_S = 3600.0


@dataclass(frozen=True)
class RetentionRule:
    """Personal data in one table, and for how many days after `since` they are needed.

    `empty` names the columns to overwrite and with what; without it the rows are deleted. `only` is a condition on the rows,
    for example that a case is closed.
    """

    table: Table
    since: ColumnElement[datetime]
    days: int
    empty: Mapping[str, object] = field(default_factory=dict)
    only: ColumnElement[bool] | None = None


def retention_rules(config: HallConfig) -> list[RetentionRule]:
    """All personal data of the ledger. Whoever adds a table with some adds it here."""
    days, appointments = config.privacy, config.rules.appointment
    kept_days = max(days.appointment_days, appointments.no_show_days)
    return [
        RetentionRule(tables.appointments, tables.appointments.c.ends_at, kept_days),
        RetentionRule(tables.cases, tables.cases.c.changed_at, days.case_days),
        RetentionRule(tables.ratings, tables.ratings.c.at, days.rating_text_days, {"text": ""}),
        RetentionRule(tables.wrong_guesses, tables.wrong_guesses.c.at, 1),
    ]


def delete_expired(writer: Engine, rules: Sequence[RetentionRule], now: datetime) -> int:
    """Delete or empty everything whose time is over, one short transaction a table; return how many rows that were."""
    number = 0
    for rule in rules:
        over = rule.since < now - timedelta(days=rule.days)
        if rule.only is not None:
            over &= rule.only
        if rule.empty:
            full = (rule.table.c[name].is_distinct_from(value) for name, value in rule.empty.items())
            statement: Update | Delete = update(rule.table).values(dict(rule.empty)).where(over, or_(*full))
        else:
            statement = delete(rule.table).where(over)
        with writer.begin() as connection:
            found = connection.execute(statement).rowcount
        if found:
            LOG.info("%d rows of %s were deleted or emptied: kept for %d days", found, rule.table.name, rule.days)
        number += found
    return number


def expiry(database: Database, config: HallConfig, clock: Callable[[], datetime], every_s: float = EVERY_S) -> PeriodicJob:
    """The job that deletes it, at once and then every hour; the database is open, and stays so until the job is closed."""
    rules = retention_rules(config)
    return PeriodicJob(
        "personal-data",
        lambda: delete_expired(database.writer, rules, clock()),
        every_s,
        at_once=True,
        expected=ERRORS,
        failure="what is over could not be deleted, the next try is in an hour",
    )
