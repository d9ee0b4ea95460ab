"""How announcements are read aloud, and what a text can never do to a speech engine."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice.espeak import VOICES
from drivers.voice.reading import plain, spoken


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("请A012号到03号窗口办理业务", "请A零一二号到零三号窗口办理业务"),
        ("请B1000号到12号窗口", "请B一零零零号到一二号窗口"),
        ("请a007号到1号窗口", "请A零零七号到一号窗口"),
        ("前面还有 12 人", "前面还有 12 人"),
        ("请拨打12345", "请拨打一二三四五"),
        ("请Ａ０１２号", "请A零一二号"),
    ],
)
def test_numbers_that_are_names_are_spelt_in_chinese_and_quantities_are_not(written, read):
    assert spoken(written, "zh") == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Number A012, please go to window 03", "Number A zero one two, please go to window zero three"),
        ("Number B1000, please go to window 12", "Number B one zero zero zero, please go to window one two"),
        ("12 people are waiting", "12 people are waiting"),
    ],
)
def test_numbers_that_are_names_are_spelt_in_english_and_quantities_are_not(written, read):
    assert spoken(written, "en") == read


@pytest.mark.parametrize(
    "hostile",
    ["[v16]号", "[[ha]]号", "\\[d]号", "号<break time='9s'/>", "soundb号", "MSGa号", "号\x1b\x00\x07", "［ｖ１６］号"],
)
def test_no_text_reaches_the_commands_of_a_speech_engine(hostile):
    for language in ("zh", "en"):
        said = spoken(hostile, language)
        assert "号" in said
        assert not set(said) & set("[]{}<>\\|") and not any(ord(c) < 32 for c in said)
        assert "soundb" not in said.lower() and "msga" not in said.lower()


@given(st.text(max_size=600), st.sampled_from(["zh", "en"]))
def test_any_text_becomes_something_short_and_harmless(text, language):
    said = spoken(text, language)
    assert len(said) <= 300 * 6
    assert not set(plain(text)) & set("[]{}<>\\|\r\n\x1b")


@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
def test_espeak_speaks_every_character_of_an_announcement_as_mandarin(letter):
    text = spoken(f"请{letter}0123456789号到03号窗口办理业务", "zh")
    command = ["espeak-ng", "-v", VOICES["zh"], "-x", "-q", "--stdin"]
    phonemes = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout.decode()
    assert "(en)" not in phonemes
    assert phonemes.count("ts.hw'A55N") == 1, "the word for window sounds as in Mandarin"
    assert phonemes.count("l'i35N") == 2, "zero, in the ticket and in the window"
