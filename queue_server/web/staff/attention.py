"""What a supervisor should look at now: long waits, long lines, long services, and who is free to help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.configuration.hall import HallConfig, Window
from contract.wire import messages
from queue_server.hall_access import PeopleWaiting


@dataclass(frozen=True)
class LateQueue:
    """A queue whose line is long, or whose first has waited long; the open windows that have nobody and could call."""

    id: str
    waiting: int
    longest: timedelta
    idle: tuple[Window, ...]


@dataclass(frozen=True)
class LateWindow:
    """A window that has had one ticket for long."""

    id: str
    number: str
    ticket: str
    since: timedelta


def late_queues(
    config: HallConfig, lines: Mapping[str, PeopleWaiting], windows: Mapping[str, messages.WindowState], now: datetime
) -> list[LateQueue]:
    """The queues beyond the hall's limits, the longest wait first."""
    found = []
    for queue, line in lines.items():
        longest = now - line.since
        if line.waiting > config.rules.long_line or longest >= timedelta(minutes=config.rules.long_wait_minutes):
            free = (w for w in config.windows_of(queue) if (state := windows.get(w.id)) and state.state == "idle")
            found.append(LateQueue(queue, line.waiting, longest, tuple(free)))
    return sorted(found, key=lambda late: late.longest, reverse=True)


def late_windows(config: HallConfig, windows: Mapping[str, messages.WindowState], now: datetime) -> list[LateWindow]:
    """The windows at which a service takes longer than the hall's limit."""
    limit = timedelta(minutes=config.rules.long_service_minutes)
    return [
        LateWindow(window.id, window.number, state.ticket.number, now - state.since)
        for window in config.window
        if (state := windows.get(window.id)) and state.state == "serving" and state.ticket and now - state.since >= limit
    ]
