"""Browsers from which somebody has logged in before: a stranger's wrong passwords never shut them out.

A device is known for the accounts that have logged in from it, and a stranger for every other: else whoever has an account
could make devices with it, each with a few tries at the passwords of others. The cookie proves nothing but that. It is sealed
with the hall's key, and a device has its own few wrong tries, so one that was stolen opens no account.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from queue_server.codes.signer import Signer
from queue_server.store.database import Database
from queue_server.store.hall_key import hall_key

LIFE = timedelta(days=400)
MOST_ACCOUNTS = 16
"""Accounts for which one device is known: those that logged in last."""
MOST_NEW_A_DAY = 20
"""Devices that one account may make known on a day; further ones are let in, and stay strangers."""
_SEAL = r"\.([0-9]{1,7})\.([A-Za-z0-9_-]{12})"
_FORM = re.compile(rf"([0-9a-f]{{16}})((?:{_SEAL}){{1,{MOST_ACCOUNTS}}})")


class KnownDevices:
    """The devices of one hall. Call off the event loop."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._counting = threading.Lock()
        self._made, self._made_on = Counter[str](), 0

    def cookie(self, cookie: str, account: str) -> str | None:
        """The cookie of a device from which `account` has just logged in and which came with `cookie`, if that is one. None if
        the account has made too many devices known today."""
        if self.device(cookie, account) is None and not self._may_make(account):
            return None
        parts, today = _FORM.fullmatch(cookie), self._today()
        device = parts[1] if parts else secrets.token_hex(8)
        others = [f".{day}.{mac}" for day, mac in _seals(parts) if not self._is_seal(device, account, day, mac)]
        kept = "".join(others[-(MOST_ACCOUNTS - 1) :])
        return f"{device}{kept}.{today}.{self._mac(device, account, today)}"

    def device(self, cookie: str, account: str) -> str | None:
        """The device whose cookie this is, if it is known for the account; None for text that is none, or an old one."""
        parts = _FORM.fullmatch(cookie)
        if parts is None:
            return None
        fresh = (seal for seal in _seals(parts) if 0 <= self._today() - seal[0] <= LIFE.days)
        return parts[1] if any(self._is_seal(parts[1], account, *seal) for seal in fresh) else None

    def _may_make(self, account: str) -> bool:
        """Count one more new device of an account, if it may have one."""
        with self._counting:
            if self._made_on != (today := self._today()):
                self._made, self._made_on = Counter(), today
            self._made[account] += 1
            return self._made[account] <= MOST_NEW_A_DAY

    def _today(self) -> int:
        return self._clock().toordinal()

    def _is_seal(self, device: str, account: str, day: int, mac: str) -> bool:
        return hmac.compare_digest(self._mac(device, account, day), mac)

    def _mac(self, device: str, account: str, day: int) -> str:
        with self._database.look() as connection:
            return Signer(hall_key(connection)).mac(f"known-device:{device}:{day}:{account}")


def _seals(parts: re.Match[str] | None) -> Iterator[tuple[int, str]]:
    """Day and seal for each account of a cookie, the oldest first; to whom they belong, only the account's name can tell."""
    for found in re.finditer(_SEAL, parts[2] if parts else ""):
        yield int(found[1]), found[2]
