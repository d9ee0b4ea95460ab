"""What a terminal owns: devices, workers, files. A flow asks for effects; one table says which part does which.

The table is made when the program starts, and refuses an effect that nobody does and one that two parts want.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from kiosk.flow.event import Send

LOG = logging.getLogger(__name__)
E = TypeVar("E")


class Part(ABC, Generic[E]):
    """Something that a terminal owns: opened with the program, closed with it; does the effects of the types in `handles`."""

    handles: tuple[type[E], ...]

    def open(self, send: Send) -> None:
        """Begin. What comes of it goes to `send`, from any thread, until `close`."""

    def close(self) -> None:
        """End what `open` began, and give back what is held."""

    @abstractmethod
    def perform(self, effect: E, send: Send) -> None:
        """Do an effect. Called in the UI thread, so slow work goes to a thread; events go to `send`."""


class Absent(Part[object]):
    """A device that this terminal does not have: what is asked of it is left undone."""

    def __init__(self, what: str, *handles: type) -> None:
        self.what, self.handles = what, handles

    def perform(self, effect: object, send: Send) -> None:
        LOG.debug("this terminal has no %s: %s is not done", self.what, type(effect).__name__)


class Dispatcher:
    """Gives each effect to the part that handles its type."""

    def __init__(self, effects: Iterable[type], parts: Sequence[Part[Any]]) -> None:
        """`effects` are the types that the flow may ask for. Raise ValueError for one that no part handles, and for a type
        that two parts handle."""
        self._parts = tuple(parts)
        self._part_of: dict[type, Part[Any]] = {}
        for part in parts:
            for kind in part.handles:
                if kind in self._part_of:
                    raise ValueError(f"{kind.__name__} is handled twice: by {_name(self._part_of[kind])} and {_name(part)}")
                self._part_of[kind] = part
        if missing := sorted(kind.__name__ for kind in set(effects) - set(self._part_of)):
            raise ValueError(f"no part of this terminal handles {', '.join(missing)}")

    def open(self, send: Send) -> None:
        """Open the parts in their order. One that cannot be opened is left out: the others work without it."""
        for part in self._parts:
            try:
                part.open(send)
            except Exception:
                LOG.exception("%s cannot be used", _name(part))

    def close(self) -> None:
        """Close them, the last one first."""
        for part in reversed(self._parts):
            part.close()

    def perform(self, effect: object, send: Send) -> None:
        """Have an effect done. Raise KeyError for one that is not among the `effects`."""
        self._part_of[type(effect)].perform(effect, send)


def _name(part: Part[Any]) -> str:
    return part.what if isinstance(part, Absent) else type(part).__name__
