"""Business day and working days in any time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.business_day import add_working_days, business_day, day_begins

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Pacific/Apia",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
]


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def test_the_day_changes_at_local_midnight_not_at_utc_midnight():
    assert business_day(datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), SHANGHAI) == date(2026, 11, 22)
    assert business_day(datetime(2026, 11, 22, 16, 0, 0, tzinfo=UTC), SHANGHAI) == date(2026, 11, 23)


def test_a_day_that_starts_at_four_keeps_the_night_with_the_day_before():
    assert business_day(local(2026, 11, 22, 3, 59), SHANGHAI, time(4)) == date(2026, 11, 21)
    assert business_day(local(2026, 11, 22, 4, 0), SHANGHAI, time(4)) == date(2026, 11, 22)


def test_clocks_that_go_back_over_the_start_begin_the_day_once():
    berlin = ZoneInfo("Europe/Berlin")  # 2026-10-25: 03:00 becomes 02:00
    first = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45 the first time
    again = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 the second time
    assert business_day(first, berlin, time(2, 30)) == date(2026, 10, 25)
    assert business_day(again, berlin, time(2, 30)) == date(2026, 10, 25)


def test_a_start_that_the_clocks_jump_over_begins_with_the_jump():
    beirut = ZoneInfo("Asia/Beirut")  # 2024-03-31: 00:00 becomes 01:00, there is no midnight
    jump = datetime(2024, 3, 30, 22, 0, tzinfo=UTC)
    assert day_begins(date(2024, 3, 31), beirut) == jump
    assert business_day(jump - timedelta(microseconds=1), beirut) == date(2024, 3, 30)
    assert business_day(jump, beirut) == date(2024, 3, 31)


def test_a_day_that_the_calendar_skips_has_no_instant():
    apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    assert day_begins(date(2011, 12, 30), apia) == day_begins(date(2011, 12, 31), apia)
    assert business_day(day_begins(date(2011, 12, 31), apia) - timedelta(seconds=1), apia) == date(2011, 12, 29)


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(ZONES),
    st.sampled_from([time(0), time(0, 30), time(1, 30), time(2, 30), time(4)]),
    st.timedeltas(timedelta(0), timedelta(hours=30)),
)
def test_business_days_never_run_backwards_and_hold_what_they_should(moment, name, starts, later):
    zone, instant = ZoneInfo(name), moment.replace(tzinfo=UTC)
    day = business_day(instant, zone, starts)
    assert day_begins(day, zone, starts) <= instant < day_begins(day + timedelta(days=1), zone, starts)
    assert business_day(instant + later, zone, starts) >= day


def test_working_days_skip_weekends_and_holidays():
    friday = date(2026, 11, 20)
    assert add_working_days(friday, 1) == date(2026, 11, 23)
    assert add_working_days(friday, 5) == date(2026, 11, 27)
    national_day = {date(2026, 10, day) for day in range(1, 8)}
    made_up_for = {date(2026, 10, 10)}  # a Saturday on which everybody works

    def works(day: date) -> bool:
        return day in made_up_for or (day.weekday() < 5 and day not in national_day)

    assert add_working_days(date(2026, 9, 30), 3, works) == date(2026, 10, 10)


def test_no_working_days_means_today_or_the_next_working_day():
    assert add_working_days(date(2026, 11, 20), 0) == date(2026, 11, 20)
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 23)


def test_a_calendar_without_working_days_is_an_error_not_a_hang():
    with pytest.raises(ValueError, match="working days"):
        add_working_days(date(2026, 11, 20), 1, lambda day: False)
