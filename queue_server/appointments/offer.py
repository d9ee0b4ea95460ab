"""For what a hall gives appointments: its queues, its opening hours, the items that it publishes, and how many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from contract.configuration.hall import AppointmentRules, HallConfig
from queue_server.appointments.repository import Booking
from queue_server.domain.calendar import calendar_of
from queue_server.store.tables import item_versions

LATEST = timedelta(minutes=5)
"""So long after its start an appointment is still booked: whoever stands at the desk is given one for now."""
LONGEST = timedelta(hours=12)
Unfit = tuple[str, str, str]
"""The key that is at fault, the reason, and the reason in Chinese."""
V = item_versions.c


@dataclass(frozen=True)
class Offer:
    """`open_on` is when the hall is open on a day; with `any_hour` whoever is there may be booked for now, at whatever hour.
    `at_once` says how many appointments of a queue there may be at the same time, `items` (code in small letters → code) which
    items the hall publishes: any will do where it publishes none."""

    queues: frozenset[str]
    rules: AppointmentRules
    open_on: Callable[[date], list[tuple[datetime, datetime]]]
    any_hour: bool
    at_once: Mapping[str, int]
    items: Mapping[str, str]

    @classmethod
    def of(cls, config: HallConfig, items: Iterable[str] = ()) -> Offer:
        """What this hall gives appointments for; `items` are the codes of its published items."""
        return cls(
            queues=frozenset(queue.id for queue in config.queue),
            rules=config.rules.appointment,
            open_on=calendar_of(config).open_on,
            any_hour=config.rules.issue_outside_hours,
            at_once={queue.id: queue.appointments_at_once for queue in config.queue if queue.appointments_at_once is not None},
            items={code.lower(): code for code in items},
        )

    def faults(self, booking: Booking, now: datetime) -> tuple[Unfit, ...]:
        """All that is wrong with a booking, whoever else comes, at most one thing a key."""
        found = (self._queue(booking), self._time(booking, now), self._item(booking))
        return tuple(fault for fault in found if fault is not None)

    def _queue(self, booking: Booking) -> Unfit | None:
        if booking.queue in self.queues:
            return None
        names = sorted(self.queues)
        reason = f"there is no queue {booking.queue!r}; use one of {', '.join(names)}"
        return "queue", reason, f"没有业务队列 {booking.queue}，可用的有{'、'.join(names)}"

    def _item(self, booking: Booking) -> Unfit | None:
        if booking.item is None or not self.items or booking.item.lower() in self.items:
            return None
        reason = f"there is no item {booking.item!r} in the guides; look its code up, or leave it out"
        return "item", reason, f"办事指南里没有事项 {booking.item}，请核对编码，也可以不填"

    def _time(self, booking: Booking, now: datetime) -> Unfit | None:
        if not booking.starts_at < booking.ends_at <= booking.starts_at + LONGEST:
            return "ends_at", "ends_at must come after starts_at, on the same day", "结束时间要晚于开始时间，并在同一天"
        if booking.starts_at < now - LATEST:
            over = f"{booking.starts_at:%Y-%m-%d %H:%M}"
            return "starts_at", f"{over} is over; give a time to come", f"{over} 已经过去，请填以后的时间"
        last = now.astimezone(booking.starts_at.tzinfo).date() + timedelta(days=self.rules.days_ahead)
        if booking.starts_at.date() > last:
            return "starts_at", f"appointments are given up to {last}; choose an earlier day", f"最远只能约到 {last}，请换一天"
        return self._closed(booking, now)

    def item(self, booking: Booking) -> str | None:
        """The code of the booking's item as the guides write it."""
        return self.items.get(booking.item.lower(), booking.item) if booking.item is not None else None

    def _closed(self, booking: Booking, now: datetime) -> Unfit | None:
        """Why the hall is not open for the whole of a booking, or None."""
        if self.any_hour and abs(booking.starts_at - now) <= LATEST:
            return None
        sessions = _joined(self.open_on(booking.starts_at.date()))
        if any(opens <= booking.starts_at and booking.ends_at <= closes for opens, closes in sessions):
            return None
        day = booking.starts_at.date()
        if not sessions:
            return "starts_at", f"the hall is closed on {day}; choose another day", f"{day} 大厅不开门，请换一天"
        hours = ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in sessions)
        zh = f"{day} 的开放时间是 {hours.replace(', ', '、')}，请约在这段时间里"
        return "starts_at", f"the hall is open {hours} on {day}; choose a time within", zh


def published_items(connection: Connection) -> list[str]:
    """The codes of the items in the guides."""
    return list(connection.execute(select(V.code).where(V.state == "in-force")).scalars())


def _joined(sessions: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Sessions of which one begins when the other ends are one."""
    joined: list[tuple[datetime, datetime]] = []
    for opens, closes in sessions:
        if joined and joined[-1][1] == opens:
            joined[-1] = (joined[-1][0], closes)
        else:
            joined.append((opens, closes))
    return joined
