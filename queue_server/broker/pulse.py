"""Whether the broker still does its work: one that hangs keeps its connections, takes everything and passes nothing on."""

from __future__ import annotations

from collections.abc import Callable

ASK_AFTER, SILENT_AFTER = 3, 10
"""Looks without a word from the broker, until it is asked for one, and until it counts as silent."""


class Pulse:
    """Counts looks, not seconds: between two looks everything that has come in is read, so a server that was busy for long does
    not blame its broker."""

    def __init__(self, ask: Callable[[], None]) -> None:
        """`ask` sends the broker something that it has to confirm."""
        self._ask = ask
        self._quiet = 0

    @property
    def is_silent(self) -> bool:
        """Whether nothing reaches anybody through the broker, connected or not."""
        return self._quiet >= SILENT_AFTER

    def heard(self) -> None:
        """Something came from the broker."""
        self._quiet = 0

    def look(self) -> None:
        """Called again and again, a few times in a second at most."""
        self._quiet += 1
        if self._quiet == ASK_AFTER:
            self._ask()
