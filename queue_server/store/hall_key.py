"""The hall's own key: it signs the codes on tickets, and what is derived from it the rows of the logs."""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy import Connection, select, update

from queue_server.privacy import NotReadable, Sealer
from queue_server.store import tables
from queue_server.store.errors import BadDatabase

SEALER = "sealer"
"""The option of a connection that carries what seals the hall's secrets."""
KEY_BYTES = 32
NAME = "ticket-key"
PLACE = "secrets.ticket-key"
S = tables.secrets.c


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


def log_key(connection: Connection) -> bytes:
    """The key of the logs, derived from the hall's (HKDF-Expand of RFC 5869). Raise BadDatabase."""
    return hmac.digest(hall_key(connection), b"logs\x01", "sha256")
