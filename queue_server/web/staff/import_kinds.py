"""What the staff may take in by file: appointments and cases, on pages of one kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from queue_server.appointments.intake import take_in
from queue_server.appointments.row_format import bookings
from queue_server.cases import repository
from queue_server.cases.row_format import CASES
from queue_server.codes.signer import Signer, hall_key
from queue_server.store.database import Database
from queue_server.web.site import Site
from queue_server.web.staff.file_import import ImportKind


def appointments(site: Site, database: Database) -> ImportKind:
    """At `/appointments/import`."""
    config = site.config
    day = f"{datetime.now(config.zone) + timedelta(days=1):%Y-%m-%d}"
    example = {"reference": "YY-0001", "queue": config.queue[0].id, "starts_at": f"{day} 09:30", "ends_at": f"{day} 10:00",
               "name": "张三"}  # fmt: skip

    def take(numbered: list[tuple[int, Any]]) -> int:
        return len(take_in(database.writer, config, numbered, datetime.now(UTC)))

    return ImportKind("/appointments", bookings(config.zone), take, example)


def cases(site: Site, database: Database) -> ImportKind:
    """At `/cases/import`."""
    today = datetime.now(site.config.zone).date()
    example = {"number": "WS-2026-0001", "item": "食品经营许可", "state": "已受理", "department": "市场监管局",
               "applicant": "张三", "id_last_four": "001X",
               "received_on": f"{today}", "promised_on": f"{today + timedelta(days=10)}"}  # fmt: skip

    def take(numbered: list[tuple[int, Any]]) -> int:
        with database.writer.begin() as connection:
            return repository.put(connection, Signer(hall_key(connection)), [case for _, case in numbered], datetime.now(UTC))

    return ImportKind("/cases", CASES, take, example)
