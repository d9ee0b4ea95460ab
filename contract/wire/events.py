"""The facts that a hall publishes on `event/<type>`: one type an event, in the past tense (docs/wire-contract.md).

What is not known is left out. The server keeps the same facts, without `at`, for as long as it keeps anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct, field

from contract.wire.messages import Channel, Level, RatingChannel, TechnicianDid, TicketClass, TicketState


class Event(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that has happened, `at` this instant in the hall's time zone."""

    type: ClassVar[str]
    at: datetime | None = None


class TicketEvent(Event, frozen=True, omit_defaults=True, kw_only=True):
    """Something happened to a ticket."""

    ticket: str
    number: str


class QueuedTicketEvent(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """Something happened to a ticket of this queue."""

    queue: str


# --- tickets ---------------------------------------------------------------------------------------------------------


class TicketIssued(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """With `offline`, a kiosk gave it out by itself at `issued_at`: on paper, `on_screen`, or `unsure` after a power cut."""

    type = "ticket-issued"
    class_: TicketClass = field(name="class")
    channel: Channel
    terminal: str | None = None
    item: str | None = None
    appointment: str | None = None
    issued_at: datetime | None = None
    offline: bool | None = None
    unsure: bool | None = None
    on_screen: bool | None = None


class TicketPrinted(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-printed"
    detail: str | None = None


class TicketVoid(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """It never came out on paper."""

    type = "ticket-void"
    detail: str | None = None


class TicketCalled(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """`why` it was this one's turn, or that a clerk has `chosen` it, for this reason."""

    type = "ticket-called"
    window: str
    clerk: str | None = None
    why: str | None = None
    chosen: bool | None = None
    reason: str | None = None


class TicketRecalled(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-recalled"
    window: str
    calls: int


class TicketMissed(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """Nobody came; its state is missed, or void where the hall's rules say so."""

    type = "ticket-missed"
    window: str
    state: TicketState


class TicketHeld(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-held"
    window: str


class TicketResumed(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-resumed"
    window: str
    state: TicketState


class TicketTransferred(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """`window` is where it was, `returns` whether it comes back there."""

    type = "ticket-transferred"
    to_queue: str | None = None
    to_window: str | None = None
    window: str | None = None
    returns: bool | None = None


class TicketRequeued(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-requeued"
    places: int


class TicketReleased(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """It was meant for a window that has closed, and is in its queue's line again."""

    type = "ticket-released"
    window: str


class TicketCancelled(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-cancelled"
    reason: str | None = None


class TicketExpired(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-expired"


class TicketReprintOrdered(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-reprint-ordered"
    terminal: str


class ReprintEvent(Event, frozen=True, omit_defaults=True, kw_only=True):
    """What came of a reprint."""

    queue: str
    ticket: str
    number: str
    terminal: str
    detail: str | None = None


class TicketReprinted(ReprintEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-reprinted"


class TicketReprintFailed(ReprintEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-reprint-failed"


class TicketReprintUnanswered(ReprintEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-reprint-unanswered"


class NumbersLeased(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "numbers-leased"
    queue: str
    terminal: str
    first: str
    last: str


class AppointmentsMissed(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "appointments-missed"
    count: int


# --- services and windows --------------------------------------------------------------------------------------------


class ServiceStarted(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "service-started"
    ticket: str
    service: str
    window: str
    clerk: str | None = None


class ServiceFinished(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "service-finished"
    ticket: str
    service: str
    window: str
    clerk: str | None = None


class ServiceRated(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "service-rated"
    service: str
    window: str
    level: Level
    channel: RatingChannel


class RatingExplained(Event, frozen=True, omit_defaults=True, kw_only=True):
    """The citizen has said why, after the rating itself."""

    type = "rating-explained"
    service: str
    window: str


class RatingExpired(Event, frozen=True, omit_defaults=True, kw_only=True):
    """The question on the window's rater is over, and nobody has rated: its time is over, the next service began (`next`), or
    the day ended (`day`)."""

    type = "rating-expired"
    window: str
    service: str | None = None
    cause: Literal["time", "next", "day"] = "time"


class WindowOpened(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "window-opened"
    window: str
    clerk: str | None = None


class WindowTakenOver(Event, frozen=True, omit_defaults=True, kw_only=True):
    """Another clerk goes on at an open window."""

    type = "window-taken-over"
    window: str
    clerk: str | None = None


class WindowPaused(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "window-paused"
    window: str
    clerk: str | None = None
    reason: str | None = None


class WindowClosed(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "window-closed"
    window: str
    clerk: str | None = None
    reason: str | None = None


# --- technicians -----------------------------------------------------------------------------------------------------


class TechnicianRefused(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "technician-refused"
    terminal: str


class TechnicianEntered(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "technician-entered"
    terminal: str
    account: str


class TechnicianActed(Event, frozen=True, omit_defaults=True, kw_only=True):
    """Something that was done behind a terminal's technician page, `done_at` by the terminal's clock."""

    type = "technician-did"
    terminal: str
    done_at: str
    act: TechnicianDid
    subject: str | None = None
    result: str | None = None


EVENTS: dict[str, type[Event]] = {
    kind.type: kind
    for kind in (
        TicketIssued, TicketPrinted, TicketVoid, TicketCalled, TicketRecalled, TicketMissed, TicketHeld, TicketResumed,
        TicketTransferred, TicketRequeued, TicketReleased, TicketCancelled, TicketExpired, TicketReprintOrdered,
        TicketReprinted, TicketReprintFailed, TicketReprintUnanswered, NumbersLeased, AppointmentsMissed,
        ServiceStarted, ServiceFinished, ServiceRated, RatingExplained, RatingExpired, WindowOpened, WindowTakenOver,
        WindowPaused, WindowClosed, TechnicianRefused, TechnicianEntered, TechnicianActed,
    )
}  # fmt: skip
"""By the last level of its topic."""
