"""Frames of the speech chips, byte for byte, and their parser under noise."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice.chip import pieces
from drivers.voice.frames import BAUD, PAUSE, RESUME, STATUS, STOP, SYN6288, XFS5152, Chip, Frame, Parser

VECTORS = json.loads((Path(__file__).parents[3] / "vectors.json").read_text(encoding="utf-8"))
CHIPS = [SYN6288, XFS5152]

MADE = {
    ("syn6288", "yuyintianxia GB2312"): SYN6288.speak("宇音天下", "gb2312"),
    ("syn6288", "GBK"): SYN6288.speak("宇音天下", "gbk"),
    ("syn6288", "GBK bgm15"): SYN6288.speak("宇音天下", "gbk", music=15),
    ("syn6288", "baud 19200"): SYN6288.frame(BAUD, b"\x01"),
    ("syn6288", "stop"): SYN6288.frame(STOP),
    ("syn6288", "pause"): SYN6288.frame(PAUSE),
    ("syn6288", "status"): SYN6288.frame(STATUS),
    ("syn6288", "sleep"): SYN6288.frame(SYN6288.sleep),
    ("xfs5152", "kedaxunfei GB2312"): XFS5152.speak("科大讯飞", "gb2312"),
    ("xfs5152", "GBK"): XFS5152.speak("科大訊飛", "gbk"),
    ("xfs5152", "BIG5"): XFS5152.speak("科大訊飛", "big5"),
    ("xfs5152", "stop"): XFS5152.frame(STOP),
    ("xfs5152", "resume"): XFS5152.frame(RESUME),
    ("xfs5152", "status"): XFS5152.frame(STATUS),
}
FRAMES = [
    (v["device"], f["name"], bytes.fromhex(f["hex"]))
    for v in VECTORS
    if v["device"] in ("syn6288", "xfs5152")
    for f in v["frames"]
]


@pytest.mark.parametrize(("device", "name", "frame"), FRAMES)
def test_every_frame_of_the_makers_manuals_is_reproduced_and_read(device, name, frame):
    chip = SYN6288 if device == "syn6288" else XFS5152
    assert MADE[device, name].hex(" ") == frame.hex(" ")
    [read] = Parser(chip).feed(frame)
    assert read is not None and chip.frame(read.command, read.data) == frame


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_a_text_longer_than_the_chip_takes_is_refused(chip):
    with pytest.raises(ValueError, match="bytes of text"):
        chip.speak("啊" * (chip.limit // 2 + 1))


@given(
    st.sampled_from(CHIPS),
    st.text(alphabet="请号到窗口一二三零ABC，", max_size=60),
    st.sampled_from(["gb2312", "gbk", "unicode"]),
)
def test_what_is_written_is_read_back(chip, text, encoding):
    [frame] = Parser(chip).feed(chip.speak(text, encoding))
    assert frame is not None and frame.text(chip) == text


@given(st.sampled_from(CHIPS), st.lists(st.binary(max_size=300), max_size=8))
def test_any_bytes_never_crash_hang_or_grow(chip, chunks):
    parser = Parser(chip)
    for chunk in chunks:
        parser.feed(chunk)
        assert len(parser.held) <= chip.limit + 5


@given(st.binary(max_size=40).filter(lambda noise: 0xFD not in noise), st.integers(0, 40))
def test_a_frame_is_found_behind_noise_wherever_the_stream_is_cut(noise, cut):
    stream = noise + SYN6288.speak("请零一二号")
    parser = Parser(SYN6288)
    found = parser.feed(stream[:cut]) + parser.feed(stream[cut:])
    assert [frame.text(SYN6288) for frame in found if frame] == ["请零一二号"]


def test_a_frame_behind_a_broken_one_is_found():
    broken = bytearray(SYN6288.speak("一"))
    broken[-1] ^= 1
    found = Parser(SYN6288).feed(bytes(broken) + SYN6288.frame(STATUS))
    assert found[0] is None and found[-1] == Frame(STATUS, b"")


@given(st.text(alphabet="请号到窗口办理业务，。 abc", max_size=400), st.integers(10, 60))
def test_a_long_text_is_cut_into_pieces_that_fit_and_lose_nothing(text, limit):
    parts = pieces(text, limit)
    assert all(0 < len(part.encode("gbk")) <= limit for part in parts)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


def test_only_the_chips_that_have_background_music_play_it():
    with pytest.raises(ValueError, match="no background music"):
        XFS5152.speak("请", music=1)
    assert isinstance(SYN6288, Chip)
