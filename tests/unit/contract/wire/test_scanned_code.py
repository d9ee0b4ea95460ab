"""A code is what it is, whatever a scanner puts around it, and however it comes: over a line, typed by a keyboard, as an address."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contract.wire.scanned_code import Code, read, sealed
from drivers.scanner.keys import CAPS, PLAIN, SHIFTED, KeyReader

WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20).filter(lambda text: text.strip("-") == text)
SEAL = st.text("ABCDEFXYZabcdefxyz0123456789_-", min_size=12, max_size=12)
TOKENS = st.from_regex(r"[0-9]{6}[a-z][0-9]{3,6}-[A-Za-z0-9_-]{12}", fullmatch=True)
ITEMS = st.from_regex(r"[0-9]{8}[A-Z]{2}-[A-Z]{2}-[0-9]{4}", fullmatch=True)
AROUND = st.text("\0\x02\x03\x04\x1d\r\n\t \u3000\u200b\ufeff", max_size=4)
SYMBOLOGIES = st.sampled_from(["", "]Q1", "]Q3", "]C0", "]C1", "]d2", "]E0", "]z0", "]e0"])
HOSTS = st.sampled_from(["http://10.0.0.2:8080", "https://hall.example", "HTTP://10.0.0.2", "https://xn--fiq228c.example:8443"])
TAILS = st.sampled_from(["", "/", "?from=wx", "#top", "?a=1&b=2"])


@st.composite
def codes(draw: st.DrawFn) -> tuple[str, Code]:
    """A code of the hall as it is printed or shown, and what it is."""
    kind = draw(st.sampled_from(["ticket", "guide", "appointment", "case"]))
    if kind == "ticket":
        value = draw(TOKENS)
        text, code = value, Code("ticket", value)
    elif kind == "guide":
        value = draw(ITEMS)
        text, code = value, Code("guide", value.lower())
    else:
        hall, name, mac = draw(WORD), draw(WORD), draw(SEAL)
        text, code = sealed(kind, hall, name, mac), Code(kind, name, hall, mac)
    if draw(st.booleans()):
        letter = {"ticket": "t", "guide": "g", "appointment": "a", "case": "c"}[kind]
        text = (
            f"{draw(HOSTS)}/{draw(st.sampled_from([letter, letter.upper()]))}/{text.removeprefix('JHA.').removeprefix('JHC.')}"
        )
        text += draw(TAILS)
    return text, code


@given(codes(), AROUND, SYMBOLOGIES, AROUND, AROUND)
def test_what_a_scanner_puts_around_a_code_changes_nothing(
    given_code: tuple[str, Code], before: str, symbology: str, between: str, behind: str
) -> None:
    text, code = given_code
    assert read(f"{before}{symbology}{between}{text}{behind}") == code


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80), AROUND, SYMBOLOGIES, AROUND)
def test_a_service_code_reaches_the_verifiers_without_anything_around_it(
    text: str, before: str, symbology: str, behind: str
) -> None:
    found = read(text)
    if found is not None and found.kind == "service" and not text.startswith("]"):
        assert found.value == text
        assert read(f"{before}{symbology}{text}{behind}") == found


@given(st.text(max_size=200))
def test_any_text_is_a_code_of_one_line_or_none(text: str) -> None:
    found = read(text)
    assert found is None or (found.value.isascii() and found.value.isprintable() and " " not in found.value)


def typed(text: str, *, caps: bool) -> str | None:
    """`text` as a scanner types it on a US keyboard, shift where it is needed, Enter behind it."""
    reader = KeyReader()
    plain, shifted = ({c: key for key, c in rows.items() if not 71 <= key <= 83} for rows in (PLAIN, SHIFTED))
    if caps:
        reader.feed(CAPS, 1)
        reader.feed(CAPS, 0)
    for character in text:
        upper = character not in plain
        key = shifted[character] if upper else plain[character]
        if upper != (caps and character.isalpha()):
            reader.feed(42, 1)
        reader.feed(key, 1)
        reader.feed(key, 0)
        reader.feed(42, 0)
    return reader.feed(28, 1)


@given(codes(), SYMBOLOGIES, st.booleans())
def test_a_code_typed_by_a_scanner_is_the_code_with_capitals_locked_or_not(
    given_code: tuple[str, Code], symbology: str, caps: bool
) -> None:
    text, code = given_code
    assert read(typed(symbology + text, caps=caps) or "") == code


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60).filter(str.strip), st.booleans())
def test_every_character_of_a_us_keyboard_is_typed_and_read(text: str, caps: bool) -> None:
    assert typed(text, caps=caps) == text


@given(st.text("武山县政务服务中心张三李四〇，。", min_size=1, max_size=20))
def test_chinese_typed_by_numbers_with_alt_is_read_as_windows_reads_it(text: str) -> None:
    reader = KeyReader()
    pad = {c: key for key, c in PLAIN.items() if 71 <= key <= 82 and c.isdigit()}
    for character in text:
        reader.feed(56, 1)
        for digit in str(int.from_bytes(character.encode("gb18030"), "big")):
            reader.feed(pad[digit], 1)
            reader.feed(pad[digit], 0)
        reader.feed(56, 0)
    assert reader.feed(28, 1) == text
