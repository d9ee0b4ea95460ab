"""What came of rows that were taken in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TakenIn:
    """How many were `new`, and how many were `known` before: a case is replaced, an appointment stays the same one."""

    new: int
    known: int = 0

    @property
    def all(self) -> int:
        return self.new + self.known
