"""The signed ticket token: what a citizen's QR code carries. Short, safe in a URL, and not to be guessed.

`261122a001-Xy3…`: business day, number, and 72 bits of HMAC-SHA256 over the ticket's id under the hall's own key. The numbers
that follow the restore of a ledger on that day have its salt in their code, too: a token from before is never another ticket's
(docs/decisions/0026-a-restored-ledger-counts-on.md).
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select, update

from queue_server.privacy import NotReadable, Sealer
from queue_server.store import tables
from queue_server.store.database import SEALER, BadDatabase
from queue_server.store.restores import Restore

KEY_BYTES = 32
NAME = "ticket-key"
PLACE = "secrets.ticket-key"
S = tables.secrets.c
MAC_BYTES = 9
_FORM = re.compile(r"([0-9]{6})([a-z][0-9]{3,6})-([A-Za-z0-9_-]{12})")


class Signer:
    """Makes and checks tokens under one key."""

    def __init__(self, key: bytes, restores: Sequence[Restore] = ()) -> None:
        """`restores` are those of the ledger whose tickets are signed."""
        self._key = key
        self._restores: dict[str, list[Restore]] = {}
        for restore in restores:
            self._restores.setdefault(restore.business_day.replace("-", ""), []).append(restore)

    def token(self, ticket: str) -> str:
        """The token of a ticket id."""
        day, _, number = ticket.partition("-")
        return f"{day[2:]}{number}-{self._ticket_mac(ticket)}"

    def ticket(self, token: str) -> str | None:
        """The ticket id that a token stands for, or None for a token that this hall has not signed."""
        parts = _FORM.fullmatch(token)
        if parts is None:
            return None
        ticket = f"20{parts[1]}-{parts[2]}"
        return ticket if hmac.compare_digest(self._ticket_mac(ticket), parts[3]) else None

    def behind(self, day: date) -> int:
        """The numbers of a business day count from behind this one: 0, unless the ledger was restored on that day."""
        return max((restore.first for restore in self._restores.get(f"{day:%Y%m%d}", ())), default=0)

    def _ticket_mac(self, ticket: str) -> str:
        day, _, number = ticket.partition("-")
        salts = [r.salt for r in self._restores.get(day, ()) if int(number[1:]) > r.first]
        return self.mac(f"{ticket}#{salts[-1].hex()}" if salts else ticket)

    def mac(self, text: str) -> str:
        """72 bits of MAC over `text`, 12 characters that are safe in a URL."""
        digest = hmac.digest(self._key, text.encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:MAC_BYTES]).decode()

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (HKDF-Expand of RFC 5869): it tells nothing of the hall's key or of other ones."""
        return hmac.digest(self._key, purpose.encode() + b"\x01", "sha256")


def hall_key(connection: Connection) -> bytes:
    """The hall's key, made on the first start and kept in the ledger, sealed where the database has a sealer. Raise
    BadDatabase when it was sealed with another key than this server's."""
    kept = connection.execute(select(S.value).where(S.name == NAME)).scalar()
    sealer = connection.get_execution_options().get(SEALER)
    if kept is None:
        key = secrets.token_bytes(KEY_BYTES)
        connection.execute(tables.secrets.insert(), {"name": NAME, "value": _sealed(key, sealer)})
        return key
    if len(kept) == KEY_BYTES:
        return bytes(kept)  # an earlier version left it so, and `seal_hall_key` has not been there yet
    try:
        if sealer is None:
            raise NotReadable("this program was given no key")
        return bytes.fromhex(sealer.open(bytes(kept), PLACE))
    except NotReadable:
        raise BadDatabase(
            "the hall's key in the ledger cannot be opened: the key of the personal data (personal-data.key, in the state "
            "folder or a credential of systemd) is not the one with which it was sealed. Put that key back from the backup, "
            "the same for every server of the hall. Without a backup the codes on tickets and all sealed data are lost: delete "
            "the row 'ticket-key' of the table secrets, then the server makes a new key"
        ) from None


def seal_hall_key(connection: Connection) -> None:
    """Seal the key if an earlier version left it plain; nothing of it stays in SQLite's free pages."""
    sealer = connection.get_execution_options().get(SEALER)
    kept = connection.execute(select(S.value).where(S.name == NAME)).scalar()
    if sealer is None or kept is None or len(kept) != KEY_BYTES:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    connection.execute(update(tables.secrets).where(S.name == NAME).values(value=_sealed(bytes(kept), sealer)))


def _sealed(key: bytes, sealer: Sealer | None) -> bytes:
    return key if sealer is None else sealer.seal(key.hex(), PLACE)
