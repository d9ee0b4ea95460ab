"""How announcements are read aloud, and what a text can never do to a speech engine."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice.espeak import VOICES
from drivers.voice.pronunciation import pronounced
from drivers.voice.reading import plain, spoken


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("请A012号到03号窗口办理业务", "请A零一二号到三号窗口办理业务"),
        ("请B1000号到12号窗口", "请B一零零零号到十二号窗口"),
        ("请B1000号到10号窗口", "请B一零零零号到十号窗口"),
        ("请A101号到20号窗口", "请A一零一号到二十号窗口"),
        ("请A101号到101号窗口", "请A一零一号到一百零一号窗口"),
        ("请a007号到1号窗口", "请A零零七号到一号窗口"),
        ("请A002号到2号柜台", "请A零零二号到二号柜台"),
        ("请A012到10窗口", "请A零一二到十窗口"),
        ("请A012号到B12号窗口", "请A零一二号到B十二号窗口"),
        ("请101号到3号窗口", "请一零一号到三号窗口"),
        ("请A012号到2楼202室", "请A零一二号到二楼二零二室"),
        ("请A012号到3号楼12号窗口", "请A零一二号到三号楼十二号窗口"),
        ("前面还有 12 人", "前面还有十二人"),
        ("请拨打12345", "请拨打幺二三四五"),
        ("请Ａ０１２号", "请A零一二号"),
        ("请A012号到人民路18号分厅", "请A零一二号到人民路十八号分厅"),
        ("请A012号领取武政发〔2023〕12号文件", "请A零一二号领取武政发,二零二三年,十二号文件"),
        ("请A012号9:00～16:00再来，收费￥2,000", "请A零一二号九点到十六点再来,收费两千元"),
        ("请A012号，依据GB 11643-1999", "请A零一二号,依据GB 一一六四三,一九九九"),
        ("请A012号到1501号房", "请A零一二号到幺五零幺号房"),
    ],
)
def test_ticket_numbers_are_spelt_in_chinese_and_window_numbers_are_numbers(written, read):
    assert spoken(written, "zh") == read


def test_one_in_a_ticket_number_may_be_said_as_on_the_telephone():
    assert spoken("请A101号到11号窗口", "zh", yao=True) == "请A幺零幺号到十一号窗口"
    assert spoken("请110号到1号窗口", "zh", yao=True) == "请幺幺零号到一号窗口"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Number A012, please go to window 03", "Number A zero one two, please go to window three"),
        ("Number B1000, please go to window 12", "Number B one zero zero zero, please go to window twelve"),
        ("Number 101, window 101", "Number one zero one, window one hundred and one"),
        ("NUMBER 12, Window 12", "NUMBER one two, Window twelve"),
        ("Ticket A007 to counter 10", "Ticket A zero zero seven to counter ten"),
        ("ticket 7 to desk 21, room 40", "ticket seven to desk twenty one, room forty"),
        ("12 people are waiting", "12 people are waiting"),
    ],
)
def test_ticket_numbers_are_spelt_in_english_and_window_numbers_are_numbers(written, read):
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
    text = pronounced(spoken(f"请{letter}0123456789号到10号窗口办理业务", "zh"))
    command = ["espeak-ng", "-v", VOICES["zh"], "-x", "-q", "--stdin"]
    phonemes = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout.decode()
    assert "(en)" not in phonemes
    assert phonemes.count("ts.hw'A55N") == 1, "the word for window sounds as in Mandarin"
    assert phonemes.count("l'i35N") == 1, "zero"
