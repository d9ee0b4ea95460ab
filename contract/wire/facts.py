"""What answers say of a ticket, an appointment, a case and a holder (docs/wire-contract.md).

Fields go onto the wire in the order in which they are written here. Instants are in the hall's time zone, to the second.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct, field

from contract.wire.case import CaseState, PaperKind
from contract.wire.messages import Level, Text, TicketClass, TicketState

Standing = Literal["early", "due", "late", "over", "checked-in", "cancelled", "no-show"]
DeadlineState = Literal["far", "near", "reached", "exceeded"]
HolderKind = Literal["person", "enterprise"]


class TicketFacts(Struct, frozen=True):
    """A ticket as it is now. `window` is where it is or was last called."""

    id: str
    number: str
    queue: str
    class_: TicketClass = field(name="class")
    item: str | None
    state: TicketState
    window: str | None
    issued_at: datetime
    business_day: str


class SignedTicket(TicketFacts, frozen=True):
    """A ticket with the token of its code, which only its holder gets."""

    token: str


class RateableService(Struct, frozen=True):
    """The last service of a ticket that has ended: its rating, if it has one, whether the token may still give one, and
    whether it may still say why (the rating has no reason)."""

    id: str
    window: str
    level: Level | None
    can_rate: bool
    can_explain: bool = False


class AppointmentFacts(Struct, frozen=True):
    """An appointment; the name is masked. Check-in is open from `opens_at`, `ticket` is what it was given."""

    id: str
    queue: str
    item: str | None
    name: str
    starts_at: datetime
    ends_at: datetime
    standing: Standing
    ticket: str | None
    opens_at: datetime
    code: str


class CaseStepFacts(Struct, frozen=True):
    """One thing that happened to a case."""

    on: date
    text: str


class CaseDeadline(Struct, frozen=True):
    """Where a case is against its promised day. Not `certain`: holidays of that year are not known yet."""

    on: date
    state: DeadlineState
    working_days: int
    certain: bool
    texts: Text
    colour: Text


class CaseFacts(Struct, frozen=True):
    """A case, the applicant masked; empty texts are unknown. `papers` are the kinds that may be printed."""

    number: str
    item: str
    item_code: str
    state: CaseState
    department: str
    applicant: str
    received_on: date
    promised_on: date | None
    legal_on: date | None
    handler: str
    contact: str
    reason: str
    basis: str
    missing: list[str]
    due_on: date | None
    materials: list[str]
    delivery: str
    steps: list[CaseStepFacts]
    state_texts: Text
    deadline: CaseDeadline | None
    papers: list[PaperKind]
    code: str


class HolderFacts(Struct, frozen=True):
    """Whom a service code identifies; a person's name is masked. `key` names them for print quotas, and nothing else."""

    kind: HolderKind
    name: str
    key: str
