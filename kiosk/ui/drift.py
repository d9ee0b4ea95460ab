"""Where a page that stands all night is drawn, so that nothing burns into the screen. Pure."""

from __future__ import annotations

from datetime import datetime

MINUTES = 3
STEP = 6
"""Units: nobody sees it, and no line stays on the pixels on which it was."""
PLACES = ((0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))


def drift(clock: datetime | None) -> tuple[int, int]:
    """How far to the right and up at this time, in units; another place every few minutes."""
    if clock is None:
        return 0, 0
    x, y = PLACES[(clock.hour * 60 + clock.minute) // MINUTES % len(PLACES)]
    return x * STEP, y * STEP
