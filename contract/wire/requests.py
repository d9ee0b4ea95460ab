"""The requests of the wire contract, version 1: what each verb takes and answers, and who asks (docs/wire-contract.md)."""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from contract.wire import answers
from contract.wire.bounded import Id, Instant, Level, Name, Passage, Phrase, Reported, ScannedCode
from contract.wire.messages import Channel, RatingChannel, TechnicianDid, TicketClass
from contract.wire.topics import CROWD, OWN_HALL, OWN_KEYPAD, OWN_RATER, OWN_RATING, OWN_SCREEN, Party

TicketName = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]+\Z", max_length=64)]
"""A ticket's id, or its number of today as it is printed. What is neither is an unknown ticket: people type it."""


class IssueTicket(Struct, frozen=True):
    queue: Id
    channel: Channel
    class_: TicketClass = field(name="class", default="ordinary")
    item: Passage | None = None
    terminal: Id | None = None
    appointment: ScannedCode | None = None
    """The code of an appointment: this is its check-in."""


class ConfirmPrint(Struct, frozen=True):
    ticket: TicketName
    result: Literal["printed", "failed"]
    detail: Phrase = ""


class CallNext(Struct, frozen=True):
    window: Id
    queue: Id | None = None


class CallTicket(Struct, frozen=True):
    window: Id
    ticket: TicketName
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class AtWindow(Struct, frozen=True):
    """A verb on the ticket at a window, or on a ticket named directly; one of the two is needed."""

    window: Id | None = None
    ticket: TicketName | None = None


class Transfer(Struct, frozen=True):
    """To a queue or to a window; with `return`, the ticket comes back to this window afterwards."""

    window: Id | None = None
    ticket: TicketName | None = None
    to_queue: Id | None = None
    to_window: Id | None = None
    return_: bool = field(name="return", default=False)


class Requeue(Struct, frozen=True):
    window: Id | None = None
    ticket: TicketName | None = None
    places: Annotated[int, Meta(ge=0, le=100)] | None = None


class CancelTicket(Struct, frozen=True):
    ticket: TicketName | None = None
    token: Passage | None = None
    reason: Phrase = ""


class ChangeWindow(Struct, frozen=True):
    """`clerk` is on duty from now on; left out, whoever is there stays, or with `stand_in` somebody whom nobody names works
    there. `confirmed` says that a person has answered the question of an `in-use`."""

    window: Id
    clerk: Id | None = None
    reason: Phrase = ""
    stand_in: bool = False
    confirmed: bool = False


class Rate(Struct, frozen=True):
    """level 5 very satisfied .. 1 very dissatisfied; reasons are codes of the evaluation norm (510, 108, ...).

    `unexplained`: a bad level that the citizen gave no reason for, which is kept all the same. A rating without reasons and
    text takes them later, by a second request with the same level.
    """

    level: Level
    channel: RatingChannel
    service: Id | None = None
    token: Passage | None = None
    reasons: Annotated[list[Name], Meta(max_length=50)] = []
    text: Annotated[str, Meta(max_length=150)] = ""
    unexplained: bool = False


class LookupTicket(Struct, frozen=True):
    """A ticket by its id, its number of today, or its token."""

    ticket: TicketName | None = None
    token: Passage | None = None


class ReprintTicket(Struct, frozen=True):
    """A ticket that the staff wants on paper once more, at this terminal."""

    ticket: TicketName
    terminal: Id


class ConfirmReprint(Struct, frozen=True):
    """What came of it; `unknown` when the terminal did not answer."""

    ticket: TicketName
    terminal: Id
    result: Literal["printed", "failed", "unknown"]
    detail: Phrase = ""


class ScanCode(Struct, frozen=True):
    """Whatever somebody held under the scanner."""

    code: ScannedCode
    terminal: Id | None = None


class FindCase(Struct, frozen=True):
    """A case by its number and the last four characters of the applicant's ID number, or of an enterprise's credit code."""

    number: Annotated[str, Meta(min_length=1, max_length=64)]
    last_four: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{4}\Z")]
    terminal: Id | None = None


class FindAppointment(Struct, frozen=True):
    """An appointment by its number, the hall's or the platform's, and the last four characters of the ID number it was booked
    with."""

    number: Annotated[str, Meta(min_length=1, max_length=64)]
    last_four: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{4}\Z")]
    terminal: Id | None = None


class LeaseNumbers(Struct, frozen=True):
    """Numbers of a queue that a kiosk may give out by itself today, should it lose the server."""

    queue: Id
    terminal: Id
    count: Annotated[int, Meta(ge=1, le=99)]


class OfflineTicket(Reported, frozen=True):
    """A number that a kiosk has given out by itself. `unsure`: the power went while it was being printed."""

    ticket: Id
    issued_at: Instant
    result: Literal["printed", "shown", "failed", "unsure"]
    class_: TicketClass = field(name="class", default="ordinary")
    item: Annotated[str, Meta(max_length=200)] | None = None


class MergeTickets(Struct, frozen=True):
    terminal: Id
    tickets: Annotated[list[OfflineTicket], Meta(min_length=1, max_length=50)]


class CheckTechnicianCode(Struct, frozen=True):
    """The one-time code that a technician typed; the terminal is whoever asks."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{8}\Z")]


class FetchTechnicianSecret(Struct, frozen=True):
    """The secret of the time-based codes of the terminal that asks."""


class TechnicianAct(Reported, frozen=True):
    """Something that was done behind a terminal's technician page. `number` counts up from 1 in one diary; `subject` is the
    device or page, `result` ok or the trouble in a word."""

    number: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    at: Instant
    act: TechnicianDid
    subject: Annotated[str, Meta(max_length=64)] = ""
    result: Annotated[str, Meta(max_length=64)] = ""


class TellTechnicianActs(Struct, frozen=True):
    """Acts in the order of their numbers; those that the server knows already change nothing."""

    diary: Annotated[str, Meta(pattern=r"^[0-9a-f-]{36}\Z")]
    acts: Annotated[list[TechnicianAct], Meta(min_length=1, max_length=50)]


@dataclass(frozen=True)
class Verb:
    """A verb: the types of request and answer, and who asks besides the server's own pages. With `reads_only` nothing changes:
    asked again, the server answers anew. An answer that is not `kept` says something about people: the server has it in memory
    for ten minutes, and never on a disk.

    An asker that is given as `own` names in the fields of `OWNED` only what is its own, except in those of `others`.
    """

    request: type[Struct]
    answer: type[Struct] | UnionType
    askers: tuple[Party, ...] = ()
    reads_only: bool = False
    kept: bool = True
    others: tuple[Name, ...] = ()

    @property
    def bound(self) -> tuple[str, ...]:
        """The fields in which an asker that is given as `own` names only what is its own."""
        return tuple(name for name in self.request.__struct_fields__ if name in OWNED and name not in self.others)


OWNED = ("window", "terminal", "ticket", "service")
"""Fields of requests that name what belongs to somebody: the window at which a keypad or rater is, the terminal itself, a
ticket that the kiosk gave out or that is or was last at the window, a service of the window. Who shows a `token` or a `code`
needs no other right."""
_WINDOW = (OWN_KEYPAD, CROWD)
_SCREENS = (OWN_HALL, OWN_RATING, OWN_SCREEN)
VERBS: dict[str, Verb] = {
    "issue-ticket": Verb(IssueTicket, answers.IssueAnswer, (OWN_HALL, CROWD)),
    "confirm-print": Verb(ConfirmPrint, answers.TicketAnswer, (OWN_HALL,)),
    "call-next": Verb(CallNext, answers.CallAnswer, _WINDOW),
    "call-ticket": Verb(CallTicket, answers.CallAnswer, _WINDOW, others=("ticket",)),
    "recall": Verb(AtWindow, answers.RecallAnswer, _WINDOW),
    "no-show": Verb(AtWindow, answers.TicketAnswer, _WINDOW),
    "start-service": Verb(AtWindow, answers.ServiceAnswer, _WINDOW),
    "finish-service": Verb(AtWindow, answers.ServiceAnswer, _WINDOW),
    "hold": Verb(AtWindow, answers.TicketAnswer, _WINDOW),
    "resume": Verb(AtWindow, answers.TicketAnswer, _WINDOW),
    "transfer": Verb(Transfer, answers.TicketAnswer, _WINDOW),
    "requeue": Verb(Requeue, answers.TicketAnswer, _WINDOW),
    "cancel-ticket": Verb(CancelTicket, answers.TicketAnswer, (OWN_HALL, CROWD)),
    "open-window": Verb(ChangeWindow, answers.WindowAnswer, _WINDOW),
    "pause-window": Verb(ChangeWindow, answers.WindowAnswer, _WINDOW),
    "close-window": Verb(ChangeWindow, answers.WindowAnswer, _WINDOW),
    "reprint-ticket": Verb(ReprintTicket, answers.IssueAnswer),
    "confirm-reprint": Verb(ConfirmReprint, answers.TicketAnswer),
    "rate": Verb(Rate, answers.RateAnswer, (OWN_HALL, OWN_RATING, OWN_RATER, CROWD), kept=False),
    "lookup": Verb(LookupTicket, answers.LookupAnswer, (OWN_HALL,), reads_only=True),
    "scan": Verb(ScanCode, answers.ScanAnswer, (OWN_HALL,), kept=False),
    "find-case": Verb(FindCase, answers.CaseAnswer, (OWN_HALL,), kept=False),
    "find-appointment": Verb(FindAppointment, answers.AppointmentAnswer, (OWN_HALL,), kept=False),
    "lease-numbers": Verb(LeaseNumbers, answers.LeaseAnswer, (OWN_HALL,)),
    "merge-tickets": Verb(MergeTickets, answers.MergeAnswer, (OWN_HALL,)),
    "check-technician-code": Verb(CheckTechnicianCode, answers.TechnicianAnswer, _SCREENS),
    "fetch-technician-secret": Verb(FetchTechnicianSecret, answers.SecretAnswer, _SCREENS, reads_only=True),
    "tell-technician-acts": Verb(TellTechnicianActs, answers.ActsAnswer, _SCREENS),
}
