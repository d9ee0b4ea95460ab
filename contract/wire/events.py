"""The facts that a hall publishes on `event/<type>`: one type an event, in the past tense (docs/wire-contract.md).

What is not known is left out. The server keeps the same facts, without `at`, for as long as it keeps anything.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct, field

from contract.wire.bounded import Count, Instant, Level, Name, Passage
from contract.wire.messages import Channel, RatingChannel, TechnicianDid, TicketClass, TicketState


class Event(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that has happened, `at` this instant in the hall's time zone."""

    type: ClassVar[str]
    at: Instant | None = None


class TicketEvent(Event, frozen=True, omit_defaults=True, kw_only=True):
    """Something happened to a ticket."""

    ticket: Name
    number: Name


class QueuedTicketEvent(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """Something happened to a ticket of this queue."""

    queue: Name


# --- tickets ---------------------------------------------------------------------------------------------------------


class TicketIssued(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """With `offline`, a kiosk gave it out by itself at `issued_at`: on paper, `on_screen`, or `unsure` after a power cut."""

    type = "ticket-issued"
    class_: TicketClass = field(name="class")
    channel: Channel
    terminal: Name | None = None
    item: Name | None = None
    appointment: Name | None = None
    issued_at: Instant | None = None
    offline: bool | None = None
    unsure: bool | None = None
    on_screen: bool | None = None


class TicketPrinted(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-printed"
    detail: Passage | None = None


class TicketVoid(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """It never came out on paper."""

    type = "ticket-void"
    detail: Passage | None = None


class TicketCalled(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """`why` it was this one's turn, or that a clerk has `chosen` it, for this reason."""

    type = "ticket-called"
    window: Name
    clerk: Name | None = None
    why: Passage | None = None
    chosen: bool | None = None
    reason: Passage | None = None


class TicketRecalled(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-recalled"
    window: Name
    calls: Count


class TicketMissed(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """Nobody came; its state is missed, or void where the hall's rules say so."""

    type = "ticket-missed"
    window: Name
    state: TicketState


class TicketHeld(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-held"
    window: Name


class TicketResumed(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-resumed"
    window: Name
    state: TicketState


class TicketTransferred(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """`window` is where it was, `returns` whether it comes back there."""

    type = "ticket-transferred"
    to_queue: Name | None = None
    to_window: Name | None = None
    window: Name | None = None
    returns: bool | None = None


class TicketRequeued(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-requeued"
    places: Count


class TicketReleased(TicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    """It was meant for a window that has closed, and is in its queue's line again."""

    type = "ticket-released"
    window: Name


class TicketCancelled(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-cancelled"
    reason: Passage | None = None


class TicketExpired(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-expired"


class TicketReprintOrdered(QueuedTicketEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-reprint-ordered"
    terminal: Name


class ReprintEvent(Event, frozen=True, omit_defaults=True, kw_only=True):
    """What came of a reprint."""

    queue: Name
    ticket: Name
    number: Name
    terminal: Name
    detail: Passage | None = None


class TicketReprinted(ReprintEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-reprinted"


class TicketReprintFailed(ReprintEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-reprint-failed"


class TicketReprintUnanswered(ReprintEvent, frozen=True, omit_defaults=True, kw_only=True):
    type = "ticket-reprint-unanswered"


class NumbersLeased(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "numbers-leased"
    queue: Name
    terminal: Name
    first: Name
    last: Name


class AppointmentsMissed(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "appointments-missed"
    count: Count


# --- services and windows --------------------------------------------------------------------------------------------


class ServiceStarted(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "service-started"
    ticket: Name
    service: Name
    window: Name
    clerk: Name | None = None


class ServiceFinished(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "service-finished"
    ticket: Name
    service: Name
    window: Name
    clerk: Name | None = None


class ServiceRated(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "service-rated"
    service: Name
    window: Name
    level: Level
    channel: RatingChannel


class RatingExplained(Event, frozen=True, omit_defaults=True, kw_only=True):
    """The citizen has said why, after the rating itself."""

    type = "rating-explained"
    service: Name
    window: Name


class RatingExpired(Event, frozen=True, omit_defaults=True, kw_only=True):
    """The question on the window's rater is over, and nobody has rated: its time is over, the next service began (`next`), or
    the day ended (`day`)."""

    type = "rating-expired"
    window: Name
    service: Name | None = None
    cause: Literal["time", "next", "day"] = "time"


class WindowOpened(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "window-opened"
    window: Name
    clerk: Name | None = None


class WindowTakenOver(Event, frozen=True, omit_defaults=True, kw_only=True):
    """Another clerk goes on at an open window."""

    type = "window-taken-over"
    window: Name
    clerk: Name | None = None


class WindowPaused(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "window-paused"
    window: Name
    clerk: Name | None = None
    reason: Passage | None = None


class WindowClosed(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "window-closed"
    window: Name
    clerk: Name | None = None
    reason: Passage | None = None


# --- technicians -----------------------------------------------------------------------------------------------------


class TechnicianRefused(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "technician-refused"
    terminal: Name


class TechnicianEntered(Event, frozen=True, omit_defaults=True, kw_only=True):
    type = "technician-entered"
    terminal: Name
    account: Name


class TechnicianActed(Event, frozen=True, omit_defaults=True, kw_only=True):
    """Something that was done behind a terminal's technician page, `done_at` by the terminal's clock."""

    type = "technician-did"
    terminal: Name
    done_at: Name
    act: TechnicianDid
    subject: Name | None = None
    result: Name | None = None


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
