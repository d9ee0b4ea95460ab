"""What answers say of a ticket, an appointment, a case and a holder (docs/wire-contract.md).

Fields go onto the wire in the order in which they are written here. Instants are in the hall's time zone, to the second.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from contract.wire.bounded import Days, Instant, Level, Name, Names, Passage, Phrase
from contract.wire.case import CaseState, PaperKind
from contract.wire.messages import Text, TicketClass, TicketState

Standing = Literal["early", "due", "late", "over", "checked-in", "cancelled", "no-show"]
DeadlineState = Literal["far", "near", "reached", "exceeded"]
HolderKind = Literal["person", "enterprise"]


class TicketFacts(Struct, frozen=True):
    """A ticket as it is now. `window` is where it is or was last called."""

    id: Name
    number: Name
    queue: Name
    class_: TicketClass = field(name="class")
    item: Name | None
    state: TicketState
    window: Name | None
    issued_at: Instant
    business_day: Name


class SignedTicket(TicketFacts, frozen=True):
    """A ticket with the token of its code, which only its holder gets."""

    token: Name


class SentOn(Struct, frozen=True):
    """Where a ticket that waits was sent: the one window that calls it, None for the line of another queue; and the window to
    which it goes back afterwards."""

    window: Name | None
    returns_to: Name | None


class RateableService(Struct, frozen=True):
    """The last service of a ticket that has ended: its rating, if it has one, whether the token may still give one, and
    whether it may still say why (the rating has no reason)."""

    id: Name
    window: Name
    level: Level | None
    can_rate: bool
    can_explain: bool = False


class AppointmentFacts(Struct, frozen=True):
    """An appointment; the name is masked. Check-in is open from `opens_at`, `ticket` is what it was given."""

    id: Name
    queue: Name
    item: Name | None
    name: Name
    starts_at: Instant
    ends_at: Instant
    standing: Standing
    ticket: Name | None
    opens_at: Instant
    code: Passage


class CaseStepFacts(Struct, frozen=True):
    """One thing that happened to a case."""

    on: date
    text: Phrase


class CaseDeadline(Struct, frozen=True):
    """Where a case is against its promised day. Not `certain`: holidays of that year are not known yet."""

    on: date
    state: DeadlineState
    working_days: Days
    certain: bool
    texts: Text
    colour: Text


class CaseFacts(Struct, frozen=True):
    """A case, the applicant masked; empty texts are unknown. `papers` are the kinds that may be printed."""

    number: Name
    item: Name
    item_code: Name
    state: CaseState
    department: Name
    applicant: Name
    received_on: date
    promised_on: date | None
    legal_on: date | None
    handler: Name
    contact: Name
    reason: Passage
    basis: Passage
    missing: Names
    due_on: date | None
    materials: Names
    delivery: Name
    steps: Annotated[list[CaseStepFacts], Meta(max_length=1000)]
    state_texts: Text
    deadline: CaseDeadline | None
    papers: Annotated[list[PaperKind], Meta(max_length=10)]
    code: Passage


class HolderFacts(Struct, frozen=True):
    """Whom a service code identifies; a person's name is masked. `key` names them for print quotas, and nothing else."""

    kind: HolderKind
    name: Name
    key: Name
