"""The emulated printer against any bytes, and the commands our own layout does not use."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from drivers.emulators.escpos import EscPos58Emulator, EscPosEmulator
from drivers.emulators.escpos_commands import LIMIT, EscPosReader
from drivers.printer import commands as esc
from drivers.printer.layout import Big, InverseText, PaperLine, QrBlock, compose
from drivers.printer.profile import PROFILES

JOB = compose(
    [PaperLine("武山县 Wushan"), InverseText("优先"), Big("A012", 10), QrBlock("HTTP://A/T/1", 25)], PROFILES["escpos-80"]
)
COMMANDS = [b"\x1b*", b"\x1b@", b"\x1bD", b"\x1d(k", b"\x1dv0\x00", b"\x1dV", b"\x1dk", b"\x1c&", b"\x1c.", b"\x10\x14", b"\x10\x04\x01",
            b"\x1d!\x77", b"\x1ba\x01", b"\n", "号".encode("gbk"), b"\x81\x30\x81\x30"]  # fmt: skip


def feed(emulator, *pieces):
    answers = []
    line = emulator.plug_in(answers.append)
    for piece in pieces:
        emulator.feed(line, piece)
    return answers


@given(st.lists(st.one_of(st.binary(max_size=12), st.sampled_from(COMMANDS)), max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_bytes_whatsoever_break_the_printer(pieces):
    emulator = EscPosEmulator()
    feed(emulator, *pieces)
    assert emulator.waiting <= LIMIT
    assert feed(emulator, esc.ask_status(1))[-1:] in ([], [b"\x12"])


@given(st.binary(max_size=300), st.booleans())
@settings(deadline=None)
def test_the_reader_gives_back_every_byte_it_takes(data, chinese):
    reader = EscPosReader()
    reader.feed(data)
    length = 0
    prefix = {"text": 0, "?": 0, "LF": 1, "CR": 1, "HT": 1, "FF": 1, "CAN": 1}
    while (command := reader.next(chinese=chinese)) is not None:
        length += prefix.get(command.name, 2) + len(command.data)
    assert length + reader.waiting == len(data)


@given(st.lists(st.integers(1, len(JOB) - 1), max_size=8))
@settings(max_examples=15, deadline=None)
def test_a_job_cut_anywhere_gives_the_same_paper(cuts):
    whole, pieces = EscPosEmulator(), EscPosEmulator()
    feed(whole, JOB)
    bounds = [0, *sorted(cuts), len(JOB)]
    feed(pieces, *(JOB[a:b] for a, b in pairwise(bounds)))
    assert ImageChops.difference(whole.papers[0], pieces.papers[0]).getbbox() is None


def test_a_picture_larger_than_any_paper_is_noise_and_the_next_ticket_comes_out():
    emulator = EscPosEmulator()
    feed(emulator, b"\x1dv0\x00\xff\xff\xff\xff" + b"\n" * 20, JOB)
    assert emulator.malformed > 0
    assert len(emulator.papers) == 1


def test_data_for_a_printer_that_cannot_print_does_not_pile_up():
    emulator = EscPosEmulator(faults=["paper-out"])
    for _ in range(100):
        feed(emulator, b"A" * 10000)
    assert emulator.waiting <= 1 << 18


def test_a_status_question_is_answered_at_once_even_without_paper_and_in_two_pieces():
    emulator = EscPosEmulator(faults=["paper-out"])
    assert feed(emulator, JOB, b"\x10", b"\x04\x01", b"\x10\x04", b"\x02\x10\x04\x04") == [b"\x1a", b"\x32", b"\x7e"]


def test_a_question_behind_a_job_is_answered_with_what_the_job_did_however_the_line_cuts_them():
    for pieces in ([JOB, esc.ask_status(4)], [JOB + esc.ask_status(4)]):
        assert feed(EscPosEmulator(faults=["paper-ends=20"]), *pieces) == [b"\x7e"]


def test_a_printer_tells_changes_by_itself_once_asked_to():
    emulator = EscPosEmulator()
    answers = feed(emulator, esc.report_changes(on=True))
    emulator.fail("cover-open")
    emulator.repair("cover-open")
    assert answers == [b"\x10\x00\x00\x00", b"\x38\x00\x00\x00", b"\x10\x00\x00\x00"]


def test_paper_is_kept_as_pictures_in_a_folder(tmp_path):
    emulator = EscPosEmulator(name="ticket-printer-1", out=tmp_path)
    feed(emulator, JOB, JOB)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ticket-printer-1-0001.png", "ticket-printer-1-0002.png"]
    assert Image.open(tmp_path / "ticket-printer-1-0001.png").width == 640


def test_a_printer_that_starts_again_keeps_the_pictures_that_are_there(tmp_path):
    for _ in range(3):
        feed(EscPosEmulator(name="p", out=tmp_path), JOB)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p-0001.png", "p-0002.png", "p-0003.png"]


def test_a_printer_without_a_cutter_keeps_the_last_ticket_hanging_until_the_next_job(tmp_path):
    emulator = EscPos58Emulator(out=tmp_path, name="p")
    job = compose([PaperLine("社会保障")], emulator.profile)
    feed(emulator, job)
    assert not emulator.papers
    feed(emulator, job)
    assert len(emulator.papers) == 1
    emulator.stop()
    assert len(list(tmp_path.glob("*.png"))) == 2


def test_a_cut_without_feeding_leaves_the_text_for_the_next_ticket():
    """The cutter stands 12 mm behind the head, as every technician learns once."""
    emulator = EscPosEmulator()
    feed(emulator, b"\x1b@ABC\n\x1dV\x00" + b"\x1b@DEF\n\x1dVB\x10")
    first, second = emulator.papers
    assert first.getextrema()[0] > 200
    assert second.crop((0, 0, 640, 96)).getextrema()[0] < 100


@pytest.mark.parametrize("columns", [1, 24, 100])
def test_inline_bit_images_stand_in_the_line_of_text(columns):
    emulator = EscPosEmulator()
    feed(emulator, b"\x1b@AB" + b"\x1b*\x21" + columns.to_bytes(2, "little") + b"\xff" * columns * 3 + b"CD\n\x1dVB\x10")
    ink = emulator.papers[0].point(lambda dot: 255 if dot < 128 else 0).getbbox()
    assert ink is not None and 24 <= ink[3] - ink[1] <= 26 and ink[2] - ink[0] >= 36 + columns


def test_the_same_seed_spoils_the_same_bytes():
    def spoiled():
        return feed(EscPosEmulator(faults=["garbage"], seed=7), *[esc.ask_status(1)] * 5)

    assert spoiled() == spoiled()
    assert spoiled() != [b"\x12"] * 5
    assert random.Random(7).randbytes(4) == spoiled()[0]
