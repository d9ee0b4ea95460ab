"""The signed ticket token: what a citizen's QR code carries. Short, safe in a URL, and not to be guessed.

`261122a001-Xy3…`: business day, number, and 72 bits of HMAC-SHA256 over the ticket's id under the hall's own key.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets

from sqlalchemy import Connection, select

from queue_server.store import tables

KEY_BYTES = 32
MAC_BYTES = 9
_FORM = re.compile(r"(\d{6})([a-z]\d{3,6})-([A-Za-z0-9_-]{12})")


class Signer:
    """Makes and checks tokens under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, ticket: str) -> str:
        """The token of a ticket id."""
        day, _, number = ticket.partition("-")
        return f"{day[2:]}{number}-{self.mac(ticket)}"

    def ticket(self, token: str) -> str | None:
        """The ticket id that a token stands for, or None for a token that this hall has not signed."""
        parts = _FORM.fullmatch(token)
        if parts is None:
            return None
        ticket = f"20{parts[1]}-{parts[2]}"
        return ticket if hmac.compare_digest(self.mac(ticket), parts[3]) else None

    def mac(self, text: str) -> str:
        """72 bits of MAC over `text`, 12 characters that are safe in a URL."""
        digest = hmac.digest(self._key, text.encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:MAC_BYTES]).decode()

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (HKDF-Expand of RFC 5869): it tells nothing of the hall's key or of other ones."""
        return hmac.digest(self._key, purpose.encode() + b"\x01", "sha256")


def hall_key(connection: Connection) -> bytes:
    """The hall's key, made on the first start and kept in the ledger."""
    kept = select(tables.secrets.c.value).where(tables.secrets.c.name == "ticket-key")
    key = connection.execute(kept).scalar()
    if key is None:
        key = secrets.token_bytes(KEY_BYTES)
        connection.execute(tables.secrets.insert(), {"name": "ticket-key", "value": key})
    return bytes(key)
