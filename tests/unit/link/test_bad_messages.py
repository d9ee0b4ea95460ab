"""Messages that an agent cannot read: one is logged, several are one trouble, and quiet ends it."""

from __future__ import annotations

import logging

import pytest

from link.bad_messages import MANY, QUIET_S, BadMessages


class Ears:
    """The counter with a clock of its own; `news` counts what would be published."""

    def __init__(self) -> None:
        self.now, self.news = 1000.0, 0
        self.garbled = BadMessages(self._changed, lambda: self.now)

    def _changed(self) -> None:
        self.news += 1

    def hears(self, times: int, *, apart_s: float = 1.0) -> None:
        for _ in range(times):
            self.now += apart_s
            self.garbled.add("hall/x/v1/display/strip-1/desired", "no JSON")
            self.garbled.look()


def test_one_that_cannot_be_read_is_no_trouble() -> None:
    few, seldom = Ears(), Ears()
    few.hears(MANY - 1)
    seldom.hears(20, apart_s=QUIET_S / (MANY - 1) + 1)
    assert (few.garbled.status, few.news, seldom.garbled.status, seldom.news) == (None, 0, None, 0)


def test_several_within_a_minute_are_one_trouble_however_many_follow(caplog: pytest.LogCaptureFixture) -> None:
    ears = Ears()
    with caplog.at_level(logging.INFO):
        ears.hears(500, apart_s=0.01)
    assert ears.news == 1 and len(caplog.records) == 2, "neither the hall nor the log is flooded"
    status = ears.garbled.status
    assert status is not None and (status.kind, status.state) == ("program", "garbled") and "strip-1/desired" in status.detail


def test_a_minute_of_quiet_ends_it_and_it_can_begin_again() -> None:
    ears = Ears()
    ears.hears(MANY)
    ears.now += QUIET_S
    ears.garbled.look()
    assert ears.garbled.status is not None
    ears.now += 1
    ears.garbled.look()
    assert ears.garbled.status is None and ears.news == 2
    ears.hears(MANY)
    assert ears.garbled.status is not None and ears.news == 3
