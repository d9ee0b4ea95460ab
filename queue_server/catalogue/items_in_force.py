"""What the ledger asks of the hall's service items: whether a ticket can be for one."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import Connection, select

from contract.wire import codec
from queue_server.store.tables import item_versions

V = item_versions.c
IN_FORCE = V.state == "in-force"


class _Kept(Struct):
    """What is read here of an item."""

    queue: str


def queue_of(connection: Connection, item: str) -> str | None:
    """The queue of an item in force, by its code in whichever letters; None for one that the hall does not have."""
    content = connection.execute(select(V.content).where(IN_FORCE, V.code == item.upper())).scalar()
    return None if content is None else codec.decode(content, _Kept).queue


def has_items(connection: Connection) -> bool:
    """Whether the hall keeps a catalogue at all; without one an item is whatever its programs call it."""
    return connection.execute(select(V.code).where(IN_FORCE).limit(1)).first() is not None
