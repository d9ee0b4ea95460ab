"""My ticket: what the server says of a ticket whose code was shown, giving its place up, and rating its service. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from contract.wire.bounded import Level
from contract.wire.facts import SentOn
from contract.wire.messages import Estimate, Text, TicketState
from kiosk.flow.requests import Policy, ServerRequest

LONGEST_NUMBER = 6
LEAST_NUMBER = 4
CANCELLABLE = ("waiting", "held", "missed")


@dataclass(frozen=True)
class ShownTicket:
    """Where a ticket is in its line, how long it waits (None: no window works for it now), at which windows it is called.
    `level` is its rating, if any; `sent` where it was sent on, while it waits there."""

    number: str
    queue: str
    state: TicketState
    window: str | None
    ahead: int
    estimate_s: Estimate | None
    opens_at: datetime | None
    windows: tuple[str, ...]
    can_rate: bool
    level: Level | None
    sent: SentOn | None = None

    @property
    def cancellable(self) -> bool:
        """Whether it is still in a line."""
        return self.state in CANCELLABLE

    @property
    def ratable(self) -> bool:
        """Whether its service is over and waits for its rating."""
        return self.state == "finished" and self.can_rate


@dataclass(frozen=True)
class MyTicketState:
    """The ticket that is shown and its `token`; without one, of a ticket whose `number` was typed, only what the call screens
    show anyway is shown and nothing can be done with it.

    `asks_give_up`: it asks whether its place is to be given up; `level`, `reasons` and `more` (all of them, not the first)
    are of its rating; `counted`: the level was sent, what is asked now is why; `sent`: the request that the citizen waits for;
    `refusal`: why nothing came of it.
    """

    ticket: ShownTicket | None = None
    token: str = field(default="", repr=False)
    number: str = ""
    asks_give_up: bool = False
    level: int | None = None
    reasons: tuple[str, ...] = ()
    more: bool = False
    counted: bool = False
    sent: str = ""
    refusal: Text | Literal["no-answer"] | None = None

    @property
    def numbered(self) -> bool:
        """Whether the number that is typed may be whole."""
        return len(self.number) >= LEAST_NUMBER


# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenFindTicket:
    """The tile on the home page."""


@dataclass(frozen=True)
class NumberTyped:
    """A key for the number, or several."""

    keys: str


@dataclass(frozen=True)
class SubmitNumber:
    """Ask now."""


@dataclass(frozen=True)
class AskGiveUp:
    """Give the place up: asks whether that is meant, or takes the question back."""

    on: bool = True


@dataclass(frozen=True)
class ConfirmGiveUp:
    """It is meant."""


@dataclass(frozen=True)
class OpenRating:
    """Rate the service of this ticket."""


@dataclass(frozen=True)
class MoreReasons:
    """All reasons of the level, or the first ones."""


@dataclass(frozen=True)
class SubmitRating:
    """Send the rating."""


# --- requests --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NumberLookup(ServerRequest):
    """How far the ticket of a number of today is."""

    verb = "lookup"
    policy = Policy(tries=3, timeout_s=5)

    number: str

    def body(self) -> dict[str, object]:
        return {"ticket": self.number}


@dataclass(frozen=True)
class TokenRequest(ServerRequest):
    """What is asked with the token of a ticket, from a page: elsewhere the answer is of no use any more."""

    policy = Policy(tries=3, timeout_s=5)

    page: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class GiveUpRequest(TokenRequest):
    """The place in the line is given up."""

    verb = "cancel-ticket"

    def body(self) -> dict[str, object]:
        return {"token": self.token, "reason": "citizen"}


@dataclass(frozen=True)
class RatingRequest(ServerRequest):
    """The rating of the service; sent until it is answered, also when the citizen has gone."""

    verb = "rate"
    policy = Policy(timeout_s=5, until_answered=True)

    token: str = field(repr=False)
    level: int
    reasons: tuple[str, ...] = ()

    def body(self) -> dict[str, object]:
        rating: dict[str, object] = {"token": self.token, "level": self.level, "channel": "kiosk"}
        return rating | ({"reasons": list(self.reasons)} if self.reasons else {"unexplained": True})
