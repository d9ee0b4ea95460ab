"""Much that is to be written, in transactions so short that nobody who takes a number notices them.

SQLite has one writer: for as long as one transaction lasts no number can be given. What is checked, sealed and made ready
before it begins costs the hall nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
FIRST, MOST = 50, 1000
"""Rows of the first slice, and of any; the next ones follow from how long the last one took."""
GOAL_S = 0.02
"""How long a slice should take. The longest may take 2.5 times that: a slow disk is noticed one slice later."""
LEAST_PAUSE_S = 0.01
"""Between two slices others have at least as long as a slice took."""


def write_in_slices(
    writer: Engine,
    rows: Sequence[T],
    write: Callable[[Connection, Sequence[T]], None],
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Call `write` with all rows, some at a time, each time in a transaction of its own. What `write` raises ends it; the
    slices before that one are kept."""
    size, done = FIRST, 0
    while done < len(rows):
        with writer.begin() as connection:
            began = monotonic()
            write(connection, rows[done : done + size])
        took = monotonic() - began
        done += size
        size = max(1, min(2 * size, MOST, int(size * GOAL_S / max(took, 1e-6))))
        if done < len(rows):
            sleep(max(took, LEAST_PAUSE_S))
