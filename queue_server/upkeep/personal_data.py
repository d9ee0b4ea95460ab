"""Deletes what is known of people when its time is over: what, and after how many days.

Rule: Personal Information Protection Law article 19 (the shortest time that is needed).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from contract.configuration.hall import HallConfig
from queue_server.store import tables
from queue_server.store.database import ERRORS, Database
from queue_server.store.slices import write_in_slices
from queue_server.upkeep.job import PeriodicJob

LOG = logging.getLogger(__name__)
EVERY_S = 3600.0
SCRUB_TRIES, SCRUB_PAUSE_S = 50, 0.2
REQUEST_DAYS = 3
"""How long an asker that heard nothing may ask again with the same id."""
LEASE_DAYS = 30
"""How late a kiosk that was away may still report what it gave out."""


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
    """All personal data of the ledger, and what is of use for some days only. Whoever adds a table with some adds it here."""
    days, appointments = config.privacy, config.rules.appointment
    kept_days = max(days.appointment_days, appointments.no_show_days)
    return [
        RetentionRule(tables.appointments, tables.appointments.c.ends_at, kept_days),
        RetentionRule(tables.cases, tables.cases.c.changed_at, days.case_days),
        RetentionRule(tables.ratings, tables.ratings.c.at, days.rating_text_days, {"text": ""}),
        RetentionRule(tables.wrong_guesses, tables.wrong_guesses.c.at, 1),
        RetentionRule(tables.used_codes, tables.used_codes.c.until, 0),
        RetentionRule(tables.requests, tables.requests.c.at, REQUEST_DAYS),
        RetentionRule(tables.leases, tables.leases.c.at, LEASE_DAYS),
    ]


def delete_expired(database: Database, rules: Sequence[RetentionRule], now: datetime) -> int:
    """Delete or empty everything whose time is over, a few rows at a time; return how many rows that were."""
    number = 0
    for rule in rules:
        over = _is_over(rule, now)
        with database.look() as connection:
            found = connection.execute(select(*rule.table.primary_key).where(over)).scalars().all()
        write_in_slices(database.writer, found, partial(_delete, rule, over))
        if found:
            LOG.info("%d rows of %s were deleted or emptied: kept for %d days", len(found), rule.table.name, rule.days)
        number += len(found)
    return number


def _is_over(rule: RetentionRule, now: datetime) -> ColumnElement[bool]:
    """The condition for the rows whose time is over."""
    over = rule.since < now - timedelta(days=rule.days)
    if rule.only is not None:
        over &= rule.only
    if rule.empty:
        over &= or_(*(rule.table.c[name].is_distinct_from(value) for name, value in rule.empty.items()))
    return over


def _delete(rule: RetentionRule, over: ColumnElement[bool], connection: Connection, keys: Sequence[object]) -> None:
    """Delete or empty these rows, unless they have changed since they were found."""
    (key,) = rule.table.primary_key
    these = key.in_(keys) & over
    if rule.empty:
        connection.execute(update(rule.table).values(dict(rule.empty)).where(these))
    else:
        connection.execute(delete(rule.table).where(these))


def _scrub(database: Database) -> None:
    """Overwrite what was deleted, in a moment in which nobody reads."""
    for _ in range(SCRUB_TRIES):
        if database.scrub():
            return
        time.sleep(SCRUB_PAUSE_S)
    LOG.warning("what was deleted could not be overwritten in the write-ahead log: somebody reads all the time")


def expiry(database: Database, config: HallConfig, clock: Callable[[], datetime], every_s: float = EVERY_S) -> PeriodicJob:
    """The job that deletes it, at once and then every hour; the database is open, and stays so until the job is closed."""
    rules = retention_rules(config)

    def run() -> None:
        delete_expired(database, rules, clock())
        _scrub(database)

    return PeriodicJob(
        "personal-data",
        run,
        every_s,
        at_once=True,
        expected=ERRORS,
        failure="what is over could not be deleted, the next try is in an hour",
    )
