"""The answers of the wire contract, version 1: one type an answer, which some verbs share (docs/wire-contract.md).

Fields go onto the wire in the order in which they are written here. Instants are in the hall's time zone, to the second.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, TypeVar, cast

from msgspec import UNSET, Meta, Struct, UnsetType, field

from contract.wire import codec
from contract.wire.bounded import Count, Instant, Level, Name, Names, Phrase, Sentence
from contract.wire.facts import (
    AppointmentFacts,
    CaseFacts,
    HolderFacts,
    RateableService,
    SentOn,
    SignedTicket,
    TicketFacts,
)
from contract.wire.messages import (
    ErrorCode,
    Estimate,
    RatingChannel,
    Text,
    TicketState,
    WindowClerk,
    WindowCondition,
    WindowTicket,
)

T = TypeVar("T")


class Error(Struct, frozen=True, omit_defaults=True):
    """Why a request was refused. `texts` says to people what `hint` says to programs' authors."""

    code: ErrorCode
    message: Sentence
    hint: Sentence = ""
    texts: Text | None = None


class Answer(Struct, frozen=True, omit_defaults=True):
    """What comes back for every request: `data` with status ok, `error` with status error.

    `data` is the verb's answer where the server made it, and JSON's own kinds where it came over the wire: `of` reads both.
    """

    status: Literal["ok", "error"]
    data: object = None
    error: Error | None = None


def of(answer: Answer, kind: type[T]) -> T | None:
    """What a verb answered, as the type of its answer; None for an error, and for data that are not of this type."""
    if answer.status != "ok" or answer.data is None:
        return None
    try:
        return codec.convert(answer.data, kind)
    except codec.Illegal:
        return None


# --- tickets ---------------------------------------------------------------------------------------------------------


class IssueAnswer(Struct, frozen=True):
    """A ticket, how many are ahead of it, and the windows that call it: those at work. Without an estimate none of them works
    now, and `windows` are all that may call it; `opens_at` says from when on, where that is known."""

    ticket: SignedTicket
    ahead: Count
    estimate_s: Estimate | None
    windows: Names
    opens_at: Instant | None = None


class TicketAnswer(Struct, frozen=True):
    """The ticket as the verb left it."""

    ticket: TicketFacts


class CallAnswer(Struct, frozen=True, omit_defaults=True):
    """The ticket that is called, how many still wait for this window, and why it is this one's turn."""

    ticket: TicketFacts
    waiting: Count
    why: Text | None = None


class RecallAnswer(Struct, frozen=True):
    """How often the ticket was called at the window."""

    ticket: TicketFacts
    calls: Count


class ServiceAnswer(Struct, frozen=True):
    """The id of the service that began or ended."""

    ticket: TicketFacts
    service: Name


class LookupAnswer(Struct, frozen=True):
    """How a ticket is now. `service` is its last one, or the call that nobody is said to have come for; left out before its
    first one, and null while that one runs. `sent` is there while it waits and was sent on."""

    ticket: TicketFacts
    ahead: Count
    estimate_s: Estimate | None
    windows: Names
    opens_at: Instant | None = None
    service: RateableService | UnsetType | None = UNSET
    sent: SentOn | UnsetType = UNSET


# --- windows and ratings ---------------------------------------------------------------------------------------------


class WindowAnswer(Struct, frozen=True):
    """A window as the verb left it."""

    window: Name
    state: WindowCondition
    ticket: WindowTicket | None
    clerk: WindowClerk | None
    calls: Count
    since: Instant


class KeptRating(Struct, frozen=True):
    """A rating as it is kept; `window_number` is the number over the window."""

    service: Name
    ticket: Name
    queue: Name
    item: Name | None
    window: Name
    clerk: Name | None
    level: Level
    reasons: Names
    text: Phrase
    channel: RatingChannel
    business_day: Name
    at: Instant
    window_number: Name


class RateAnswer(Struct, frozen=True):
    rating: KeptRating


# --- appointments, cases, codes --------------------------------------------------------------------------------------


class CaseAnswer(Struct, frozen=True):
    case: CaseFacts


class AppointmentAnswer(Struct, frozen=True):
    appointment: AppointmentFacts


class TicketScan(Struct, frozen=True, tag_field="kind", tag="ticket"):
    token: Name
    ticket: TicketFacts
    ahead: Count
    estimate_s: Estimate | None
    windows: Names
    opens_at: Instant | None = None
    service: RateableService | UnsetType | None = UNSET
    sent: SentOn | UnsetType = UNSET


class GuideScan(Struct, frozen=True, tag_field="kind", tag="guide"):
    item: Name


class AppointmentScan(Struct, frozen=True, tag_field="kind", tag="appointment"):
    appointment: AppointmentFacts


class CaseScan(Struct, frozen=True, tag_field="kind", tag="case"):
    case: CaseFacts


class HolderScan(Struct, frozen=True, tag_field="kind", tag="holder"):
    holder: HolderFacts
    appointments: Annotated[list[AppointmentFacts], Meta(max_length=1000)]
    cases: Annotated[list[CaseFacts], Meta(max_length=1000)]


ScanAnswer: TypeAlias = TicketScan | GuideScan | AppointmentScan | CaseScan | HolderScan
"""What a scanned code is."""


def of_scan(answer: Answer) -> ScanAnswer | None:
    """What a scanned code is; None for an error, and for data that are no answer to a scan."""
    return of(answer, cast(Any, ScanAnswer))


# --- numbers on lease ------------------------------------------------------------------------------------------------


class OpenTime(Struct, frozen=True):
    """A time in which the hall is open."""

    from_: Instant = field(name="from")
    until: Instant


class LeasedTicket(Struct, frozen=True):
    ticket: Name
    number: Name
    token: Name


class LeaseAnswer(Struct, frozen=True):
    """Numbers that are the asking kiosk's alone, for tickets given out on the business day, before `expires`."""

    queue: Name
    business_day: Name
    leased_at: Instant
    expires: Instant
    open: Annotated[list[OpenTime], Meta(max_length=100)]
    windows: Names
    numbers: Annotated[list[LeasedTicket], Meta(max_length=1000)]


class MergedTicket(Struct, frozen=True):
    """How a ticket that a kiosk gave out is now; `refused` when the number was never this kiosk's."""

    id: Name
    state: TicketState | Literal["refused"]


class MergeAnswer(Struct, frozen=True):
    tickets: Annotated[list[MergedTicket], Meta(max_length=1000)]


# --- technicians -----------------------------------------------------------------------------------------------------


class TechnicianAnswer(Struct, frozen=True):
    """The account for which the code was made."""

    technician: Name


class SecretAnswer(Struct, frozen=True):
    """The key of the terminal's time-based codes, as 64 hexadecimal digits."""

    secret: Name


class ActsAnswer(Struct, frozen=True):
    """The number of the last act in the log."""

    known: Count
