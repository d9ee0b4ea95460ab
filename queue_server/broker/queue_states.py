"""The states of the queues, sent at most ten times a second.

They are read from the ledger when they are sent; when the ledger cannot be read nothing is sent, so that screens keep the last
good figures.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, select

from contract.wire.messages import QueueState, Text
from queue_server.broker.published_states import PublishedStates
from queue_server.domain.ticket_number import display_number
from queue_server.ledger.ledger import Ledger
from queue_server.store import tables
from queue_server.store.database import ERRORS

LOG = logging.getLogger(__name__)
PAUSE_S = 0.1
C, L = tables.counters.c, tables.lines.c


class QueueLine(NamedTuple):
    """One class of tickets in a queue: how many wait, and which was called last."""

    class_: str
    waiting: int
    last_called: str | None
    called_at: datetime | None


class OpenNow(NamedTuple):
    """Whether the hall gives numbers now, and when its hours begin again: None during them."""

    gives_numbers: bool
    opens_at: datetime | None


class QueueStates:
    """Collects queues that have changed, and publishes them when the pause is over."""

    def __init__(
        self,
        ledger: Ledger,
        states: PublishedStates,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._hall = ledger.hall
        self._states = states
        self._clock = clock
        self._monotonic = monotonic
        self._changed: set[str] = set()
        self._published_at = float("-inf")
        self._open: tuple[bool, bool] | None = None

    def changed(self, queues: Iterable[str]) -> None:
        """These queues may have other states now. Of a queue that the hall has no more none is published."""
        self._changed |= self._hall.queues.keys() & set(queues)

    def next_due(self) -> float | None:
        """When, on the monotonic clock, states will be sent; None when none has changed."""
        return self._published_at + PAUSE_S if self._changed else None

    def pass_time(self) -> None:
        """Send the states that are due; notice that the hall opens or closes."""
        now = self._clock()
        is_open = self._hall.is_open(now), self._hall.calendar.is_open(now)
        if is_open != self._open:
            self._open = is_open
            self.changed(self._hall.queues)
        if self._changed and self._monotonic() >= self._published_at + PAUSE_S:
            self.publish()

    def publish(self) -> None:
        """Send the states that have changed, at once."""
        self._published_at = self._monotonic()
        try:
            with self._ledger.database.look() as connection:
                found = self._read(connection, sorted(self._changed))
        except ERRORS as error:
            LOG.error("the ledger cannot be read, queue states stay as they were: %s", error)
            return
        self._changed = set()
        for queue, state in found.items():
            topic = f"queue/{queue}/state"
            old = self._states.last(topic, QueueState)
            if old is None or replace(old, seq=state.seq) != state:
                self._states.publish(topic, state)

    def _read(self, connection: Connection, wanted: list[str]) -> dict[str, QueueState]:
        now = self._clock()
        self._ledger.wait_times.begin(connection, now)
        day, hours = self._hall.day(now), OpenNow(self._hall.is_open(now), self._hall.opens_at(now))
        counted = select(C.queue, C.last).where(C.business_day == day.isoformat(), C.queue.in_(wanted))
        issued: dict[str, int] = dict(connection.execute(counted).all())
        columns = (L.queue, L.class_, L.waiting, L.last_called, L.called_at)
        lines: defaultdict[str, list[QueueLine]] = defaultdict(list)
        for queue, *line in connection.execute(select(*columns).where(L.queue.in_(wanted))):
            lines[queue].append(QueueLine(*line))
        begins = self._hall.begins(day)
        return {queue: self._state(queue, issued.get(queue), lines[queue], begins, hours) for queue in wanted}

    def _state(self, queue_id: str, issued: int | None, lines: list[QueueLine], begins: datetime, hours: OpenNow) -> QueueState:
        queue = self._hall.queues[queue_id]
        ordinary = sum(line.waiting for line in lines if line.class_ == "ordinary")
        favoured = sum(line.waiting for line in lines if line.class_ != "ordinary")
        wait = self._ledger.wait_times.of_new(queue_id)
        called = [(line.called_at, line.last_called) for line in lines if line.called_at is not None]
        latest = max(called, key=lambda call: call[0], default=None)
        return QueueState(
            seq=self._states.next_seq(),
            name=Text(queue.name.zh, queue.name.en),
            open=hours.gives_numbers,
            waiting=ordinary + favoured,
            last_issued=display_number(queue.letter, issued) if issued else None,
            last_called=latest[1] if latest is not None and latest[0] >= begins else None,
            estimate_s=wait,
            opens_at=hours.opens_at,
        )
