"""The promised range of the wait: calibrated on simulated days, and sensible at its edges."""

import timeit
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.wait_estimate import Favour, Pace, estimate, servers_of
from tests.bench.days import DAYS, simulate

PACE = Pace.configured(8)


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.name)
def test_the_true_wait_lies_in_the_range_at_least_four_times_in_five(day):
    """Tickets that met a free window are left out: promising them nothing is easy."""
    waits = [wait for seed in range(14) for wait in simulate(day, seed) if not wait.at_once]
    assert len(waits) > 300
    assert sum(wait.held for wait in waits) / len(waits) >= 0.8


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.name)
def test_the_range_is_no_wider_than_the_waits_it_speaks_of(day):
    waits = [wait for seed in range(14) for wait in simulate(day, seed) if not wait.at_once]
    width = sum(wait.high - wait.low for wait in waits) / len(waits)
    assert width < 1.8 * sum(wait.true for wait in waits) / len(waits)


favours = st.builds(Favour, st.floats(0, 1), st.integers(1, 9), st.integers(1, 9))
paces = st.builds(Pace, st.floats(1, 7200), st.floats(0, 1e7), st.floats(0, 1000))


@given(st.integers(0, 600), paces, favours, st.floats(0, 60), st.integers(0, 60), st.one_of(st.none(), st.floats(0, 7200)))
def test_any_line_has_a_range_of_whole_seconds(before, pace, favour, servers, free, left):
    low, high = estimate(before, pace, favour, servers=servers, free=free, left=left)
    assert 0 <= low <= high


@given(paces, favours, st.floats(0, 20), st.integers(0, 20), st.one_of(st.none(), st.floats(0, 7200)))
def test_at_one_moment_more_tickets_before_never_mean_a_shorter_wait_to_be_told(pace, favour, servers, free, elapsed):
    left = None if elapsed is None else pace.left(elapsed)
    told = [estimate(before, pace, favour, servers=servers, free=free, left=left) for before in range(60)]
    for fewer, more in pairwise(told):
        assert fewer[0] <= more[0]
        assert fewer[1] <= more[1]


def test_a_free_window_means_hardly_any_wait():
    assert estimate(0, PACE, Favour(), servers=2, free=1) == (0, 120)


def test_more_people_ahead_mean_a_longer_wait_and_more_windows_a_shorter_one():
    short, long = (estimate(n, PACE, Favour(), servers=2) for n in (3, 12))
    assert short[0] < long[0]
    assert short[1] < long[1]
    more = estimate(12, PACE, Favour(), servers=4)
    assert more[1] < long[1]


def test_the_pace_moves_from_the_configuration_to_what_services_really_take():
    pace = Pace.configured(8)
    for _ in range(60):
        pace = pace.after(120)
    assert pace.mean == pytest.approx(120, rel=0.3)
    assert pace.doubt < Pace.configured(8).doubt / 3


def test_a_long_service_is_not_believed_to_end_at_once():
    assert PACE.left(0) == 480
    assert PACE.left(3600) == 240


def test_windows_divide_their_time_among_the_lines():
    assert servers_of([("a",), ("b",)], {"a": 10, "b": 90}) == {"a": 1, "b": 1}
    shared = servers_of([("a", "b")], {"a": 100, "b": 300})
    assert shared["a"] == pytest.approx(0.25)
    helped = servers_of([("a",), ("a", "b")], {"a": 100, "b": 100})
    assert helped["b"] > 0.8  # the window that alone can take b leaves a to the other


def test_an_estimate_takes_a_few_microseconds():
    seconds = min(timeit.repeat(lambda: estimate(24, PACE, Favour(), servers=3.5, left=200), number=200, repeat=15)) / 200
    assert seconds < 40e-6
