"""What an ESC/POS printer says, against the bits of the manuals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.emulators.escpos import EscPosEmulator
from drivers.printer.status import (
    Automatic,
    Block,
    Nonsense,
    Queued,
    RealTime,
    StatusParser,
    from_automatic,
    from_queued,
    from_real_time,
)

IDLE = 0x12


@pytest.mark.parametrize(
    ("replies", "condition"),
    [
        ((IDLE, IDLE, IDLE, IDLE), "ok"),
        ((0x1A, 0x32, IDLE, 0x7E), "paper-out"),  # the example of the manuals for a printer without paper
        ((0x1A, 0x16, IDLE, IDLE), "cover-open"),
        ((0x1A, 0x52, 0x1A, IDLE), "cutter"),
        ((IDLE, IDLE, IDLE, 0x1E), "paper-low"),
        ((0x1A, IDLE, IDLE, IDLE), "offline"),
        ((IDLE, 0x52, 0x32, IDLE), "offline"),  # an unrecoverable error
        ((0x16, IDLE, IDLE, IDLE), "ok"),  # the drawer is open: no matter for printing
        ((0x1A, 0x36, IDLE, 0x7E), "cover-open"),
    ],
)
def test_the_answers_to_the_four_questions_become_one_condition(replies, condition):
    assert from_real_time(*replies) == condition


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        ("10 00 00 00", "ok"),
        ("14 00 00 00", "ok"),
        ("18 00 0C 00", "paper-out"),
        ("38 00 00 00", "cover-open"),
        ("18 08 00 00", "cutter"),
        ("10 00 03 00", "paper-low"),
        ("18 00 00 00", "offline"),
        ("10 20 00 00", "offline"),
    ],
)
def test_the_four_bytes_of_an_automatic_status_become_one_condition(data, condition):
    assert from_automatic(bytes.fromhex(data)) == condition


def test_the_queued_answer_tells_of_paper():
    assert [from_queued(value) for value in (0, 3, 12, 15)] == ["ok", "paper-low", "paper-out", "paper-out"]


def test_replies_of_all_kinds_in_one_stream_are_told_apart():
    data = bytes.fromhex("12 10 00 03 00 03 1A 37 25 00 FF 00")
    assert StatusParser().feed(data) == [
        RealTime(0x12),
        Automatic(b"\x10\x00\x03\x00"),
        Queued(3),
        RealTime(0x1A),
        Block(b"\x37\x25\x00"),
        Nonsense(0xFF),
        Queued(0),
    ]


@given(st.binary(max_size=400), st.data())
@settings(deadline=None)
def test_any_bytes_cut_anywhere_give_the_same_replies_and_nothing_piles_up(data, cuts):
    whole = StatusParser().feed(data)
    parser, replies, rest = StatusParser(), [], data
    while rest:
        n = cuts.draw(st.integers(1, len(rest)))
        replies += parser.feed(rest[:n])
        rest = rest[n:]
        assert len(parser.held) < 80
    assert replies == whole


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_after_noise_the_next_status_is_found(noise):
    parser = StatusParser()
    parser.feed(noise)
    assert RealTime(0x12) in parser.feed(b"\x12" * 81)


@pytest.mark.parametrize("fault", ["", "paper-low", "paper-out", "cover-open", "offline"])
def test_the_emulator_says_the_same_in_both_ways(fault):
    emulator = EscPosEmulator(faults=[fault] if fault else [])
    expected = fault or "ok"
    assert from_real_time(*emulator.real_time_status()) == expected
    assert from_automatic(emulator.automatic_status()) == expected
    assert all(isinstance(reply, RealTime) for reply in StatusParser().feed(bytes(emulator.real_time_status())))
    assert StatusParser().feed(emulator.automatic_status()) == [Automatic(emulator.automatic_status())]
