"""A page that stands all night is never drawn on the same pixels for long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

from kiosk.call_screen.flow import CallScreenState, ShownCall, ShownQueue
from kiosk.ui.drift import MINUTES, STEP, drift

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def test_every_few_minutes_of_a_night_the_page_is_at_another_place_near_its_own():
    places = [drift(MIDNIGHT + timedelta(minutes=MINUTES * turn)) for turn in range(100)]
    assert all(before != after for before, after in pairwise(places))
    assert {abs(part) for place in places for part in place} == {0, STEP}
    assert len(set(places)) == 9
    assert drift(MIDNIGHT) == drift(MIDNIGHT + timedelta(minutes=MINUTES - 1)), "it does not move all the time"
    assert drift(None) == (0, 0)


def test_the_call_screen_rests_while_no_queue_is_open_and_no_call_is_shown():
    closed = MappingProxyType({"social": ShownQueue(0, open=False)})
    resting = CallScreenState(lines=closed)
    call = ShownCall("A001", "01", "calling", 1, (MIDNIGHT, 1))
    assert resting.rests
    assert not replace(resting, lines=MappingProxyType({**closed, "tax": ShownQueue(0, open=True)})).rests
    assert not replace(resting, calls=(call,)).rests
    assert not CallScreenState().rests, "nothing is known yet"
