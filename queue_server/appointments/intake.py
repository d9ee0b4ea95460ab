"""Takes bookings in, whoever hands them over, and gives each its code: the text in its QR code, and its page on the phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from contract.configuration.hall import HallConfig
from contract.wire.scanned_code import PREFIXES
from queue_server.appointments import repository
from queue_server.appointments.repository import Appointment, Booking
from queue_server.appointments.row_format import local
from queue_server.codes.seal import code_of
from queue_server.codes.signer import Signer, hall_key


@dataclass(frozen=True)
class BookedAppointment:
    """An appointment with its code. `address` opens it on the phone; "" in a hall whose pages have no address of their own."""

    appointment: Appointment
    code: str
    address: str = ""

    @property
    def qr(self) -> str:
        """What its QR code holds: the kiosk reads either."""
        return self.address or self.code


def take_in(
    writer: Engine, config: HallConfig, numbered: Sequence[tuple[int, Booking]], now: datetime
) -> list[BookedAppointment]:
    """Take bookings in with the rows in which they stand, all or none: raise NotBooked."""
    with writer.begin() as connection:
        signer = Signer(hall_key(connection))
        made = repository.book(
            connection,
            signer,
            [local(booking, config.zone) for _, booking in numbered],
            now=now,
            queues=[queue.id for queue in config.queue],
            rules=config.rules.appointment,
            rows=[row for row, _ in numbered],
        )
    return [with_code(signer, config, appointment) for appointment in made]


def with_code(signer: Signer, config: HallConfig, appointment: Appointment) -> BookedAppointment:
    """An appointment with its code and its address."""
    code = code_of(signer, "appointment", config.hall.id, appointment.id)
    web = config.hall.web_address
    return BookedAppointment(appointment, code, f"{web}/a/{code.removeprefix(PREFIXES['appointment'])}" if web else "")
