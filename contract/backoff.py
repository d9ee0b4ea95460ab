"""How long to wait between attempts at something that may come back."""

from __future__ import annotations


class Backoff:
    """Waiting times between attempts: doubling from `first_s` up to `limit_s`."""

    def __init__(self, first_s: float = 0.5, limit_s: float = 30.0) -> None:
        self.first_s, self.limit_s = first_s, limit_s
        self._next = first_s

    def next(self) -> float:
        """How long to wait now, in seconds."""
        wait = self._next
        self._next = min(self._next * 2, self.limit_s)
        return wait

    def reset(self) -> None:
        """It worked: begin again from the first."""
        self._next = self.first_s
