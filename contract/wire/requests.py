"""The requests of the wire contract, version 1: one type a verb (docs/wire-contract.md).

They are read and written by `messages.decode` and `messages.encode`, by the same rules as every other payload.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from contract.wire.messages import Channel, Id, Level, Phrase, ScannedCode, TicketClass


class IssueTicket(Struct, frozen=True):
    queue: Id
    channel: Channel
    class_: TicketClass = field(name="class", default="ordinary")
    item: str | None = None
    terminal: Id | None = None
    appointment: ScannedCode | None = None
    """The code of an appointment: this is its check-in."""


class ConfirmPrint(Struct, frozen=True):
    ticket: Id
    result: Literal["printed", "failed"]
    detail: Phrase = ""


class CallNext(Struct, frozen=True):
    window: Id
    queue: Id | None = None


class CallTicket(Struct, frozen=True):
    window: Id
    ticket: str
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class AtWindow(Struct, frozen=True):
    """A verb on the ticket at a window, or on a ticket named directly; one of the two is needed."""

    window: Id | None = None
    ticket: Id | None = None


class Transfer(Struct, frozen=True):
    """To a queue or to a window; with `return`, the ticket comes back to this window afterwards."""

    window: Id | None = None
    ticket: Id | None = None
    to_queue: Id | None = None
    to_window: Id | None = None
    return_: bool = field(name="return", default=False)


class Requeue(Struct, frozen=True):
    window: Id | None = None
    ticket: Id | None = None
    places: Annotated[int, Meta(ge=0, le=100)] | None = None


class CancelTicket(Struct, frozen=True):
    ticket: Id | None = None
    token: str | None = None
    reason: Phrase = ""


class ChangeWindow(Struct, frozen=True):
    window: Id
    clerk: Id | None = None
    reason: Phrase = ""


class Rate(Struct, frozen=True):
    """level 5 very satisfied .. 1 very dissatisfied; reasons are codes of the evaluation norm (510, 108, ...)."""

    level: Level
    channel: str
    service: Id | None = None
    token: str | None = None
    reasons: list[str] = []
    text: Annotated[str, Meta(max_length=150)] = ""


class Lookup(Struct, frozen=True):
    """A ticket by its id, its number of today, or its token."""

    ticket: Annotated[str, Meta(max_length=64)] | None = None
    token: str | None = None


class ReprintTicket(Struct, frozen=True):
    """A ticket that the staff wants on paper once more, at this terminal."""

    ticket: Id
    terminal: Id


class ConfirmReprint(Struct, frozen=True):
    """What came of it; `unknown` when the terminal did not answer."""

    ticket: Id
    terminal: Id
    result: Literal["printed", "failed", "unknown"]
    detail: Phrase = ""


class Scan(Struct, frozen=True):
    """Whatever somebody held under the scanner."""

    code: ScannedCode
    terminal: Id | None = None


class FindCase(Struct, frozen=True):
    """A case by its number and the last four characters of the applicant's ID number."""

    number: Annotated[str, Meta(min_length=1, max_length=64)]
    last_four: Annotated[str, Meta(pattern="^[0-9]{3}[0-9Xx]$")]
    terminal: Id | None = None


class LeaseNumbers(Struct, frozen=True):
    """Numbers of a queue that a kiosk may give out by itself today, should it lose the server."""

    queue: Id
    terminal: Id
    count: Annotated[int, Meta(ge=1, le=99)]


class OfflineTicket(Struct, frozen=True):
    """A number that a kiosk has given out by itself. `unsure`: the power went while it was being printed."""

    ticket: Id
    issued_at: Annotated[datetime, Meta(tz=True)]
    result: Literal["printed", "shown", "failed", "unsure"]
    class_: TicketClass = field(name="class", default="ordinary")
    item: Annotated[str, Meta(max_length=200)] | None = None


class MergeTickets(Struct, frozen=True):
    terminal: Id
    tickets: Annotated[list[OfflineTicket], Meta(min_length=1, max_length=50)]


class CheckTechnicianCode(Struct, frozen=True):
    """The one-time code that a technician typed; the terminal is whoever asks."""

    code: Annotated[str, Meta(pattern="^[0-9]{8}$")]


class FetchTechnicianSecret(Struct, frozen=True):
    """The secret of the time-based codes of the terminal that asks."""


TechnicianDid = Literal["entered-offline", "refused-offline", "tested", "viewed", "restart", "reboot", "left"]


class TechnicianAct(Struct, frozen=True):
    """Something that was done behind a terminal's technician page. `number` counts up from 1 in one diary; `subject` is the
    device or page, `result` ok or the trouble in a word."""

    number: Annotated[int, Meta(ge=1)]
    at: datetime
    act: TechnicianDid
    subject: Annotated[str, Meta(max_length=64)] = ""
    result: Annotated[str, Meta(max_length=64)] = ""


class TellTechnicianActs(Struct, frozen=True):
    """Acts in the order of their numbers; those that the server knows already change nothing."""

    diary: Annotated[str, Meta(pattern="^[0-9a-f-]{36}$")]
    acts: Annotated[list[TechnicianAct], Meta(min_length=1, max_length=50)]


REQUESTS: dict[str, type[Struct]] = {
    "issue-ticket": IssueTicket,
    "confirm-print": ConfirmPrint,
    "call-next": CallNext,
    "call-ticket": CallTicket,
    "recall": AtWindow,
    "start-service": AtWindow,
    "finish-service": AtWindow,
    "no-show": AtWindow,
    "hold": AtWindow,
    "resume": AtWindow,
    "transfer": Transfer,
    "requeue": Requeue,
    "cancel-ticket": CancelTicket,
    "open-window": ChangeWindow,
    "pause-window": ChangeWindow,
    "close-window": ChangeWindow,
    "rate": Rate,
    "lookup": Lookup,
    "reprint-ticket": ReprintTicket,
    "confirm-reprint": ConfirmReprint,
    "scan": Scan,
    "find-case": FindCase,
    "lease-numbers": LeaseNumbers,
    "merge-tickets": MergeTickets,
    "check-technician-code": CheckTechnicianCode,
    "fetch-technician-secret": FetchTechnicianSecret,
    "tell-technician-acts": TellTechnicianActs,
}
