"""What the rater of a window knows and shows, as one frozen value, with its own events and what it asks. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from contract.wire.messages import RatingAsk, WindowState
from contract.wire.rating_reasons import lacks_reason
from kiosk.flow.hall_view import Presence
from kiosk.flow.requests import PendingRequests, Policy, ServerRequest

PageName = Literal["idle", "faces", "reasons", "words", "sending", "thanks", "trouble", "failed"]
Tapped = Literal["more", "words", "back", "submit", "decline", "home", "language", "elder"]


# --- events of its own -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class PhraseTapped:
    phrase: str


@dataclass(frozen=True)
class ButtonTapped:
    """A tap on a button that carries nothing but its name."""

    what: Tapped


# --- request ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TabletRating(ServerRequest):
    """The rating of a service at the tablet of its window; sent until it is answered, whoever is at the window by then."""

    verb = "rate"
    policy = Policy(timeout_s=12, until_answered=True)

    service: str
    level: int
    reasons: tuple[str, ...] = ()
    text: str = ""

    def body(self) -> dict[str, object]:
        rating: dict[str, object] = {"service": self.service, "level": self.level, "channel": "tablet"}
        rating |= {"reasons": list(self.reasons), "text": self.text}
        return rating if self.reasons or self.text else rating | {"unexplained": True}


# --- state -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RaterSettings:
    """What the hall's rules say: seconds until a question is dropped, and whether a bad rating must be explained."""

    timeout_s: float = 60
    bad_needs_reason: bool = True
    language: str = "zh"


@dataclass(frozen=True)
class RaterState:
    """`now` and `until` run evenly (seconds), `clock` is the hall's local time. `touched`: somebody is there. `counted`: the
    chosen level was sent, what is asked now is why. `sent` is the id of what was last sent for the present question. `guest` is
    the number that came to the window last: language and elder mode are that citizen's own choice."""

    requests: PendingRequests
    settings: RaterSettings = RaterSettings()
    page: PageName = "idle"
    window: WindowState | None = None
    ask: RatingAsk | None = None
    until: float | None = None
    of_s: float = 1
    level: int | None = None
    reasons: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    more: bool = False
    touched: bool = False
    counted: bool = False
    sent: str = ""
    guest: str = ""
    problem: str = ""
    presence: Presence = field(default_factory=Presence)
    language: str = "zh"
    elder: bool = False
    now: float = 0
    clock: datetime | None = None

    def with_requests(self, requests: PendingRequests) -> RaterState:
        return replace(self, requests=requests)

    @property
    def number(self) -> str:
        """The number that is called or served at the window; empty when there is none."""
        return self.window.ticket.number if self.window and self.window.ticket else ""

    @property
    def chose(self) -> bool:
        """Whether a reason or a phrase is chosen."""
        return bool(self.reasons or self.phrases)

    @property
    def lacks_reason(self) -> bool:
        """Whether the chosen level still lacks the reason that a bad rating must have."""
        return lacks_reason(self.level, self.reasons, text_of(self.phrases), required=self.settings.bad_needs_reason)

    @property
    def seconds_left(self) -> int | None:
        """Whole seconds until this page closes by itself; None when it stays."""
        return None if self.until is None else max(0, round(self.until - self.now))


def text_of(phrases: tuple[str, ...]) -> str:
    """The chosen phrases as the one text of the rating."""
    return "；".join(phrases)
