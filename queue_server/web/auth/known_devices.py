"""Browsers from which somebody has logged in before: a stranger's wrong passwords never shut them out.

The cookie proves nothing but that. It is sealed with the hall's key, and a device has its own few wrong tries, so one that was
stolen opens no account.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from queue_server.codes.signer import Signer
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key

LIFE = timedelta(days=400)
_FORM = re.compile(r"([0-9a-f]{16})\.([0-9]{1,6})\.([A-Za-z0-9_-]{12})")


class KnownDevices:
    """The devices of one hall. Call off the event loop."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def cookie(self, device: str | None) -> str:
        """The cookie of a device from which somebody has just logged in; a new device if it is None."""
        device = device or secrets.token_hex(8)
        day = self._clock().toordinal()
        return f"{device}.{day}.{self._mac(device, day)}"

    def device(self, cookie: str) -> str | None:
        """The device whose cookie this is; None for text that is none, or an old one."""
        parts = _FORM.fullmatch(cookie)
        if parts is None:
            return None
        device, day = parts[1], int(parts[2])
        fresh = 0 <= self._clock().toordinal() - day <= LIFE.days
        return device if fresh and hmac.compare_digest(self._mac(device, day), parts[3]) else None

    def _mac(self, device: str, day: int) -> str:
        with self._database.look() as connection:
            return Signer(hall_key(connection)).mac(f"known-device:{device}:{day}")
