"""Wrong tries at what only one person knows: a few are free, then the next one waits, longer after each. Pure."""

from __future__ import annotations

from datetime import timedelta

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=30)
_DOUBLED = 5
"""So often a pause doubles before it is the longest."""


def pause(wrong: int, free: int, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """How long after the last of so many wrong tries the next one may come; the first `free` wait for nothing.

    At a place that many share, others come after who has guessed: give `longest` there, so that nobody waits for long.
    """
    if wrong < free:
        return timedelta(0)
    doubled: int = 2 ** min(wrong - free, _DOUBLED)
    return min(FIRST_PAUSE * doubled, longest)
