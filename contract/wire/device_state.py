"""The states of a device: one word each, in `terminal/<id>/status` and wherever a program judges them.

The wire takes any word: a program from elsewhere may report states of its own, which count as trouble unless they are
in `FINE`. `DeviceState` has what the programs of the product report; `contract.wire.device_words` has the texts for people.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar, get_args

DeviceState = Literal[
    "ok",
    "init",  # its program is starting
    "paper-low",
    "toner-low",
    "calls-missed",  # a voice could not say every call in time
    "print-in-doubt",  # after a power cut nobody knows whether the last paper came out
    "nothing-read",  # the result of a test: no code came in time
    "device-busy",
    "paper-out",
    "paper-jam",
    "cover-open",
    "toner-out",
    "cutter",
    "offline",  # it answers, and does not work
    "garbled",  # it gets messages that cannot be read
    "no-sound-card",
    "refused",
    "bad-reply",
    "no-reply",
    "unreachable",
    "in-use",
    "no-permission",
    "not-found",
    "read-only",  # its disk takes nothing
    "misconfigured",
    "failed",  # its program went wrong
]
SEVERITY: tuple[DeviceState, ...] = get_args(DeviceState)
"""Every state, the gravest last."""
NOT_RUNNING = frozenset({"init", "off", "stopped"})
FINE = NOT_RUNNING | {"ok", "ready", "idle", "busy", "printing", "virtual"}
"""States that ask for nobody; all but `ok` and `init` are words of programs from elsewhere."""
SOON: frozenset[DeviceState] = frozenset({"paper-low", "toner-low", "print-in-doubt", "calls-missed"})
"""States that ask for somebody soon, while the device still works."""
WORKS: frozenset[DeviceState] = SOON | {"ok"}
"""States in which the device does its work."""
_KNOWN: dict[str, DeviceState] = {state: state for state in SEVERITY}
S = TypeVar("S", bound=str)


def known_state(word: str) -> DeviceState | None:
    """The state that a word of the wire is; None for one of another program."""
    return _KNOWN.get(word)


def worst(states: Iterable[S]) -> S:
    """The gravest of the states. Raise ValueError for none, or for a word that is no state."""
    return max(states, key=[*_KNOWN].index)
