"""Reads the appointments that a booking platform or an office hands over, as JSON or CSV, all of them sound or none.

Keys and columns: `queue_server.appointments.repository.Booking`. A time in a CSV is the hall's; in JSON it has an offset.
"""

from __future__ import annotations

from datetime import tzinfo

from queue_server.appointments.repository import Booking
from queue_server.row_files import RowReader

TITLES = {
    "reference": "预约单号",
    "queue": "业务队列",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "name": "姓名",
    "person": "身份证号",
    "item": "事项编码",
}


def bookings(zone: tzinfo) -> RowReader[Booking]:
    """How appointments are read in a hall of this time zone."""
    return RowReader(Booking, "appointments", TITLES, unique="reference", zone=zone)


def local(booking: Booking, zone: tzinfo) -> Booking:
    """The booking in the hall's own time: by its days people are counted."""
    times = {"starts_at": booking.starts_at.astimezone(zone), "ends_at": booking.ends_at.astimezone(zone)}
    return booking.model_copy(update=times)
