"""How guides are read aloud: numbers as they are said, long paragraphs in pieces, nothing that is a command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice.numerals import counted
from drivers.voice.prose import LONGEST, pieces, read_out


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("0", "零"),
        ("10", "十"),
        ("12", "十二"),
        ("20", "二十"),
        ("101", "一百零一"),
        ("110", "一百一十"),
        ("1001", "一千零一"),
        ("10000", "一万"),
        ("10305", "一万零三百零五"),
        ("100500", "十万零五百"),
        ("10010000", "一千零一万"),
        ("100001000", "一亿零一千"),
        ("0.50", "零点五"),
        ("10.00", "十"),
    ],
)
def test_a_quantity_is_said_in_words(digits: str, words: str):
    assert counted(digits) == words


@given(st.integers(0, 10**12 - 1))
def test_every_quantity_can_be_understood_again(number: int):
    values = {"十": 10, "百": 100, "千": 1000}
    total = part = digit = 0
    for word in counted(str(number)):
        if word in "万亿":
            part += digit
            digit = 0
            if word == "亿":
                total, part = (total + part) * 10**8, 0
            else:
                total, part = total + part * 10**4, 0
        elif word in values:
            part += (digit or 1) * values[word]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(word)
    assert total + part + digit == number


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1. 身份证", "第一,身份证"),
        ("2026年11月21日", "二零二六年十一月二十一日"),
        ("2026-11-21起", "二零二六年十一月二十一日起"),
        ("工作日 8:30—12:00，午间", "工作日 八点三十分到十二点,午间"),
        ("22:05", "二十二点零五分"),
        ("电话0938-0000118", "电话零九三八,零零零零幺幺八"),
        ("拨打12345", "拨打幺二三四五"),
        ("原件2份，复印件3份", "原件两份,复印件三份"),
        ("2月1日", "二月一日"),
        ("30 个工作日", "三十个工作日"),
        ("3-5个工作日", "三到五个工作日"),
        ("2个月", "两个月"),
        ("10,000元", "一万元"),
        ("¥10.50", "十点五元"),
        ("5%", "百分之五"),
        ("1/3以上", "三分之一以上"),
        ("受理区01、02号窗口", "受理区一、二号窗口"),
        ("部令2022年第8号", "部令二零二二年第八号"),
        ("国发〔2014〕21号", "国发,二零一四年,二十一号"),
        ("《婚姻法》第二条", "婚姻法第二条"),
        ("A4纸", "A四纸"),
    ],
)
def test_chinese_is_read_as_it_is_said(written: str, read: str):
    assert read_out(written, "zh") == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3–5 working days", "3 to 5 working days"),
        ("from 2026-11-21", "from 21 November 2026"),
        ("8:30-12:00", "8 30 to 12 o'clock"),
        ("window 03", "window three"),
    ],
)
def test_english_is_read_as_it_is_said(written: str, read: str):
    assert read_out(written, "en") == read


@given(st.text(max_size=400), st.sampled_from(["zh", "en"]))
def test_no_text_of_a_guide_is_a_command_to_the_engine(text: str, language: str):
    for piece in pieces(text):
        assert not set(read_out(piece, language)) & set("[]{}<>\\|\r\n\x1b")


@given(st.text(alphabet="办理材料，。；12、 abc", max_size=900))
def test_pieces_are_short_and_nothing_is_left_out(text: str):
    found = pieces(text)
    assert all(len(piece) <= LONGEST for piece in found)
    assert re.sub(r"\W", "", "".join(found)) == re.sub(r"\W", "", text)
