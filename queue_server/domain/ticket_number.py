"""The numbers on tickets: a letter for the business and a count that restarts every business day."""

from __future__ import annotations

from datetime import date, timedelta

FIRST_OFFLINE = 901
"""From here on numbers are set aside for kiosks that have lost the server; the ordinary count passes over those it meets."""

BEHIND_ANY = 10_000
"""No queue gives so many numbers on a day before its ledger is restored for the first time, those on lease included."""
A_MINUTE = 60
"""Nor so many a minute, from one restore to the next."""


def behind_restore(since_day_began: timedelta) -> int:
    """From behind which number a ledger counts that is restored so long after the business day began: later restores of a day
    begin higher, and every number has five digits."""
    return BEHIND_ANY + A_MINUTE * (since_day_began // timedelta(minutes=1))


def first_offline(behind: int) -> int:
    """From which number on kiosks get some on lease, on a day whose numbers count from behind `behind`. After a restore they
    are not set apart, so that what was given reaches no higher than it must."""
    return behind + 1 if behind else FIRST_OFFLINE


def display_number(letter: str, count: int) -> str:
    """What citizens read and hear: A001 to A999, then A1000. Raise ValueError when `count` is below one."""
    if count < 1:
        raise ValueError(f"tickets count from 1, not from {count}")
    return f"{letter}{count:03d}"


def ticket_id(day: date, number: str) -> str:
    """The id of a ticket, unique for ever: `20261122-a001`."""
    return f"{day:%Y%m%d}-{number.lower()}"


def number_of(ticket: str) -> str:
    """The display number in a ticket's id: `20261122-a001` → A001."""
    return ticket.partition("-")[2].upper()
