"""What the staff may take in by file: appointments and cases, on pages of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from contract.wire.case import Case
from queue_server.appointments.intake import take_in as book
from queue_server.appointments.repository import Booking
from queue_server.appointments.row_format import bookings
from queue_server.cases.intake import take_in as put
from queue_server.cases.row_format import CASES
from queue_server.domain.calendar import calendar_of
from queue_server.row_files.taken import TakenIn
from queue_server.store.database import Database
from queue_server.web.site import Site
from queue_server.web.staff.file_import import ImportKind


def appointments(site: Site, database: Database) -> ImportKind[Booking]:
    """At `/appointments/import`."""

    def example() -> dict[str, str]:
        opens = calendar_of(site.config).next_opening(site.clock()) or site.now()
        queue = site.config.queue[0].name.zh
        times = {"starts_at": f"{opens:%Y-%m-%d %H:%M}", "ends_at": f"{opens + timedelta(minutes=30):%Y-%m-%d %H:%M}"}
        return {"reference": "YY-001", "queue": queue, **times, "name": "张三"}

    def take(numbered: Sequence[tuple[int, Booking]]) -> TakenIn:
        made = book(database, site.config, numbered, site.clock())
        known = sum(one.known for one in made)
        return TakenIn(len(made) - known, known)

    return ImportKind("/appointments", bookings(site.config), take, example)


def cases(site: Site, database: Database) -> ImportKind[Case]:
    """At `/cases/import`."""

    def example() -> dict[str, str]:
        return {
            "number": "BJ-001",
            "item": "食品经营许可",
            "state": "已受理",
            "department": "市场监管局",
            "applicant": "张三",
            "id_last_four": "001X",
            "received_on": f"{site.today()}",
            "promised_on": f"{site.today() + timedelta(days=10)}",
        }

    def take(numbered: Sequence[tuple[int, Case]]) -> TakenIn:
        return put(database, numbered, site.clock())

    return ImportKind("/cases", CASES, take, example)
