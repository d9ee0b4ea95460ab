"""The numbers on tickets: a letter for the business and a count that restarts every business day."""

from __future__ import annotations

from datetime import date

FIRST_OFFLINE = 901
"""From here on numbers are set aside for kiosks that have lost the server; the ordinary count passes over those it meets."""


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
