"""The table from event to step."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kiosk.flow.handlers import HandledTwice, Handlers, on


@dataclass(frozen=True)
class Added:
    number: int


@dataclass(frozen=True)
class Cleared:
    pass


def added(state: int, event: Added) -> tuple[int, tuple[str, ...]]:
    return state + event.number, ("added",)


def cleared(_state: int, _event: Cleared) -> tuple[int, tuple[str, ...]]:
    return 0, ()


TABLE: Handlers[int, str] = Handlers(on(Added, added), Handlers(on(Cleared, cleared)))


def test_an_event_takes_its_step_and_others_change_nothing() -> None:
    assert TABLE.step(1, Added(2)) == (3, ("added",))
    assert TABLE.step(1, Cleared()) == (0, ())
    assert TABLE.step(1, "something else") == (1, ())


def test_an_event_with_two_steps_is_refused_and_both_are_named() -> None:
    with pytest.raises(HandledTwice, match=r"Added has two steps: .*\.added and .*\.added"):
        Handlers(TABLE, on(Added, added))


def test_a_guarded_table_takes_no_step_where_it_is_not_allowed() -> None:
    guarded = TABLE.guarded(lambda state: state > 0)
    assert guarded.step(0, Added(2)) == (0, ())
    assert guarded.step(1, Added(2)) == (3, ("added",))
