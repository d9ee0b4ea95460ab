"""Characters of LED cards and simple printers: every cell of the standard, and what is meant by others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.gb2312 import BOX, code_of, decoded, encoded, lacking, legible
from drivers.display.text import encode, plain
from drivers.emulators.paper import decode as decode_paper
from drivers.printer.text import encode as encode_paper
from drivers.printer.text import is_printable

CELLS = [bytes([0xA0 + row, 0xA0 + cell]) for row in (*range(1, 10), *range(16, 88)) for cell in range(1, 95)]


def test_every_cell_is_reached_by_the_character_that_other_programs_put_there():
    """Code page 936 and GB 18030 give A1A4 to the middle dot of names and A1AA to the dash; Python's gb2312 does not."""
    known = {}
    for cell in CELLS:
        try:
            cell.decode("gb2312")
        except UnicodeDecodeError:
            continue
        known[cell.decode("gb18030")] = cell
    assert len(known) == 7445, "682 signs and 6763 hanzi: GB 2312-80"
    assert {character: code_of(character) for character in known} == known
    assert (known["·"], known["—"]) == (b"\xa1\xa4", b"\xa1\xaa")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("暂停服务——请稍候", "暂停服务——请稍候"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提、玛丽・居里", "阿依古丽·买买提、玛丽·居里"),
        ("二〇二六年", "二○二六年"),
        ("9:00–17:00、08‑12", "9:00-17:00、08-12"),
        ("cafe\u0301 Société, mañana", "café Société, manana"),
        ("100㎡、½、⑪", "100m2、1/2、11"),
        ("①②⑩Ⅻ㈠⑴⒈", "①②⑩Ⅻ㈠⑴⒈"),
        ("《通知》“好”‘是’…～℃‰§№☆", "《通知》“好”‘是’…～℃‰§№☆"),
        ("«通知»„好”✓✗➜☎", "《通知》“好”√×→电话"),
        ("￥5 ¥5 £5 €5", "￥5 ￥5 ￡5 EUR5"),
        ("⼀⽇", "一日"),
        ("前\u00a0后\u2003后", "前 后 后"),
        ("☎\ufe0f", "电话"),
        ("瀍河区𠮷野", "□河区□野"),
        ("😀", "□"),
    ],
)
def test_a_display_shows_what_is_meant(text: str, seen: str):
    assert decoded(encode(text)) == seen


EVERY = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x10000), *range(0x1F000, 0x20000))]
"""The basic plane, and that of the emoji."""


def test_no_character_of_unicode_is_lost_turned_into_a_command_or_longer_than_a_word():
    wrong = []
    for character in EVERY:
        seen = legible(character)
        good = len(seen) <= 18 and all(code_of(c) for c in seen) and decoded(encoded(character)) == seen
        command = "\\" in seen and "\\" in decoded(encode(character))
        if not good or command or (lacking(character) != "") != (seen == BOX != character):
            wrong.append((character, seen))
    assert wrong == []


@given(st.text(max_size=60))
def test_a_text_on_a_display_has_a_place_for_each_of_its_characters(text: str):
    shown = decoded(encode(text, 4096))
    assert len(shown) >= len([c for c in plain(text) if legible(c)])
    assert not set(shown) & set("\\\x1b\r\n\0")


@pytest.mark.parametrize("charset", ["gbk", "gb2312"])
def test_what_a_printer_prints_of_its_own_font_is_the_character_that_was_meant(charset):
    """The rest is drawn. `decode_paper` reads the bytes as the printer's ROM does, by GB 18030."""
    own = [c for c in EVERY if is_printable(c, charset)]
    assert [c for c in own if decode_paper(encode_paper(c, charset)) != c] == []
    assert {"·", "—", "中", "é", "（"} <= set(own) and not {"ⅲ", "𠮷"} & set(own if charset == "gb2312" else "")
