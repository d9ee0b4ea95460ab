"""What one client may send: so many messages a second, counted before anything of a message is read.

A client that keeps to it notices nothing. What goes beyond is left unread, so that it delays nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_ACCOUNTS = 10_000
"""Accounts that are kept; without certificates anybody may make up names."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Messages a second for as long as a client likes, and so many at once, as after a time without the server."""

    rate: float
    at_once: float


TERMINAL = Allowance(20, 200)
"""A kiosk, a rater, a call screen: a busy one sends a few a minute."""
MANY_WINDOWS = Allowance(100, 400)
"""A device agent, which may have the keypads of a whole hall; a crowd, which plays all its people."""
NUMBERS = Allowance(2, 60)
"""Numbers that one kiosk takes: nobody taps faster."""
REPORTS = Allowance(20, 400)
"""What a terminal says of itself; a picture of its screen or its log comes in up to 200 parts."""
UNKNOWN = Allowance(500, 1000)
"""Any client of a hall without TLS, which is on the server's own machine."""


@dataclass(slots=True)
class _Account:
    left: float
    at: float


class Budget:
    """The accounts of all clients of a hall; each fills up again by itself. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, str], _Account] = {}

    def __len__(self) -> int:
        """How many accounts are kept."""
        return len(self._accounts)

    def spend(self, client: str, purpose: str, allowance: Allowance, now: float) -> bool:
        """Count one message; whether the client may still send it."""
        account = self._accounts.get((client, purpose))
        if account is None:
            if len(self._accounts) >= MOST_ACCOUNTS:
                self._accounts.clear()
            account = self._accounts[client, purpose] = _Account(allowance.at_once, now)
        account.left = min(allowance.at_once, account.left + (now - account.at) * allowance.rate)
        account.at = now
        if account.left < 1.0:
            return False
        account.left -= 1.0
        return True
