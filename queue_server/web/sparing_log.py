"""What strangers cause as often as they like is logged once a minute, so that it never hides what happens meanwhile."""

from __future__ import annotations

import logging
import time

PAUSE_S = 60.0
MOST_KEPT = 100
NAMES = ("uvicorn.error", "queue_server.web.api.enrolment")
"""Loggers of what is refused: requests that are no HTTP, and terminals that get no certificate."""


class Sparing(logging.Filter):
    """Lets a warning of one kind through once in PAUSE_S; errors always."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[object, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        if record.levelno != logging.WARNING:
            return True
        now, kind = time.monotonic(), record.msg
        if now - self._said.get(kind, -PAUSE_S) < PAUSE_S:
            return False
        if len(self._said) >= MOST_KEPT:
            self._said.clear()
        self._said[kind] = now
        return True


_SPARING = Sparing()


def spare_log() -> None:
    """Log refusals sparingly from here on."""
    for name in NAMES:
        logging.getLogger(name).addFilter(_SPARING)
