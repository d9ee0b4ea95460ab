"""What a played clerk does next, from the state that the window shows. Pure.

A window belongs to the crowd only while nothing happens there that the crowd did not ask for: another clerk, a call, a pause or
any other move that somebody else made leaves the window to them until the next day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contract.wire.messages import WindowState
from queue_server.crowd.people import Handling

LOG = logging.getLogger(__name__)
BY_ITSELF = {("rating", "idle"), ("calling", "calling"), ("idle", "idle"), ("paused", "paused"), ("closed", "closed")}
"""Changes of a window's state that need nobody's hand: a rating is given or its time is over, a state is published again."""
REST_S = 6.0
RATING_REST_S = 12.0
OPENING_S = 4.0


@dataclass(frozen=True)
class ClerkAction:
    """One request, to be sent in so many seconds if the window still stands as it did."""

    after_s: float
    verb: str
    body: dict[str, Any]


@dataclass
class PlayedClerk:
    """One window as its played clerk sees it."""

    window: str
    clerk: str | None
    day: date | None = None
    state: WindowState | None = None
    asked: str | None = None
    opening: bool = False
    left_on: date | None = None
    taken: bool = False
    held: list[tuple[float, str]] = field(default_factory=list)
    recalls: dict[str, int] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Whether the crowd plays this window."""
        return not self.taken

    def shows(self, state: WindowState, today: date) -> None:
        """Take in a state that the window shows; notice when somebody else has moved it."""
        before, self.state = self.state, state
        if self.taken and state.state == "closed" and self.left_on != today:
            self.taken, self.held = False, []
        if self.taken:
            return
        other = state.state != "closed" and (state.clerk.id if state.clerk else None) != self.clerk
        moved = before is not None and not _by_itself(before, state)
        new_day = state.state == "closed" and self.day is not None and self.day != today
        if other or (moved and self.asked is None and not new_day):
            self.leave(today)
        if moved:
            self.asked = None
        self.day = today

    def opened(self, today: date) -> None:
        """Somebody opened the window or took it over; if it was not the crowd, they sit there now."""
        if self.opening:
            self.opening = False
        elif self.state is not None:
            self.leave(today)

    def asks(self, verb: str) -> None:
        """The crowd has asked for something at the window."""
        self.asked, self.opening = verb, verb == "open-window"

    def refused(self) -> None:
        """What the crowd asked for was refused."""
        self.asked, self.opening = None, False

    def leave(self, today: date) -> None:
        """Leave the window to whoever works there now."""
        LOG.info("window %s is left to the clerk who works there", self.window)
        self.taken, self.left_on = True, today

    def next_act(
        self,
        now: float,
        *,
        waiting: bool,
        may_open: bool,
        recall_limit: int,
        handling: Callable[[str], Handling],
        queue: str | None = None,
    ) -> ClerkAction | None:
        """What to do next; None when there is nothing to do until the world changes.

        `waiting` says whether anybody waits for the window, `queue` from which line alone it calls (None: any), `handling` what
        becomes of a ticket. `now` is in seconds.
        """
        state = self.state
        if state is None or self.taken:
            return None
        if state.state == "closed":
            body = {"window": self.window} | ({"clerk": self.clerk} if self.clerk else {})
            return ClerkAction(OPENING_S, "open-window", body) if may_open else None
        if state.state in ("idle", "rating"):
            return self._free(now, state, waiting, queue)
        if state.ticket is None or state.state == "paused":
            return None
        plan = handling(state.ticket.id)
        if state.state == "calling":
            return self._calling(state.ticket.id, plan, recall_limit)
        return self._serving(plan)

    def _free(self, now: float, state: WindowState, waiting: bool, queue: str | None) -> ClerkAction | None:
        rest = REST_S if state.state == "idle" else RATING_REST_S
        if self.held and self.held[0][0] <= now:
            return ClerkAction(rest, "resume", {"window": self.window, "ticket": self.held[0][1]})
        if waiting:
            return ClerkAction(rest, "call-next", {"window": self.window} | ({"queue": queue} if queue else {}))
        return None

    def _calling(self, ticket: str, plan: Handling, recall_limit: int) -> ClerkAction:
        at_window = {"window": self.window}
        if plan.comes:
            return ClerkAction(plan.walk_s, "start-service", at_window)
        if self.recalls.get(ticket, 0) < min(2, recall_limit):
            return ClerkAction(20.0, "recall", at_window)
        return ClerkAction(20.0, "no-show", at_window)

    def _serving(self, plan: Handling) -> ClerkAction:
        at_window = {"window": self.window}
        if plan.ending == "hold":
            return ClerkAction(plan.service_s / 2, "hold", at_window)
        if plan.ending == "transfer":
            return ClerkAction(plan.service_s / 2, "transfer", {"window": self.window, "to_queue": plan.to_queue})
        return ClerkAction(plan.service_s, "finish-service", at_window)


def _by_itself(before: WindowState, after: WindowState) -> bool:
    same_ticket = (before.ticket and before.ticket.id) == (after.ticket and after.ticket.id)
    if before.state == after.state:
        return same_ticket and before.calls == after.calls
    return (before.state, after.state) in BY_ITSELF
