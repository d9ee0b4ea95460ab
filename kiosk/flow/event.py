"""What happens to the flows of all roles (events), and what they may want done (effects). Data only: no Kivy, no MQTT."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contract.wire.answers import Answer

Send = Callable[[object], None]
"""Gives an event to the flow, from any thread."""

# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tick:
    """A second has passed. `now` runs evenly and is for time-outs; `clock` is the hall's local time and is for showing."""

    now: float
    clock: datetime


@dataclass(frozen=True)
class Touched:
    """Somebody touched the screen: where, in parts of it from its lower left corner, and when, by the clock of Tick.now."""

    x: float = 0.5
    y: float = 0.5
    at: float = 0.0


@dataclass(frozen=True)
class Connected:
    """The connection to the broker is made, or lost."""

    up: bool


@dataclass(frozen=True)
class Received:
    """A message of the hall. `path` is the topic without its root, in parts, such as ("queue", "social", "state");
    `message` is of the type of that topic, or None when a retained message was taken back (empty payload)."""

    path: tuple[str, ...]
    message: object
    retained: bool = False


@dataclass(frozen=True)
class Answered:
    """The server answered a request."""

    request_id: str
    answer: Answer


@dataclass(frozen=True)
class Unanswered:
    """No answer came in time; whether the server did what was asked is not known."""

    request_id: str


@dataclass(frozen=True)
class Broke:
    """A screen or step failed; the flow shows its fail-safe screen."""

    reason: str


@dataclass(frozen=True)
class LevelTapped:
    """One of the five faces of a rating, 5 very satisfied to 1 very dissatisfied."""

    level: int


@dataclass(frozen=True)
class ReasonTapped:
    """A reason beside a level, by its code: ticked, or no longer."""

    code: str


# --- effects ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """Send a request to the server; Answered or Unanswered comes back with the same id."""

    verb: str
    body: Mapping[str, object]
    request_id: str
    timeout_s: float = 8
