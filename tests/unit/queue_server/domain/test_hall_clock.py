"""A clock that jumps into another day ends no day, and a person's word does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.version import FIRST_DAY
from queue_server.domain.hall_clock import EARLY, SLEWED, HallClock

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OPEN_DAYS = range(5)


class Machine:
    """A machine's clock and uptime, moved by hand."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now, self.uptime = now, 100.0
        self.hall = HallClock(lambda: self.now, lambda: self.uptime, lambda at: at.date(), next_open)

    def pass_time(self, **duration: float) -> None:
        step = timedelta(**duration)
        self.now += step
        self.uptime += step.total_seconds()


def next_open(day: date) -> date:
    return next(other for n in range(1, 9) if (other := day + timedelta(days=n)).weekday() in OPEN_DAYS)


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=366), timedelta(hours=23)])
def test_a_jump_ahead_into_another_day_is_not_followed_and_is_over_when_the_clock_is_right(jump: timedelta):
    machine = Machine()
    machine.hall.begin(MONDAY)
    machine.now += jump
    machine.pass_time(seconds=1.5)
    assert machine.hall.now() == machine.hall.settled() == MONDAY + timedelta(seconds=1.5)
    assert machine.hall.doubt == "ahead"
    machine.now -= jump
    machine.pass_time(seconds=1)
    assert machine.hall.now() == machine.now and machine.hall.doubt == ""


def test_a_jump_ahead_that_somebody_confirms_is_followed():
    machine = Machine()
    machine.hall.begin(MONDAY)
    machine.now += timedelta(days=3)
    assert machine.hall.doubt == "ahead"
    assert machine.hall.confirm() == machine.now
    assert machine.hall.settled() == machine.now and machine.hall.doubt == ""
    machine.pass_time(hours=30)
    assert machine.hall.settled() == machine.now and machine.hall.doubt == ""


def test_midnight_passes_and_so_do_weeks_while_the_server_runs():
    machine = Machine()
    machine.hall.begin(MONDAY)
    for _ in range(3 * 7 * 24):
        machine.pass_time(hours=1)
        assert machine.hall.settled() == machine.now and machine.hall.doubt == ""


def test_a_jump_within_the_day_and_a_clock_that_is_set_right_are_followed():
    machine = Machine()
    machine.hall.begin(MONDAY)
    machine.now += timedelta(hours=8)
    assert machine.hall.now() == machine.now and machine.hall.doubt == ""
    machine.now -= timedelta(hours=8)
    machine.pass_time(hours=22, minutes=55)
    assert machine.hall.now() == machine.now
    machine.now += SLEWED - timedelta(seconds=1)
    assert machine.hall.now() == machine.now and machine.hall.doubt == ""


@pytest.mark.parametrize("right_again", [True, False])
def test_a_jump_to_shortly_before_midnight_does_not_end_the_day_minutes_later(right_again: bool):
    machine = Machine()
    machine.hall.begin(MONDAY)
    wrong = datetime(2026, 11, 23, 23, 59, 56, tzinfo=UTC) - MONDAY
    machine.now += wrong
    assert machine.hall.now() == machine.now and machine.hall.doubt == "", "within the day it is followed"
    for seconds in range(1, 60):
        machine.pass_time(seconds=1)
        assert machine.hall.settled().date() == machine.hall.now().date() == MONDAY.date()
        assert machine.hall.doubt == ("ahead" if seconds >= 4 else "")
    if right_again:
        machine.now -= wrong
        assert machine.hall.now() == machine.hall.settled() == MONDAY + timedelta(seconds=59) and machine.hall.doubt == ""
        machine.pass_time(hours=15)
        assert machine.hall.settled() == machine.now
    else:
        machine.pass_time(hours=1)
        assert machine.hall.now() == MONDAY + timedelta(hours=1, seconds=59), "by uptime"
        machine.hall.confirm()
        assert machine.hall.settled() == machine.now and machine.hall.doubt == ""


def test_a_clock_that_goes_back_is_followed_and_told():
    machine = Machine()
    machine.hall.begin(MONDAY)
    machine.now -= timedelta(hours=1)
    assert machine.hall.now() == machine.now == machine.hall.settled()
    assert machine.hall.doubt == "behind"
    machine.hall.confirm()
    assert machine.hall.doubt == ""


@pytest.mark.parametrize(
    ("known", "now", "doubt"),
    [
        (None, MONDAY, ""),
        (MONDAY, MONDAY + timedelta(days=1), ""),
        (MONDAY, MONDAY + timedelta(days=2), "long-off"),
        (MONDAY + timedelta(days=4), MONDAY + timedelta(days=7), ""),  # a weekend on which the hall was closed
        (MONDAY + timedelta(days=4), MONDAY + timedelta(days=8), "long-off"),
        (MONDAY, MONDAY + timedelta(days=366), "long-off"),
        (MONDAY, MONDAY - timedelta(days=1), "behind"),
    ],
)
def test_at_the_start_the_clock_is_believed_up_to_the_next_day_on_which_the_hall_is_open(
    known: datetime | None, now: datetime, doubt: str
):
    machine = Machine(now)
    machine.hall.begin(known)
    assert machine.hall.doubt == doubt
    assert machine.hall.now() == now, "the hall works by it"
    assert machine.hall.settled() == (known if doubt == "long-off" else now), "but nothing ends"
    machine.pass_time(hours=30)
    assert machine.hall.settled() == (known if doubt == "long-off" else machine.now)
    machine.hall.confirm()
    assert machine.hall.settled() == machine.now and machine.hall.doubt == ""


def test_a_machine_whose_battery_is_empty_is_set_right_by_the_network_without_a_word():
    machine = Machine(datetime(2020, 1, 1, tzinfo=UTC))
    machine.hall.begin(MONDAY)
    assert machine.hall.doubt == "unset"
    machine.now = MONDAY + timedelta(hours=20)
    assert machine.hall.settled() == machine.now and machine.hall.doubt == ""


def test_set_to_a_year_later_it_needs_one():
    machine = Machine(datetime(2020, 1, 1, tzinfo=UTC))
    machine.hall.begin(MONDAY)
    machine.now = MONDAY + timedelta(days=366)
    assert machine.hall.settled() == MONDAY and machine.hall.doubt == "long-off"


EMPTY_BATTERY = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("known", [None, EMPTY_BATTERY])
def test_a_new_hall_never_believes_a_clock_before_the_first_version_and_follows_it_once_it_is_set(known: datetime | None):
    machine = Machine(EMPTY_BATTERY)
    machine.hall.begin(known)
    machine.pass_time(hours=30)
    assert machine.hall.doubt == "unset"
    machine.hall.confirm()
    assert machine.hall.doubt == "unset", "nobody can confirm the year 2000"
    machine.now = MONDAY
    assert machine.hall.now() == machine.hall.settled() == MONDAY and machine.hall.doubt == ""
    machine.pass_time(hours=30)
    assert machine.hall.settled() == machine.now and machine.hall.doubt == ""


def test_a_running_hall_goes_on_by_its_own_time_when_the_clock_falls_back_to_before_the_first_version():
    machine = Machine()
    machine.hall.begin(MONDAY)
    machine.now = EMPTY_BATTERY
    machine.pass_time(hours=1)
    assert machine.hall.now() == MONDAY + timedelta(hours=1) and machine.hall.doubt == "unset"
    machine.now = MONDAY + timedelta(hours=1, seconds=2)
    assert machine.hall.now() == machine.now and machine.hall.doubt == ""


def test_the_day_of_the_first_version_is_over():
    assert datetime.now(UTC) > FIRST_DAY


JUMPS = st.one_of(st.integers(-3 * 86400, 400 * 86400), st.integers(0, 86400), st.integers(0, 600))


@given(st.lists(st.tuples(JUMPS, st.integers(0, 7200)), max_size=40))
@example([(600, 0)] * 400)
@example([(20 * 3600, 7200)] * 12)
def test_whatever_the_clock_does_no_day_ends_before_its_time(jumps: list[tuple[int, int]]):
    machine, elapsed = Machine(), 0
    machine.hall.begin(MONDAY)
    for jump, seconds in jumps:
        machine.now += timedelta(seconds=jump)
        machine.pass_time(seconds=seconds)
        elapsed += seconds
        assert machine.hall.settled().date() <= (MONDAY + timedelta(seconds=elapsed) + EARLY).date()
