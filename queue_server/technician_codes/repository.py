"""The codes that open a terminal's technician page: one-time codes that the desk makes, and time-based ones for when the server
is away.

A one-time code is kept as a keyed hash, holds for ten minutes and opens once. The secret of the time-based codes
(`api.passcode`) is derived from the hall's key and the terminal's id: nothing has to be kept, and two servers know the same.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from contract.totp import DIGITS
from queue_server.codes.signer import Signer
from queue_server.store import guesses, tables

LIFE = timedelta(minutes=10)
GUESSES = 5
FACES = ("hall", "rating", "screen")
"""Roles of terminals that have a technician page."""
C = tables.technician_codes.c


def secret_of(signer: Signer, terminal: str) -> bytes:
    """The secret of a terminal's time-based codes."""
    return signer.derived(f"technician:{terminal}")


def new_code(connection: Connection, signer: Signer, terminal: str, account: str, now: datetime) -> tuple[str, datetime]:
    """A one-time code for a terminal and when it ends; the one before it, and the wrong tries so far, no longer count."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = {"terminal": terminal, "code": _hashed(signer, terminal, code), "account": account, "expires_at": now + LIFE}
    withdraw(connection, terminal)
    guesses.clear(connection, subject(terminal))
    connection.execute(insert(tables.technician_codes).values(row))
    return code, now + LIFE


def spend(connection: Connection, signer: Signer, terminal: str, code: str, now: datetime) -> str | None:
    """Use a one-time code up: the account it was made for, or None for a code that is wrong, over or used."""
    row = connection.execute(select(tables.technician_codes).where(C.terminal == terminal)).first()
    if row is None or row.expires_at <= now or not hmac.compare_digest(row.code, _hashed(signer, terminal, code)):
        return None
    return str(row.account) if withdraw(connection, terminal) else None


def withdraw(connection: Connection, terminal: str) -> bool:
    """Make the code of a terminal worthless; whether there was one. Of two servers that do so at once one gets True."""
    return connection.execute(delete(tables.technician_codes).where(C.terminal == terminal)).rowcount == 1


def subject(terminal: str) -> str:
    """The name under which wrong tries at a terminal are counted."""
    return f"technician:{terminal}"


def _hashed(signer: Signer, terminal: str, code: str) -> str:
    return hmac.digest(signer.derived("technician codes"), f"{terminal}:{code}".encode(), "sha256").hex()
