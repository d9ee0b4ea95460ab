"""What people want to read out of the ledger: the line, the next call, the figures of a day. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class WaitingTicket:
    """An open ticket that is at no window: waiting, printing, missed or held.

    `since` is when it got into that state, `window` the window it is bound to (a transfer) or was last at (missed, held).
    """

    id: str
    number: str
    queue: str
    class_: str
    since: datetime
    state: str
    window: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of periods. Counts are tickets or services, times are seconds."""

    issued: int = 0
    called: int = 0
    served: int = 0
    missed: int = 0
    cancelled: int = 0
    waiting_s: float = 0.0
    waited: int = 0
    serving_s: float = 0.0
    held_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DayReport:
    """One business day: figures by queue id and by window id, number of ratings by level (5 best .. 1 worst)."""

    day: date
    queues: dict[str, Figures]
    windows: dict[str, Figures]
    ratings: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating. `window` is the window's id, `clerk` the id of the clerk who served, `reasons` codes of the norm."""

    service: str
    ticket: str
    queue: str
    item: str | None
    window: str
    clerk: str | None
    level: int
    reasons: tuple[str, ...]
    text: str
    channel: str
    at: datetime
