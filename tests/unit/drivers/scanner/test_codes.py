"""What scanners send, into codes: text lines, SSI packets, and the keys of a scanner that poses as a keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner import ssi
from drivers.scanner.frames import GM65, LIMIT, NEWLAND, PLAIN, CodeParser, gm65, text_of
from drivers.scanner.keys import ENDS, SHIFTED, KeyReader
from drivers.scanner.keys import PLAIN as KEYS

ENTER, SHIFT, ALT, CAPS = 28, 42, 56, 58
NEWLAND_OK = b"\x02\x010000@SCNTRG1\x06;\x03"
GM65_OK = bytes.fromhex("02 00 00 01 00 33 31")


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_codes_end_with_cr_lf_or_both(end):
    parser = CodeParser()
    assert parser.feed(b"A001" + end + b"B002" + end) == ["A001", "B002"]
    assert not parser.pending


def test_a_code_without_an_end_is_whole_after_silence():
    parser = CodeParser()
    assert parser.feed(b"A0") == [] and parser.feed(b"01") == [] and parser.pending
    assert parser.flush() == "A001" and parser.flush() is None


@given(st.text(alphabet="号A1 中", min_size=1, max_size=40), st.integers(0, 130), st.sampled_from(["utf-8", "gb18030"]))
def test_a_code_is_read_wherever_its_bytes_are_cut(text, cut, encoding):
    text = "武" + text
    data = text.encode(encoding) + b"\r\n"
    parser = CodeParser()
    found = parser.feed(data[:cut]) + parser.feed(data[cut:])
    assert len(found) == 1
    assert found[0] == text or encoding == "gb18030", "utf-8 is always right"


def test_chinese_in_gb_18030_is_read():
    assert text_of("武山县政务大厅".encode("gb18030")) == "武山县政务大厅"
    assert text_of(b"A\x00\x1d001\x7f") == "A001"
    assert text_of(b"\xff\xfe") == "ÿþ"


@pytest.mark.parametrize(("make", "answer"), [(NEWLAND, NEWLAND_OK), (GM65, GM65_OK)])
def test_answers_of_the_scanner_are_no_part_of_a_code(make, answer):
    for cut in range(len(answer) + 5):
        stream = answer + b"A001\r"
        parser = CodeParser(make)
        assert parser.feed(stream[:cut]) + parser.feed(stream[cut:]) == ["A001"]
        assert parser.answers == [True]
    bad = {NEWLAND: b"\x02\x010000@SCNTRG1\x05;\x03", GM65: bytes.fromhex("02 00 00 01 01 23 10")}[make]
    parser = CodeParser(make)
    parser.feed(bad)
    assert parser.answers == [False]


@pytest.mark.parametrize(("make", "answer"), [(NEWLAND, NEWLAND_OK), (GM65, GM65_OK)])
def test_a_broken_answer_is_never_handed_out_as_a_code_nor_joined_to_one(make, answer):
    flipped = [answer[:at] + bytes([answer[at] ^ 1 << bit]) + answer[at + 1 :] for at in range(len(answer)) for bit in range(8)]
    halves = [answer[:size] for size in range(1, len(answer))]
    for broken in flipped + halves:
        for stream in (broken + b"TICKET-0012\r", broken + b"\r"):
            parser = CodeParser(make)
            codes = parser.feed(stream) + parser.feed(b"A001\r")
            assert codes in (["TICKET-0012", "A001"], ["A001"]), broken


def test_what_comes_without_its_end_from_a_scanner_that_sends_ends_is_no_code():
    parser = CodeParser()
    assert parser.feed(b"A001\rHELLO-1") == ["A001"]
    assert parser.flush() is None and parser.malformed == 1
    assert parser.feed(b"B002\r") == ["B002"]


def test_a_code_longer_than_any_is_dropped_and_the_next_is_read():
    parser = CodeParser()
    for _ in range(40):
        assert parser.feed(b"x" * 1000) == []
        assert len(parser.held) <= LIMIT
    assert parser.feed(b"x\rA001\r") == ["A001"]
    assert parser.malformed == 1


@given(st.sampled_from([PLAIN, NEWLAND, GM65]), st.lists(st.binary(max_size=3000), max_size=6))
def test_any_bytes_never_crash_hang_or_grow(make, chunks):
    parser = CodeParser(make)
    for chunk in chunks:
        for code in parser.feed(chunk):
            assert code.isprintable()
        assert len(parser.held) <= LIMIT and len(parser.answers) <= 16
    parser.flush()


def test_a_checked_command_carries_its_crc_and_an_unchecked_one_its_mark():
    assert gm65(2, b"\x01", checked=False).hex(" ").upper() == "7E 00 08 01 00 02 01 AB CD"
    assert gm65(2, b"\x01")[:-2] == gm65(2, b"\x01", checked=False)[:-2]


@given(st.binary(min_size=1, max_size=2900), st.integers(0, 3200))
def test_a_code_in_several_packets_is_put_together(code, cut):
    stream = b"\x00" + b"".join(ssi.decoded(code))
    parser, reader = ssi.Parser(), ssi.SsiCodeReader()
    whole = [reader.feed(packet) for packet in parser.feed(stream[:cut]) + parser.feed(stream[cut:])]
    assert [code_ for code_ in whole if code_ is not None] == [code]


def test_a_code_whose_last_packet_never_comes_does_not_grow():
    reader = ssi.SsiCodeReader()
    for _ in range(100):
        assert reader.feed(ssi.Packet(ssi.DECODED, 0, ssi.MORE, b"\x1c" + b"x" * 250)) is None
        assert len(reader.held) <= ssi.LIMIT


# --- a scanner as keyboard --------------------------------------------------------------------------------------------


def typed(text):
    """The key events of a US keyboard that type `text`."""
    plain, shifted = {c: k for k, c in reversed(KEYS.items())}, {c: k for k, c in reversed(SHIFTED.items())}
    for c in text:
        if c in plain:
            yield from ((plain[c], 1), (plain[c], 0))
        else:
            yield from ((SHIFT, 1), (shifted[c], 1), (shifted[c], 0), (SHIFT, 0))


def read(events):
    reader = KeyReader()
    return [code for key, value in events if (code := reader.feed(key, value))]


@given(st.text(alphabet=[chr(c) for c in range(33, 127)], min_size=1, max_size=60))
def test_every_character_of_a_us_keyboard_is_read(text):
    assert read([*typed(text), (ENTER, 1), (ENTER, 0)]) == [text]


def test_caps_lock_turns_letters_only():
    events = [(CAPS, 1), (CAPS, 0), *typed("a1"), (SHIFT, 1), (30, 1), (30, 0), (SHIFT, 0), (ENTER, 1)]
    assert read(events) == ["A1a"]


def test_repeated_keys_and_key_releases_type_nothing():
    assert read([(30, 1), (30, 2), (30, 2), (30, 0), (15, 1)]) == ["a"]
    assert read([(ENTER, 1), (ENTER, 1)]) == []


def test_chinese_typed_as_alt_and_digits_is_read():
    events = []
    pad = {c: k for k, c in KEYS.items() if 71 <= k <= 82}
    for c in "武山":
        events.append((ALT, 1))
        for digit in str(int.from_bytes(c.encode("gb18030"), "big")):
            events += [(pad[digit], 1), (pad[digit], 0)]
        events.append((ALT, 0))
    assert read([*events, (ENTER, 1)]) == ["武山"]


@given(st.lists(st.tuples(st.integers(0, 767), st.integers(0, 2)), max_size=300))
def test_any_key_events_never_crash_or_grow(events):
    reader = KeyReader()
    for key, value in events:
        reader.feed(key, value)
    for _ in range(5000):
        reader.feed(30, 1)
    assert len(reader.held) <= LIMIT
    reader.give_up()
    assert not reader.pending and ENDS
