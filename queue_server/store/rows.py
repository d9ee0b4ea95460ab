"""The rows that the services work on, as objects that are written back at the end of the unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from contract.wire.messages import Channel, TicketClass, TicketState, WindowCondition


@dataclass(slots=True)
class TicketRow:
    """One number. `rank` orders its line: the instant (seconds since 1970) from which it counts as standing there.

    `window` is where it is or was last called, `bound` the only window that may call it, `return_to` the window that
    gets it back after a transfer (in its old queue `return_queue`), `held_from` what it did before it was held,
    `recalls` how often it was called again, `services` how often a service began, `step` counts its periods, `reprints` the
    papers after the first.
    """

    id: str
    number: str
    queue: str
    class_: TicketClass
    business_day: str
    state: TicketState
    rank: float
    issued_at: datetime
    changed_at: datetime
    channel: Channel
    terminal: str | None = None
    item: str | None = None
    window: str | None = None
    bound: str | None = None
    return_to: str | None = None
    return_queue: str | None = None
    held_from: TicketState | None = None
    recalls: int = 0
    services: int = 0
    step: int = 0
    reprints: int = 0

    @property
    def service(self) -> str:
        """The id of its present or last service."""
        return f"{self.id}-s{self.services}"


class RatingQuestion(TypedDict):
    """What the rater of a window asks about: a service, its ticket's number, its item and the clerk who served."""

    service: str
    number: str
    item: str | None
    clerk: str | None


@dataclass(slots=True)
class WindowRow:
    """One window of today: `calls` counts the calls of the ticket at it, `ask` is the open question for a rating,
    `pause_reason` the code or the words that were given when it was paused."""

    id: str
    state: WindowCondition
    since: datetime
    clerk: str | None = None
    ticket: str | None = None
    calls: int = 0
    tally: int = 0
    ask: RatingQuestion | None = None
    ask_expires_at: datetime | None = None
    called_at: datetime | None = None
    pause_reason: str | None = None


@dataclass(slots=True)
class ServiceRow:
    """One handling of a ticket at a window: what is rated."""

    id: str
    ticket: str
    number: str
    queue: str
    item: str | None
    window: str
    clerk: str | None
    business_day: str
    called_at: datetime
    started_at: datetime
    ended_at: datetime | None = None
    ask_expires_at: datetime | None = None
