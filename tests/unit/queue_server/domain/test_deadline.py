"""Deadlines by working days: with China's holidays where the calendar knows them, and saying so where it does not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.configuration.hall_files import load
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.business_day import add_working_days, is_weekday
from queue_server.domain.deadline import COLOURS, standing
from queue_server.domain.name_masking import masked_name
from queue_server.domain.working_days import WorkingDays
from tests.small_hall import write_hall

DAYS = st.dates(date(2020, 1, 1), date(2029, 12, 31))
WEEKDAYS = WorkingDays()


def known(_day):
    return True


def stands(promised, today):
    return standing(promised, today, WEEKDAYS, is_known=known)


@pytest.mark.parametrize(
    ("today", "state", "left", "words"),
    [
        (date(2026, 11, 23), "far", 4, "还有4个工作日"),
        (date(2026, 11, 26), "near", 1, "还有1个工作日"),
        (date(2026, 11, 27), "reached", 0, "今天到期"),
        (date(2026, 11, 28), "exceeded", 0, "已过承诺日期"),
        (date(2026, 11, 30), "exceeded", -1, "已超期1个工作日"),
    ],
)
def test_a_case_promised_for_a_friday_goes_from_near_to_yellow_to_red(today, state, left, words):
    deadline = stands(date(2026, 11, 27), today)
    assert (deadline.state, deadline.working_days, deadline.words().zh) == (state, left, words)


def test_warning_yellow_and_red_are_near_at_and_past():
    assert [COLOURS[state].zh for state in ("near", "reached", "exceeded")] == ["预警", "黄牌", "红牌"]


def test_the_national_holiday_counts_no_working_day_and_a_shifted_weekend_does(tmp_path):
    plan = HallRules(load(write_hall(tmp_path)))
    assert plan.deadline(date(2025, 10, 9), date(2025, 9, 30)).working_days == 1
    assert plan.deadline(date(2025, 9, 28), date(2025, 9, 26)).working_days == 1


def test_beyond_the_years_of_the_calendar_weekends_count_and_it_says_so(tmp_path):
    plan = HallRules(load(write_hall(tmp_path)))
    deadline = plan.deadline(date(2091, 1, 8), date(2091, 1, 1))
    assert not deadline.certain and deadline.working_days == 5
    assert "节假日未定" in deadline.words().zh and "not yet known" in deadline.words().en


@given(DAYS, st.integers(0, 60))
def test_counting_goes_the_way_that_adding_went(day, count):
    while not is_weekday(day):
        day += timedelta(days=1)
    assert WEEKDAYS.between(day, add_working_days(day, count)) == count


@given(DAYS, DAYS, DAYS)
def test_the_count_is_additive_and_turns_its_sign(a, b, c):
    def between(x, y):
        return WEEKDAYS.between(x, y)

    assert between(a, b) + between(b, c) == between(a, c) and between(a, b) == -between(b, a)


@given(DAYS, st.integers(-400, 400))
def test_a_deadline_only_ever_grows_worse(promised, offset):
    order = ["far", "near", "reached", "exceeded"]
    today = promised + timedelta(days=offset)
    now, later = (stands(promised, day) for day in (today, today + timedelta(days=1)))
    assert order.index(now.state) <= order.index(later.state) and now.working_days >= later.working_days
    assert (now.state == "exceeded") == (today > promised)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳", "欧*"),
        ("John Smith", "J***"),
        ("", "*"),
        (" 李 ", "李*"),
    ],
)
def test_a_name_is_shown_by_its_surname_only(name, shown):
    assert masked_name(name) == shown


@given(st.text(min_size=3, max_size=30))
def test_no_more_than_two_characters_of_a_name_are_ever_shown(name):
    shown = masked_name(name)
    assert shown.endswith("*") and len(shown.rstrip("*")) <= 2
