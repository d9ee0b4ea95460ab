"""Where a number is called: what guide, paper, phone and ticket say of the windows, by one rule.

Any window of a queue may call its numbers, whatever item they are for. So an item is handled at the windows of its queue: at
those of them that work now. While none does, people are told all of them, and beside them when the hall opens.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from contract.configuration.hall import HallConfig, Window
from contract.wire.messages import WindowCondition, WindowState

AT_WORK: tuple[WindowCondition, ...] = ("idle", "calling", "serving", "rating")
"""The conditions in which a window calls numbers: it is neither closed nor paused."""


def at_work(states: Mapping[str, WindowState]) -> frozenset[str]:
    """The ids of the windows that work now."""
    return frozenset(window for window, known in states.items() if known.state in AT_WORK)


def serving_windows(hall: HallConfig, queue: str, working: Container[str]) -> list[Window]:
    """The windows at which numbers of `queue` are called, in the order of the configuration; `working` are those at work."""
    planned = hall.windows_of(queue)
    return [window for window in planned if window.id in working] or planned
