"""Where the symbols of a flow chart are: the way that goes well in one column, what becomes of "no" beside it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contract.guides.item import Step


@dataclass(frozen=True)
class Symbol:
    """A step in its place; column 0 is the main one, rows count from the top."""

    step: Step
    column: int
    row: int


@dataclass(frozen=True)
class Arrow:
    """From one step to another, by their ids; `label` is yes, no or nothing."""

    start: str
    end: str
    label: str = ""


def arrows(steps: Sequence[Step]) -> list[Arrow]:
    """All arrows of a flow."""
    found = []
    for step in steps:
        ways = ((step.next, ""), (step.yes, "yes"), (step.no, "no"))
        found += [Arrow(step.id, end, label) for end, label in ways if end is not None]
    return found


def places(steps: Sequence[Step]) -> dict[str, Symbol]:
    """Every step in its place, none on top of another."""
    known = {step.id: step for step in steps}
    placed: dict[str, Symbol] = {}
    step: Step | None = next(step for step in steps if step.kind == "start")
    while step is not None and step.id not in placed:
        placed[step.id] = Symbol(step, 0, len(placed))
        step = known.get(step.next or step.yes or "")
    beside = 0
    for symbol in list(placed.values()):
        beside = _beside(known, placed, symbol.step.no, max(beside, symbol.row))
    return placed


def _beside(known: dict[str, Step], placed: dict[str, Symbol], first: str | None, row: int) -> int:
    """Put a step that has no place yet, and all it leads to, into the side column from `row` on; return the next free row."""
    todo = [first] if first else []
    while todo:
        name = todo.pop(0)
        if name not in placed:
            step = known[name]
            placed[name] = Symbol(step, 1, row)
            row += 1
            todo += [way for way in (step.next, step.yes, step.no) if way]
    return row
