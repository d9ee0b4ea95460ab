"""A window without a screen: what its keys ask of the hall, and what its keypad shows. Pure; the agent moves it.

A key becomes one request or several that follow each other while the one before was granted; none is for a key that can do
nothing now, and the keypad beeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.wire.messages import QueueState, RatingAsk, WindowState
from contract.wire.rating_reasons import needs_reason
from drivers.ports import Key

Ask = tuple[str, Mapping[str, object]]
"""A verb and the body of its request."""
CHANNEL = "tablet"
"""The channel of what is rated at the window."""
NO_REASON = "四键评价器评价，该评价器不能填写原因"
"""The text of a bad rating, which needs a reason or a text: the box has no keys for either, and the rating must not be lost."""


@dataclass
class KeypadLogic:
    """One window with a keypad. Without `to_queue` or `to_window` a transferred ticket goes back into its line."""

    window: str
    queues: tuple[str, ...]
    to_queue: str | None = None
    to_window: str | None = None
    state: WindowState | None = None
    waiting: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.waiting = dict.fromkeys(self.queues, 0)

    def queue_is(self, queue: str, state: QueueState) -> None:
        """Take the news of a queue."""
        if queue in self.queues:
            self.waiting[queue] = state.waiting

    def shows(self) -> tuple[int, str]:
        """How many wait for this window, and the number of the ticket at it or ""."""
        ticket = self.state.ticket if self.state is not None else None
        return sum(self.waiting.values()), ticket.number if ticket is not None else ""

    def asks(self, key: Key) -> list[Ask]:
        """What the key asks for now."""
        if self.state is None:
            return []
        here: Mapping[str, object] = {"window": self.window}
        state = self.state.state
        shut = state in ("closed", "paused")
        if key == "next":
            return self._next(here)
        if key in ("evaluate", "finish"):
            verbs = {"calling": ("start-service", "finish-service"), "serving": ("finish-service",)}.get(state, ())
            return [(verb, here) for verb in verbs]
        if key == "pause":
            return [("open-window" if shut else "pause-window", here)]
        if key == "resume":
            return [*([("open-window", here)] if shut else []), ("resume", here)]
        if key == "transfer":
            return [self._transfer(here)]
        verbs_of: dict[Key, str] = {"recall": "recall", "start": "start-service", "no-show": "no-show", "hold": "hold"}
        return [(verbs_of[key], here)] if key in verbs_of else []

    def _next(self, here: Mapping[str, object]) -> list[Ask]:
        """The next ticket; a closed window opens, a service that still runs ends. A called citizen is not passed over."""
        before = {"closed": ["open-window"], "paused": ["open-window"], "serving": ["finish-service"]}
        state = self.state.state if self.state is not None else "closed"
        return [(verb, here) for verb in (*before.get(state, []), "call-next")]

    def _transfer(self, here: Mapping[str, object]) -> Ask:
        if self.to_queue is not None:
            return "transfer", {**here, "to_queue": self.to_queue}
        if self.to_window is not None:
            return "transfer", {**here, "to_window": self.to_window}
        return "requeue", here


@dataclass
class RaterLogic:
    """One window with a rater box."""

    window: str
    asked: RatingAsk | None = None

    def asks(self, level: int) -> list[Ask]:
        """What a pressed level asks for; nothing when no rating is wanted now."""
        if self.asked is None:
            return []
        body: dict[str, object] = {"service": self.asked.service, "level": level, "channel": CHANNEL}
        if needs_reason(level):
            body["text"] = NO_REASON
        return [("rate", body)]
