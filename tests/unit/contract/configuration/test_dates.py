"""Days and times as people, spreadsheets and platforms write them: read rightly, or refused; never seconds since 1970."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.configuration.dates import clock_of, day_of, time_of
from contract.configuration.table import BrokenRule

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = (
    "2026-11-04",
    "2026-11-4",
    "2026/11/4",
    "2026.11.04",
    "2026年11月4日",
    "2026年11月04",
    "20261104",
    "２０２６－１１－０４",
)
TIMES = (
    "2026-11-04 09:30", "2026-11-04 9:30", "2026-11-04 09:30:00", "2026-11-04T09:30", "2026/11/4 9:30", "2026/11/4 9:30:00",
    "2026年11月4日 9:30", "2026年11月4日9时30分", "2026年11月4日 上午9:30", "2026/11/4 上午 9:30:00", "20261104093000",
    "202611040930", "20261104 09:30", "2026-11-04T09:30:00+08:00", "2026-11-04T01:30:00Z", "2026-11-04 09:30:00.000",
    "2026-11-04　09：30", "2026.11.4 9点30分",
)  # fmt: skip
NO_TIMES = (
    "46356.3958333333", "46356", "0", "1", "1795998600", "1795998600000", "", "soon", "昨天", "2026-13-01 09:30", "2026-11-31 09:30",
    "2026-11-30 24:01", "2026-11-30 9:60", "11/30/2026 09:30", "30.11.2026 09:30", "26-11-30 09:30", "09:30", "2026-11-30 下午13:00",
    "3026/11/30 09:30", "2026-11-30T09:30:00+99:00", "26121109300012", "1.79E+09",
)  # fmt: skip


@pytest.mark.parametrize("written", DAYS)
def test_a_day_is_read_in_every_form_in_use(written: str) -> None:
    assert day_of(written) == day_of(f" {written} ") == day_of(f"{written} 0:00:00") == date(2026, 11, 4)


@pytest.mark.parametrize("written", TIMES)
def test_a_time_is_read_in_every_form_in_use(written: str) -> None:
    assert time_of(written, ZONE) == datetime(2026, 11, 4, 9, 30, tzinfo=ZONE)


def test_an_afternoon_is_twelve_hours_later() -> None:
    assert time_of("2026年11月4日 下午2时05分", ZONE) == datetime(2026, 11, 4, 14, 5, tzinfo=ZONE)
    assert time_of("2026/11/4 上午12:00", ZONE) == datetime(2026, 11, 4, 0, 0, tzinfo=ZONE)


def test_seconds_are_kept() -> None:
    assert (
        time_of("2026-11-04 09:30:30", ZONE) == time_of("20261104093030", ZONE) == datetime(2026, 11, 4, 9, 30, 30, tzinfo=ZONE)
    )


@pytest.mark.parametrize("written", NO_TIMES)
def test_what_is_no_time_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(BrokenRule) as refused:
        time_of(written, ZONE)
    assert "请写成 2026-11-24 09:30" in refused.value.zh
    with pytest.raises(BrokenRule, match="write 2026-11-24"):
        day_of(written)


@pytest.mark.parametrize("given", [0, 1795998600, 46356.39, 20261104093000, True, None, b"2026-11-04", [2026, 11, 4]])
def test_numbers_are_no_times_days_and_clocks(given: object) -> None:
    for read in (day_of, time_of, clock_of):
        with pytest.raises(BrokenRule):
            read(given)


def test_a_time_without_an_offset_needs_the_zone_of_a_hall_and_a_day_alone_is_no_time() -> None:
    for written in ("2026-11-04 09:30", "20261104093000"):
        with pytest.raises(BrokenRule, match="offset"):
            time_of(written)
    with pytest.raises(BrokenRule) as refused:
        time_of("2026-11-04", ZONE)
    assert refused.value.zh == "缺少时刻，请写成 2026-11-24 09:30"


def test_a_time_of_day_is_read_as_toml_and_people_write_it() -> None:
    assert clock_of(time(9)) == clock_of("09:00") == clock_of("9:00") == clock_of("上午9时") == time(9)
    with pytest.raises(BrokenRule):
        clock_of("900")


@given(st.datetimes(datetime(1950, 1, 1), datetime(2098, 12, 31), timezones=st.just(UTC)))
def test_what_is_written_as_iso_comes_back(at: datetime) -> None:
    assert time_of(at.isoformat()) == time_of(at.astimezone(ZONE).isoformat()) == time_of(at) == at
    assert day_of(at.date().isoformat()) == day_of(f"{at:%Y%m%d}") == at.date()


@given(st.text(max_size=30) | st.from_regex(r"[0-9./:年月日 T+-]{1,25}", fullmatch=True))
def test_any_text_is_a_time_or_refused(written: str) -> None:
    try:
        found = time_of(written, ZONE)
    except BrokenRule:
        return
    assert found.utcoffset() is not None and ("-" in written or found.year >= 1900)
