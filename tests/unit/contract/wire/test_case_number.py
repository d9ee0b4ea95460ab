"""Numbers of cases as departments write them, as citizens type them, and as codes carry them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.configuration.table import BrokenRule
from contract.wire.case_number import checked, key, may_mean, meaning, spelling
from contract.wire.scanned_code import Code, read, sealed
from tests.unit.contract.wire.spellings import NUMBERS, spellings_of


@pytest.mark.parametrize(
    ("written", "kept", "found_by"),
    [
        ("武市监准〔2026〕12号", "武市监准〔2026〕12号", "202612"),
        ("ws-2026-0001", "WS-2026-0001", "WS20260001"),
        ("ＷＳ－２０２６－０００１ ", "WS-2026-0001", "WS20260001"),
        ("（2026）甘0524行审字第 17 号", "（2026）甘0524行审字第 17 号", "2026052417"),
        ("62[2026]0524/3_1", "62[2026]0524/3_1", "622026052431"),
        ("【2026】3·1号", "【2026】3·1号", "202631"),
    ],
)
def test_a_number_is_kept_as_the_department_writes_it_and_found_by_letters_and_digits(
    written: str, kept: str, found_by: str
) -> None:
    assert (checked(written), key(written)) == (kept, found_by)
    assert checked(kept) == kept


@pytest.mark.parametrize(
    ("written", "said"), [("WS,2026;1", "里有“,”"), ("武市监〔二〇二六〕", "至少有3个字母或数字"), ("1" * 65, "最多64个字")]
)
def test_a_number_that_nobody_could_find_again_is_refused_in_a_sentence(written: str, said: str) -> None:
    with pytest.raises(BrokenRule) as refused:
        checked(written)
    assert said in refused.value.zh


@given(NUMBERS, st.data())
def test_every_spelling_of_a_number_means_it(number: str, data: st.DataObject) -> None:
    written = data.draw(spellings_of(number))
    assert may_mean(written, number) and key(written) == key(number)


@given(NUMBERS, NUMBERS)
def test_no_whole_spelling_means_two_numbers(one: str, other: str) -> None:
    if meaning(one) != meaning(other) and meaning(one) != key(one):
        assert not may_mean(one, other)


@given(NUMBERS)
def test_the_code_of_a_case_carries_its_number_in_plain_characters(number: str) -> None:
    text = sealed("case", "wushan", number, "AbCdEf012345")
    assert text.isascii() and len(text) < 440
    assert (
        read(text) == read(f"http://10.0.0.2/c/{text.removeprefix('JHC.')}") == Code("case", number, "wushan", "AbCdEf012345")
    )


def test_a_code_that_is_on_paper_already_is_read_as_before() -> None:
    assert sealed("case", "wushan", "WS-2026-0001", "AbCdEf012345") == "JHC.wushan.WS-2026-0001.AbCdEf012345"
    assert read("JHC.wushan.WS-2026-0001.AbCdEf012345") == Code("case", "WS-2026-0001", "wushan", "AbCdEf012345")


@pytest.mark.parametrize("name", ["_", "_A", "_____", "_" + "A" * 343])
def test_a_code_that_carries_no_text_is_none(name: str) -> None:
    assert read(f"JHC.wushan.{name}.AbCdEf012345") in (None, Code("service", f"JHC.wushan.{name}.AbCdEf012345"))


@given(st.text(max_size=80))
def test_a_spelling_is_its_own_spelling(text: str) -> None:
    assert spelling(spelling(text)) == spelling(text)
