"""Reads the appointments that a booking platform or an office hands over, all of them sound or none.

Keys and columns: `queue_server.appointments.repository.Booking`. A time without an offset is the hall's. A queue may be named
as people know it.
"""

from __future__ import annotations

from datetime import tzinfo

from contract.configuration.hall import HallConfig
from contract.configuration.table import TextConfig
from queue_server.appointments.repository import Booking
from queue_server.row_files.reader import Choices, RowReader

TITLES = {
    "reference": "预约单号",
    "queue": "业务队列",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "name": "姓名",
    "person": "身份证号",
    "item": "事项编码",
}


def bookings(config: HallConfig) -> RowReader[Booking]:
    """How appointments are read in this hall."""
    queues = Choices(TextConfig(zh="业务队列", en="queue"), {queue.id: queue.name for queue in config.queue})
    times = ("starts_at", "ends_at")
    return RowReader(
        Booking, "appointments", TITLES, times=times, unique="reference", zone=config.zone, choices={"queue": queues}
    )


def local(booking: Booking, zone: tzinfo) -> Booking:
    """The booking in the hall's own time: by its days people are counted."""
    times = {"starts_at": booking.starts_at.astimezone(zone), "ends_at": booking.ends_at.astimezone(zone)}
    return booking.model_copy(update=times)
