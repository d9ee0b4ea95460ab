"""Chinese characters for pinyin: the ones that people mean come first, nothing that is typed harms the kiosk."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.configuration.table import TextConfig
from contract.guides.guide_file import Entry
from kiosk.ticket_kiosk.guides.offers import offers
from kiosk.ticket_kiosk.guides.pinyin_input import PinyinInput
from kiosk.ticket_kiosk.guides.state import GuideLookup, PinyinCandidate

MEANT = [
    "shenfenzheng",
    "身份证",
    "sfz",
    "身份证",
    "shebaoka",
    "社保卡",
    "kaifandian",
    "开饭店",
    "mianguan",
    "面馆",
    "xiaohaishangxue",
    "小孩上学",
    "nianshen",
    "年审",
    "yanglaojin",
    "养老金",
    "hukouben",
    "户口本",
    "hkb",
    "户口本",
    "jiehun",
    "结婚",
    "lihun",
    "离婚",
    "gongjijin",
    "公积金",
    "yingyezhizhao",
    "营业执照",
    "jiashizheng",
    "驾驶证",
    "zhengqian",
    "挣钱",
    "nv",
    "女",
    "chaoshi",
    "超市",
    "youeryuan",
    "幼儿园",
    "jicheng",
    "继承",
]
FIRST = dict(zip(MEANT[::2], MEANT[1::2], strict=True))
"""What people type, and what they mean: it stands among the first five."""
ABORTS = "zzzszccssczczcczscsccscscszz"
"""The library ends its process on these letters."""


@pytest.fixture(scope="module")
def pinyin() -> Iterator[PinyinInput]:
    pinyin = PinyinInput()
    yield pinyin
    pinyin.close()


@pytest.mark.parametrize("letters", FIRST)
def test_what_is_meant_is_among_the_first_and_stands_for_all_letters(pinyin: PinyinInput, letters: str):
    first = pinyin.candidates(letters)[:5]
    assert (FIRST[letters], len(letters)) in [(one.text, one.letters) for one in first]


def test_only_the_letters_at_the_end_are_turned_into_characters(pinyin: PinyinInput):
    assert PinyinCandidate("饭店", 7) in pinyin.candidates("开fandian")
    assert pinyin.candidates("开饭店") == pinyin.candidates("62052400") == pinyin.candidates("") == ()


def test_a_part_of_the_letters_may_be_taken_and_the_others_stay(pinyin: PinyinInput):
    candidates = pinyin.candidates("shenfenzheng")
    lookup = GuideLookup(query="丢shenfenzheng", answered="丢shenfenzheng", candidates=candidates)
    assert dict(offers(lookup))["身份证"] == "丢身份证"
    assert dict(offers(lookup))["身份"] == "丢身份zheng"


def test_names_that_were_found_are_offered_before_what_the_letters_say_alone():
    entry = Entry("x", TextConfig(zh="补卡", en="x"), TextConfig(zh="x", en="x"), "社保卡补卡", 3, 2)
    lookup = GuideLookup(
        query="buka", answered="buka", results=(entry,), candidates=(PinyinCandidate("不卡", 4), PinyinCandidate("补卡", 4))
    )
    assert offers(lookup) == [("补卡", "补卡"), ("不卡", "不卡")]


def test_letters_on_which_the_library_ends_leave_the_kiosk_without_candidates_for_a_moment_only():
    now = [0.0]
    pinyin = PinyinInput(clock=lambda: now[0])
    assert pinyin.candidates(ABORTS) == () == pinyin.candidates("mian")
    now[0] += 2
    assert pinyin.candidates("mian")[0].text == "面"
    pinyin.close()


@pytest.mark.parametrize(
    "program", ["import sys; sys.exit('no library')", "print('no answer'); input()", "import os; os.close(1); input()"]
)
def test_without_a_decoder_people_search_as_before(program: str):
    pinyin = PinyinInput((sys.executable, "-c", program))
    assert [pinyin.candidates(letters) for letters in ("m", "mi", "mia")] == [(), (), ()]
    pinyin.close()


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz 0123456789面店", max_size=30))
def test_whatever_is_typed_every_candidate_stands_for_letters_that_were_typed(pinyin: PinyinInput, query: str):
    for candidate in pinyin.candidates(query):
        assert candidate.text
        assert 0 < candidate.letters <= len(query)
