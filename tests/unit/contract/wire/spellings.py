"""Numbers of cases as departments write them, and the ways in which people write one down."""

from __future__ import annotations

from hypothesis import strategies as st

BRACKETS = ("〔{}〕", "[{}]", "（{}）", "({})", "【{}】", "-{}-", "_{}_", "/{}/", " {} ", "{}")
PREFIXES = ("", "WS", "武市监准", "甘0524行审字", "GS-")
ENDS = ("号", "", "-1", "号之2")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number: prefix, year in some kind of brackets, count, perhaps 号."""
    year = draw(st.sampled_from(BRACKETS)).format(draw(st.integers(2024, 2027)))
    number = f"{draw(st.sampled_from(PREFIXES))}{year}{draw(st.integers(1, 99999))}{draw(st.sampled_from(ENDS))}"
    return number.strip(" ")


NUMBERS = numbers()


@st.composite
def spellings_of(draw: st.DrawFn, number: str) -> str:
    """`number` with other signs, or none; in small letters, in full width; with 第 and without 号; without its Chinese."""
    signs = {sign: draw(st.sampled_from(["", "-", " ", "_", "（", "]"])) for sign in "〔〕[]（）()【】-_/ "}
    written = "".join(signs.get(c, c) for c in number)
    if draw(st.booleans()):
        written = written.replace("号", "")
    if draw(st.booleans()):
        written = written.lower()
    if draw(st.booleans()):
        written = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in written)
    if draw(st.booleans()):
        written = "".join(c for c in written if not "\u4e00" <= c <= "\u9fff")
    return f" {written}\u200b" if draw(st.booleans()) else written
