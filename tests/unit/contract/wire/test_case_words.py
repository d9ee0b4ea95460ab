"""Every state of a case says what it means, in both languages; usual steps have English."""

from __future__ import annotations

from contract.wire.case import STATES
from contract.wire.case_words import MEANINGS, step_words


def test_every_state_says_what_it_means_in_both_languages() -> None:
    assert MEANINGS.keys() == STATES.keys()
    assert all(not text.zh.isascii() and text.en.isascii() for text in MEANINGS.values())


def test_the_name_of_every_state_is_a_step_in_english() -> None:
    assert [state for state, text in STATES.items() if not step_words(text.zh).en.isascii()] == []


def test_a_step_in_the_departments_own_words_stays() -> None:
    assert step_words("报县长办公会研究").en == "报县长办公会研究"
