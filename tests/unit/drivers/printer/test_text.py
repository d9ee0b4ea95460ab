"""Text on ESC/POS paper: nothing in it can command the printer, and it is as wide as it is counted."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.dot_font import large
from drivers.emulators.escpos_commands import EscPosReader
from drivers.options import BadOption, DeviceOptions
from drivers.printer import commands as esc
from drivers.printer.layout import Big, InverseText, PaperLine, QrBlock, compose
from drivers.printer.profile import PROFILES, profile
from drivers.printer.text import CLOSING, clean, columns, encode, is_printable, wrap

CHARSETS = ("gbk", "gb2312", "latin")


@given(st.text())
@settings(deadline=None)
def test_no_control_character_survives_cleaning(text):
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Cs") for c in clean(text))


@pytest.mark.parametrize("evil", ["\x1b@", "\x1d\x56\x00", "a\x1c.b", "\n\n", "\x10\x14\x01", "\x9b", "\u2028", "\u202e", "\r"])
def test_a_name_cannot_carry_a_command(evil):
    assert clean(f"社保{evil}窗口").isprintable()


@given(st.text(), st.sampled_from(CHARSETS))
@settings(deadline=None)
def test_what_is_printable_becomes_only_printing_bytes_and_comes_back(text, charset):
    text = clean(text)
    if is_printable(text, charset):
        code = encode(text, charset)
        assert min(code, default=0x20) >= 0x20
        assert code.decode("gbk") == text
        assert columns(text) == len(code)
    else:
        with pytest.raises(ValueError, match="has no"):
            encode(text, charset)


def test_each_character_set_holds_what_it_is_known_for():
    assert is_printable("武山县，。：《》①", "gb2312")
    assert is_printable("㕔堃喆", "gbk") is False  # one of the three stands only in Extension A
    assert is_printable("堃喆", "gbk")
    assert not is_printable("堃", "gb2312")
    assert not is_printable("号", "latin")
    assert not is_printable("𠮷", "gbk")
    assert not is_printable("€", "gbk")


@given(st.text(), st.integers(8, 64))
@settings(deadline=None)
def test_no_line_is_wider_than_the_paper_and_no_character_is_lost(text, width):
    text = clean(text)
    lines = wrap(text, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_never_begins_with_a_closing_mark():
    for width in range(8, 40):
        lines = wrap("过号请到导办台，可往后三位重新排队。请在等候区等候，留意屏幕和广播。", width)
        assert all(line[0] not in CLOSING for line in lines)


def test_english_breaks_between_words():
    assert wrap("Please wait in the rest area", 12) == ["Please wait", "in the rest", "area"]


def commands_of(job):
    reader = EscPosReader()
    reader.feed(job)
    return list(iter(lambda: reader.next(chinese=True), None))


@pytest.mark.parametrize("text", ["武" * 80, "\ufdfd" * 80, "W" * 200])
def test_a_large_text_that_no_size_makes_fit_ends_at_the_edge_of_the_paper(text):
    picture = large(text, 120, max_width=384)
    assert picture.width == 384 and picture.height < 120


@given(st.text(max_size=80), st.sampled_from(sorted(PROFILES)))
@example("\ufdfd" * 80, min(PROFILES))
@settings(deadline=None)
def test_user_text_never_adds_a_command_to_a_job(text, model):
    found = commands_of(compose([PaperLine(text), InverseText(text), Big(text or "A", 15)], PROFILES[model]))
    names = {command.name for command in found}
    assert names <= {
        "ESC @",
        "GS P",
        "FS &",
        "ESC a",
        "GS !",
        "FS !",
        "ESC E",
        "GS B",
        "ESC 3",
        "ESC J",
        "GS v",
        "GS V",
        "text",
        "LF",
    }
    assert [command.name for command in found].count("ESC @") == 1
    assert all(min(command.data) >= 0x20 for command in found if command.name == "text")


@given(st.binary(min_size=8, max_size=400))
@settings(deadline=None)
def test_no_picture_holds_a_command_that_acts_at_once(dots):
    dots = dots[: len(dots) // 8 * 8].replace(b"\x00", b"\x10").replace(b"\x01", b"\x04")
    job = esc.raster(dots, 8)
    assert not any(bytes((0x10, second)) in job for second in (0x04, 0x05, 0x14))
    changed = [bin(a ^ b).count("1") for a, b in zip(dots, job[8:], strict=True)]
    assert max(changed) <= 1


def test_every_command_of_a_job_is_known_by_name():
    for p in PROFILES.values():
        job = compose([PaperLine("武山 Wushan"), InverseText("优先"), Big("A001", 15), QrBlock("HTTP://X/T/1", 27)], p)
        assert "?" not in {command.name for command in commands_of(job)}


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"charset": "utf-8"}, "write one of: gbk"),
        ({"cutter": "no"}, "cutter = true or cutter = false"),
        ({"colour": True}, "printers know"),
    ],
)
def test_a_wrong_option_is_refused_with_device_key_and_remedy(options, remedy):
    with pytest.raises(BadOption) as caught:
        profile("escpos-80", DeviceOptions("printer-1", options))
    assert "printer-1" in str(caught.value) and remedy in str(caught.value) and next(iter(options)) in str(caught.value)


def test_a_device_may_set_a_habit_otherwise():
    assert profile("escpos-80", DeviceOptions("printer-1", {"native_qr": True, "charset": "gb2312"})).native_qr


def test_a_code_with_a_foreign_address_is_refused_before_anything_is_printed():
    with pytest.raises(UnicodeEncodeError):
        compose([QrBlock("http://大厅/", 27)], PROFILES["escpos-80"])
