"""Characters of names that are newer than a program or stand where every font has another one: shown, never dropped."""

from __future__ import annotations

import pytest

from contract.characters import shown
from contract.gb2312 import BOX
from contract.identity_numbers import check_character
from drivers.display.text import decode, encode, plain
from drivers.idcard.text import area, card
from drivers.printer.text import clean

NEW = "\U0002ebf0"
"""𮯰 of Extension I, made for names; Unicode 15.1."""


@pytest.mark.parametrize(
    ("kept", "seen"), [("\ue863", "䶮"), ("\ue81e", "\u9fb4"), ("\ue000", "□"), ("\ufffd", "□"), (NEW, NEW), ("〇", "〇")]
)
def test_every_character_of_a_name_is_on_paper_and_on_a_display(kept: str, seen: str) -> None:
    assert clean(f"曾{kept}字") == shown(f"曾{kept}字") == f"曾{seen}字"
    assert len(plain(f"曾{kept}字")) == 3
    assert len(decode(encode(f"曾{kept}字"))) == 3, "what a panel lacks is a box"
    assert BOX in decode(encode(NEW))


def test_a_card_from_the_days_of_gbk_gives_the_name_in_unicode() -> None:
    digits = "62052419900101002"
    assert card(area("曾\ue863", digits + check_character(digits))).name == "曾䶮"
