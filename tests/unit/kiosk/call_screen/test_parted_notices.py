"""A notice that is too long for the call screen's bar comes in parts, and they end where a reader pauses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.line_breaking import parted

WIDTH = 30


def width(text: str) -> float:
    """Chinese characters are twice as wide as Latin ones."""
    return sum(2 if char > "⺀" else 1 for char in text)


def test_a_notice_is_parted_after_its_marks() -> None:
    text = "因系统升级，本周六暂停办理社保业务，敬请谅解。"
    assert parted(text, WIDTH, width) == ["因系统升级，", "本周六暂停办理社保业务，", "敬请谅解。"]


def test_between_english_clauses_no_space_is_lost() -> None:
    text = "Closed on Monday, open on Tuesday. We are sorry."
    assert parted(text, 40, width) == ["Closed on Monday, open on Tuesday.", "We are sorry."]
    assert parted(text, 60, width) == [text]


def test_a_clause_that_is_too_wide_is_broken_within() -> None:
    assert parted("本周六上午全天暂停办理社会保障业务。", WIDTH, width) == ["本周六上午全天暂停办理社会保障", "业务。"]


@given(st.text(alphabet="因系统升级，、。 ab1.,（）\n", max_size=200))
def test_nothing_is_lost(text: str) -> None:
    assert "".join("".join(parted(text, WIDTH, width)).split()) == "".join(text.split())
