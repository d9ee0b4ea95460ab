"""A notice that is too long for the call screen's bar comes in parts, and they end where a reader pauses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.call_screen.parts import marked
from kiosk.ui.line_breaking import break_lines, parted

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


def test_a_clause_that_is_too_wide_is_broken_into_parts_of_about_one_length() -> None:
    assert parted("本周六上午全天暂停办理社会保障业务。", WIDTH, width) == ["本周六上午全天暂停", "办理社会保障业务。"]
    text = "elderly, disabled and pregnant visitors please use the green channel, window 10"
    assert parted(text, 60, width) == ["elderly, disabled and pregnant visitors", "please use the green channel, window 10"]


def test_no_part_ends_within_brackets() -> None:
    text = "因系统升级，本周六（11月28日）上午停办"
    assert parted(text, WIDTH, width) == ["因系统升级，", "本周六（11月28日）上午停办"]


@given(st.text(alphabet="因系统升级，、。 ab1.,（）", max_size=200))
def test_no_part_is_wider_than_the_bar_unless_one_word_is(text: str) -> None:
    assert all(width(part) <= WIDTH or len(break_lines(part, 1, width)) == 1 for part in parted(text, WIDTH, width))


@given(st.text(alphabet="因系统升级，、。 ab1.,（）\n", max_size=200))
def test_nothing_is_lost(text: str) -> None:
    assert "".join("".join(parted(text, WIDTH, width)).split()) == "".join(text.split())


def test_a_parted_notice_says_where_it_goes_on() -> None:
    assert marked(["因系统升级，", "本周六暂停办理，", "敬请谅解。"]) == ["因系统升级，…", "…本周六暂停办理，…", "…敬请谅解。"]
    assert marked(["请保持安静"]) == ["请保持安静"]
