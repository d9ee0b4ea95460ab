"""A wait in words: a range while it is of use, else the time within which it ends; without a window, when one opens."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.texts import texts
from contract.wait_words import AT_ONCE_MIN, EXACT_MIN, STEP_MIN, WIDEST, WITHIN_MIN, ahead_words, told_minutes, wait_words
from contract.wire.messages import Estimate

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = date(2026, 11, 27)
ranges = st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)).map(lambda ends: Estimate(min(ends), max(ends)))


def minutes(low: int, high: int) -> Estimate:
    return Estimate(low * 60, high * 60)


@pytest.mark.parametrize(
    ("estimate", "zh", "en"),
    [
        (minutes(0, 1), "马上就到", "Almost no wait"),
        (minutes(0, 2), "马上就到", "Almost no wait"),
        (minutes(0, 3), "5 分钟以内", "Within 5 min"),
        (minutes(1, 3), "约 1–3 分钟", "About 1–3 min"),
        (minutes(5, 20), "约 5–20 分钟", "About 5–20 min"),
        (minutes(15, 25), "约 15–25 分钟", "About 15–25 min"),
        (minutes(22, 47), "约 20–50 分钟", "About 20–50 min"),
        (minutes(3, 138), "3 小时以内", "Within 3 hours"),
        (minutes(6, 177), "3 小时以内", "Within 3 hours"),
        (minutes(22, 112), "2 小时以内", "Within 2 hours"),
        (minutes(0, 25), "半小时以内", "Within half an hour"),
        (minutes(0, 47), "1 小时以内", "Within an hour"),
        (minutes(9, 80), "一个半小时以内", "Within 90 min"),
        (minutes(11, 600), "可能超过 3 小时", "Possibly over 3 hours"),
        (minutes(200, 300), "约 200–300 分钟", "About 200–300 min"),
    ],
)
def test_a_wait_is_told_so_that_somebody_can_plan_with_it(estimate: Estimate, zh: str, en: str) -> None:
    assert wait_words(estimate, None, FRIDAY, texts("zh")) == zh
    assert wait_words(estimate, None, FRIDAY, texts("en")) == en


@given(ranges)
def test_what_is_told_is_never_narrower_than_the_estimate_and_a_range_never_wider_than_of_use(estimate: Estimate) -> None:
    low, high = told_minutes(estimate)
    assert low * 60 <= estimate.low and estimate.high <= high * 60
    if low > 0:
        assert high <= WIDEST * low
        assert high <= EXACT_MIN or (low % STEP_MIN, high % STEP_MIN) == (0, 0)
    else:
        assert high in WITHIN_MIN or high > WITHIN_MIN[-1] or high <= AT_ONCE_MIN


@pytest.mark.parametrize(
    ("opens", "zh", "en"),
    [
        (None, "暂无窗口办理", "No window is open now"),
        ((2026, 11, 27, 14, 30), "窗口 14:30 开", "Opens at 14:30"),
        ((2026, 11, 30, 8, 30), "窗口 周一 08:30 开", "Opens Mon 08:30"),
        ((2026, 12, 4, 8, 30), "窗口 12月4日 周五 08:30 开", "Opens Fri 4 Dec 08:30"),
        ((2026, 10, 8, 8, 30), "窗口 10月8日 周四 08:30 开", "Opens Thu 8 Oct 08:30"),
    ],
)
def test_without_an_open_window_it_is_told_when_one_opens(opens: tuple[int, ...] | None, zh: str, en: str) -> None:
    opens_at = None if opens is None else datetime(*opens, tzinfo=SHANGHAI)
    assert wait_words(None, opens_at, FRIDAY, texts("zh")) == zh
    assert wait_words(None, opens_at, FRIDAY, texts("en")) == en


def test_where_the_day_is_not_known_the_day_of_the_opening_is_told() -> None:
    assert "11月27日" in wait_words(None, datetime(2026, 11, 27, 14, 30, tzinfo=SHANGHAI), None, texts("zh"))


@pytest.mark.parametrize(
    ("ahead", "zh", "en"),
    [
        (0, "前面没有人", "You are next"),
        (1, "前面还有 1 人", "People ahead of you: 1"),
        (12, "前面还有 12 人", "People ahead of you: 12"),
    ],
)
def test_who_has_nobody_ahead_is_next(ahead: int, zh: str, en: str) -> None:
    assert (ahead_words(ahead, texts("zh")), ahead_words(ahead, texts("en"))) == (zh, en)


def test_english_counts_go_before_no_plural() -> None:
    """A count of one would read `1 papers`: a count stands behind its noun, as in `Papers: 1`."""
    catalogue = Path(__file__).parents[3] / "assets" / "locale" / "en" / "LC_MESSAGES" / "jiaohao.po"
    said = re.findall(r'^(?:msgstr )?"(.*)"$', catalogue.read_text(encoding="utf-8"), re.M)
    count = re.compile(r"(?:%\((?:n|count|rows|ahead)\)s|\{(?:n|count|ahead)\}) (?:[a-z]+ )?(?:people|[a-z]+s)\b")
    wrong = {text for text in said if count.search(text)}
    units = {
        f"{n} {unit}" for n in ("%(n)s", "{n}") for unit in ("working days", "days", "months", "years", "originals", "copies")
    }
    assert wrong - units == {"(version %(n)s is public)", PASSPHRASE}, "the units have words of their own for one"


PASSPHRASE = "The passphrase is too short: at least %(n)s characters; several words are easiest to remember."
