"""The text area of identity cards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.identity_numbers import check_character
from drivers.idcard.text import OtherCard, Unreadable, area, card, is_number, masked

NUMBER = "11010519491231002X"


def test_the_check_digit_is_that_of_the_example_in_the_standard():
    assert check_character(NUMBER[:17]) == "X" and is_number(NUMBER)
    assert not is_number(NUMBER[:17] + "1") and not is_number("１" * 18) and not is_number("123")


@given(
    st.text(alphabet="王小明·阿卜杜热合曼", min_size=1, max_size=15), st.text(alphabet="0123456789", min_size=17, max_size=17)
)
def test_what_stands_on_a_card_is_read_back(name, digits):
    number = digits + check_character(digits)
    read = card(area(name, number))
    assert (read.name, read.number) == (name, number)
    assert card(area(name, number, kind="J")).number == number


@given(st.binary(max_size=300))
def test_any_text_area_is_read_or_refused_without_telling_what_it_holds(data):
    try:
        card(data)
    except Unreadable as error:
        assert any(word in str(error) for word in ("text area", "permit", "unknown kind"))


def test_a_wrong_check_digit_and_cards_of_other_kinds_are_refused():
    with pytest.raises(Unreadable, match="check digit"):
        card(area("演示", NUMBER[:17] + "0"))
    for kind in ("I", "Y", "Z", "王"):
        with pytest.raises(OtherCard):
            card(area("演示", NUMBER, kind=kind))
    with pytest.raises(ValueError, match="too many"):
        area("长" * 16, NUMBER)


def test_a_masked_number_keeps_the_first_and_last_four():
    assert masked(NUMBER) == "1101**********002X"
    assert masked("1234") == "****"
