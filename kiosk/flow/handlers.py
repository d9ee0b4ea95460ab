"""A flow's table from event to step. mypy holds each step against its event; an event with two steps is refused at start.

HANDLERS: Handlers[State, Effect] = Handlers(on(TakeNumber, take_number), on(Back, back), a4_print_steps.HANDLERS)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

S = TypeVar("S")
F = TypeVar("F")
E = TypeVar("E")


class HandledTwice(ValueError):
    """Two steps want the same event: which one would get it was a matter of the order of the table."""


@dataclass(frozen=True)
class Handler(Generic[S, F]):
    """One line of a table: an event, and the step that it takes. Made by `on`, which knows that both fit."""

    event: type
    step: Callable[[S, Any], tuple[S, tuple[F, ...]]]


def on(event: type[E], step: Callable[[S, E], tuple[S, tuple[F, ...]]]) -> Handler[S, F]:
    """A line of a table."""
    return Handler(event, step)


class Handlers(Generic[S, F]):
    """Lines, and the tables of parts of the flow, as one table. `S` is the flow's state, `F` an effect of it."""

    def __init__(self, *parts: Handler[S, F] | Handlers[S, F]) -> None:
        """Raise HandledTwice."""
        self._steps: dict[type, Callable[[S, Any], tuple[S, tuple[F, ...]]]] = {}
        for part in parts:
            for handler in part.lines if isinstance(part, Handlers) else (part,):
                if handler.event in self._steps:
                    both = " and ".join(_name(step) for step in (self._steps[handler.event], handler.step))
                    raise HandledTwice(f"{handler.event.__name__} has two steps: {both}")
                self._steps[handler.event] = handler.step

    @property
    def lines(self) -> tuple[Handler[S, F], ...]:
        """Every event with its step."""
        return tuple(Handler(event, step) for event, step in self._steps.items())

    def step(self, state: S, event: object) -> tuple[S, tuple[F, ...]]:
        """What follows from an event; one that is not in the table changes nothing."""
        step = self._steps.get(type(event))
        return (state, ()) if step is None else step(state, event)

    def guarded(self, allows: Callable[[S], bool]) -> Handlers[S, F]:
        """The same table, whose events change nothing in a state that does not allow it."""

        def behind(step: Callable[[S, Any], tuple[S, tuple[F, ...]]]) -> Callable[[S, Any], tuple[S, tuple[F, ...]]]:
            return lambda state, event: step(state, event) if allows(state) else (state, ())

        return Handlers(*(Handler(line.event, behind(line.step)) for line in self.lines))


def _name(step: Callable[..., object]) -> str:
    return f"{step.__module__}.{step.__qualname__}"
