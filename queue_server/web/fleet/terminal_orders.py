"""What terminals tell after an order: the latest answer to each act, and when each terminal was heard last."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contract.wire import codec
from contract.wire.messages import Act, LeaseStatus, TerminalStatus, TerminalTold

LARGEST = 8 * 1024 * 1024
PREFIX = "terminal/"
PATIENCE = timedelta(seconds=45)
"""An order expires at the broker after 30 s; a large answer may take a few more."""
KEPT_OPEN = timedelta(minutes=10)
"""So long an answer is taken for its order."""
SHOWN_FOR = timedelta(minutes=30)
"""How long a picture or a log is kept, in memory alone: a citizen may have stood before that screen."""


@dataclass
class TerminalOrder:
    """One order and what came of it. `state` is asked until the answer is complete, `silent` when none came in time."""

    id: str
    act: Act
    asked_at: datetime
    state: str = "asked"
    text: str = ""
    media: str = ""
    content: bytes = b""
    _parts: dict[int, bytes] = field(default_factory=dict)

    def take(self, reply: TerminalTold) -> None:
        """One part of the answer; content that is too large or cannot be read makes the order failed."""
        try:
            self._parts[reply.part] = base64.b64decode(reply.data, validate=True)
        except (binascii.Error, ValueError):
            self.state, self.text = "failed", "the content cannot be read"
            return
        if sum(map(len, self._parts.values())) > LARGEST:
            self.state, self.text, self._parts = "failed", "the content is too large", {}
            return
        if len(self._parts) == reply.parts:
            self.content = b"".join(self._parts[number] for number in sorted(self._parts))
            self.state, self.text, self.media, self._parts = reply.state, reply.text, reply.media, {}


class TerminalOrders:
    """Belongs to the event loop of the web pages; `take` is given every change of the hall."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._orders: dict[str, dict[Act, TerminalOrder]] = {}
        self._heard: dict[str, datetime] = {}
        self._leases: dict[str, LeaseStatus] = {}
        self._open: dict[tuple[str, str], TerminalOrder] = {}

    def sent(self, terminal: str, order_id: str, act: Act) -> TerminalOrder:
        """An order goes out; one that went out before is the same order. A terminal's page shows the latest of each act."""
        self._forget()
        order = self._open.setdefault((terminal, order_id), TerminalOrder(order_id, act, self._clock()))
        self._orders.setdefault(terminal, {})[act] = order
        return order

    def take(self, topic: str, payload: bytes) -> None:
        """A change of the hall; only what terminals say is of interest."""
        self._forget()
        if not topic.startswith(PREFIX) or not payload:
            return
        terminal, _, what = topic.removeprefix(PREFIX).partition("/")
        if what == "told":
            self._heard[terminal] = self._clock()
            self._answered(terminal, payload)
        elif what == "status" and (status := _well(payload)) is not None:
            self._heard[terminal] = self._clock()
            if status.lease is not None:
                self._leases[terminal] = status.lease
            else:
                self._leases.pop(terminal, None)

    def latest(self, terminal: str) -> dict[Act, TerminalOrder]:
        """The latest order of each kind that is not too old."""
        self._forget()
        orders = self._orders.get(terminal, {})
        for order in orders.values():
            if order.state == "asked" and self._clock() - order.asked_at > PATIENCE:
                order.state = "silent"
        return orders

    def _forget(self) -> None:
        """Let go of the answers that somebody has had time enough to look at."""
        now = self._clock()
        self._open = {key: order for key, order in self._open.items() if now - order.asked_at <= KEPT_OPEN}
        for orders in self._orders.values():
            for act in [act for act, order in orders.items() if now - order.asked_at > SHOWN_FOR]:
                del orders[act]

    def seen(self, terminal: str, status: TerminalStatus | None) -> datetime | None:
        """When the terminal was last well, by its own clock, unless that is ahead, or by when this server heard it."""
        by_its_clock = status.machine.at if status is not None and status.machine is not None else None
        if by_its_clock is not None and by_its_clock > self._clock():
            by_its_clock = None
        return max((at for at in (by_its_clock, self._heard.get(terminal)) if at is not None), default=None)

    def lease(self, terminal: str, status: TerminalStatus | None) -> LeaseStatus | None:
        """The numbers that a kiosk may give out by itself: as it says, or said before it was lost."""
        return status.lease if status is not None and status.state == "ready" else self._leases.get(terminal)

    def _answered(self, terminal: str, payload: bytes) -> None:
        reply = codec.read(payload, TerminalTold)
        if reply is None:
            return
        order = self._open.get((terminal, reply.id))
        if order is not None and order.act == reply.act and order.state == "asked":
            order.take(reply)


def _well(payload: bytes) -> TerminalStatus | None:
    """The status of a terminal that is there."""
    status = codec.read(payload, TerminalStatus)
    return status if status is not None and status.state in ("init", "ready") else None
