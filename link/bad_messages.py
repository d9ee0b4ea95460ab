"""Messages that cannot be read: one is an accident, several within a minute are trouble until it has been quiet as long."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from contract.wire.messages import DeviceStatus

LOG = logging.getLogger(__name__)
MANY = 3
QUIET_S = 60.0


class BadMessages:
    """Counts them, from any thread. `changed` is called when the trouble begins and when it ends, and not in between."""

    def __init__(self, changed: Callable[[], None] = lambda: None, clock: Callable[[], float] = time.monotonic) -> None:
        self._changed, self._clock = changed, clock
        self._lock = threading.Lock()
        self._arrived: deque[float] = deque(maxlen=MANY)
        self._count = 0
        self._status: DeviceStatus | None = None

    @property
    def status(self) -> DeviceStatus | None:
        """The trouble as a device of the terminal's status, with the topic that began it; None while there is none."""
        return self._status

    def add(self, topic: str, why: str) -> None:
        """Such a message came in on `topic`; it is logged unless others were just before it."""
        with self._lock:
            now = self._clock()
            if not self._arrived or now - self._arrived[-1] > QUIET_S:
                LOG.warning("a message on %s is dropped: %.300s", topic, why)
            self._arrived.append(now)
            self._count += 1
            if self._status is not None or len(self._arrived) < MANY or now - self._arrived[0] > QUIET_S:
                return
            self._status = DeviceStatus("messages", "program", "garbled", topic[:200])
        LOG.error("messages on %s and perhaps elsewhere cannot be read, again and again: %.300s", topic, why)
        self._changed()

    def look(self) -> None:
        """Call it now and then: the trouble ends when it has been quiet."""
        with self._lock:
            if self._status is None or self._clock() - self._arrived[-1] <= QUIET_S:
                return
            self._status, count, self._count = None, self._count, 0
        LOG.warning("no more messages that cannot be read; there were %d", count)
        self._changed()
