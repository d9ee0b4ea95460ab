"""Numbers that this kiosk may give out without the server: what is known of them, and the events and effects about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from contract.wire.answers import LeaseAnswer, MergeAnswer
from contract.wire.messages import TicketClass
from kiosk.flow.requests import Policy, ServerRequest

Result = Literal["printed", "shown", "failed", "unsure"]
"""What became of a number; `shown`: on the screen only, because the printer could not print."""
Span = tuple[datetime, datetime]
FEW = 5
"""With no more than one in so many numbers of a queue left the lease is nearly used up."""
CLOCKS_APART = timedelta(minutes=5)
"""How far this machine's clock may be behind the server's when a lease comes; further, and it is wrong."""


@dataclass(frozen=True)
class HeldLease:
    """What the kiosk holds, and what the server does not know yet.

    `left` counts the numbers of the day by queue; they are good from `since` until `expires`, in the spans `open`.
    `unmerged` are tickets that it gave out, as merge-tickets takes them, the oldest first. `held` is until when (monotonic
    seconds) something is not asked again.
    """

    left: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None
    expires: datetime | None = None
    open: tuple[Span, ...] = ()
    unmerged: tuple[Mapping[str, object], ...] = ()
    known: bool = False
    held: Mapping[str, float] = field(default_factory=dict)

    def good(self, clock: datetime | None) -> bool:
        """Whether its numbers are of the present day, as far as this machine's clock can be believed."""
        if clock is None or self.since is None or self.expires is None:
            return False
        return self.since - CLOCKS_APART <= clock < self.expires

    def gives(self, queue: str, clock: datetime | None) -> bool:
        """Whether a number of a queue may be given out now."""
        return self.left.get(queue, 0) > 0 and self.running(clock)

    def running(self, clock: datetime | None) -> bool:
        """Whether numbers may be given out now, of whichever queue has some left."""
        if clock is None or not self.good(clock) or not any(self.left.values()):
            return False
        return any(since <= clock < until for since, until in self.open)


@dataclass(frozen=True)
class LeasedNumber:
    """A number that was taken from the lease, and is written down as taken."""

    ticket: str
    number: str
    token: str
    queue: str
    class_: TicketClass
    issued_at: datetime
    windows: tuple[str, ...]


# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeaseIs:
    """What the kiosk holds, and what the server does not know yet, read from its book; the fields are those of Lease."""

    left: Mapping[str, int]
    since: datetime | None
    expires: datetime | None
    open: tuple[Span, ...]
    unmerged: tuple[Mapping[str, object], ...]


@dataclass(frozen=True)
class NumberGiven:
    """The answer to TakeLeased of the same request."""

    request: str
    given: LeasedNumber


@dataclass(frozen=True)
class NoNumber:
    """There is none left, or it could not be written down."""

    request: str


# --- requests --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeaseRequest(ServerRequest):
    """Further numbers of a queue. Sent until it is answered, so that no numbers get lost between two leases."""

    verb = "lease-numbers"
    policy = Policy(until_answered=True)

    terminal: str
    queue: str
    count: int

    def body(self) -> dict[str, object]:
        return {"terminal": self.terminal, "queue": self.queue, "count": self.count}


@dataclass(frozen=True)
class MergeRequest(ServerRequest):
    """The tickets that this kiosk gave out without the server."""

    verb = "merge-tickets"
    policy = Policy(until_answered=True)

    terminal: str
    tickets: tuple[Mapping[str, object], ...]

    def body(self) -> dict[str, object]:
        return {"terminal": self.terminal, "tickets": list(self.tickets)}


# --- effects ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TakeLeased:
    """Take a number, `at` the hall's local time; NumberGiven or NoNumber comes back."""

    request: str
    queue: str
    class_: TicketClass
    item: str | None
    at: datetime


@dataclass(frozen=True)
class Settle:
    """What became of the paper of a number that was taken."""

    ticket: str
    result: Result


@dataclass(frozen=True)
class KeepLease:
    """Further numbers, as lease-numbers answers them."""

    answer: LeaseAnswer = field(repr=False)


@dataclass(frozen=True)
class MarkMerged:
    """The server knows of these tickets, as merge-tickets answers."""

    answer: MergeAnswer


LeaseEffect = TakeLeased | Settle | KeepLease | MarkMerged
