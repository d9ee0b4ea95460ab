"""Takes cases in, whoever hands them over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from contract.wire.case import Case
from queue_server.cases import repository
from queue_server.codes.signer import Signer, hall_key


def take_in(writer: Engine, numbered: Sequence[tuple[int, Case]], now: datetime) -> int:
    """Take cases in, each with the row of its file; return how many they are."""
    with writer.begin() as connection:
        return repository.put(connection, Signer(hall_key(connection)), [case for _, case in numbered], now)
