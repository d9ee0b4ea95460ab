"""Reading QR codes from hard pictures: never less than bare zxing-cpp, nothing that is not there."""

import random
from collections import Counter

import cv2
import numpy as np
import pytest

from drivers.scanner import reading, treatment
from drivers.scanner.camera import settings
from drivers.scanner.reading import CodeReader, read
from tests.bench.close_codes import SIZES, close_frames
from tests.bench.qr_frames import KINDS, frames, noisy, placed, scene
from tests.bench.scanning import bare, ours

EACH = 8


@pytest.fixture(scope="module")
def scores():
    """Right readings by kind, ours and bare zxing-cpp's, and what was read that is not there."""
    mine, theirs, false = Counter(), Counter(), []
    for frame in frames(EACH, seed=5):
        said = ours(frame.image)
        mine[frame.kind] += frame.text in said
        theirs[frame.kind] += frame.text in bare(frame.image)
        false += [text for text in said if text != frame.text]
    return mine, theirs, false


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "empty"])
def test_no_kind_of_hard_picture_is_read_worse_than_by_bare_zxing(scores, kind):
    mine, theirs, _ = scores
    assert mine[kind] >= theirs[kind]


def test_hard_pictures_are_read_better_than_by_bare_zxing_and_nothing_false(scores):
    mine, theirs, false = scores
    assert mine.total() > 1.15 * theirs.total()
    assert false == [] and mine["empty"] == 0


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_code_held_close_is_read_whenever_bare_zxing_reads_it_and_nothing_false(size):
    mine = 0
    for frame in close_frames(3, 5, size):
        said = ours(frame.image)
        assert frame.text in said or frame.text not in bare(frame.image), frame.kind
        assert set(said) <= {frame.text}
        mine += frame.text in said
    assert mine >= 16, "of 18"


def test_the_same_seed_gives_the_same_pictures():
    first, again = (list(frames(1, seed=9)) for _ in range(2))
    assert all(np.array_equal(a.image, b.image) and a.text == b.text for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].image, next(frames(1, seed=10)).image)


def test_pictures_of_a_still_scene_are_put_together_until_the_code_can_be_read():
    dice, rng = random.Random(3), np.random.default_rng(3)
    still = placed(dice, "A012", side=260, turn=8)
    pictures = [noisy(still, rng, 270) for _ in range(8)]
    assert not any(read(picture) for picture in pictures)
    reader = CodeReader()
    assert "A012" in [code.text for picture in pictures for code in reader.read(picture)]


def test_a_scene_that_moves_is_not_put_together():
    dice, reader = random.Random(4), CodeReader()
    for _ in range(4):
        assert reader.read(scene(dice)) == []
        assert reader.put_together == 1


def test_a_light_code_on_dark_is_read_within_a_few_pictures():
    picture = 255 - placed(random.Random(6), "B007", side=240, turn=0)
    reader = CodeReader()
    assert "B007" in [code.text for _ in range(len(reading.RARE)) for code in reader.read(picture)]


def test_a_picture_in_colour_and_two_codes_at_once_are_read():
    image = np.full((480, 640), 150, np.uint8)
    for x, text in ((30, "A001"), (350, "B002")):
        from tests.bench.qr_frames import code

        drawn = code(text, 8)
        image[100 : 100 + drawn.shape[0], x : x + drawn.shape[1]] = drawn
    found = CodeReader().read(np.dstack([image] * 3))
    assert {code.text for code in found} == {"A001", "B002"}
    assert all(len(code.corners) == 4 for code in found)


def test_chinese_in_a_code_is_read_whole():
    picture = placed(random.Random(8), "武山县政务服务中心 A012", side=260, turn=5)
    assert [code.data.decode("utf-8", "replace") for code in read(picture)] == ["武山县政务服务中心 A012"]


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 16), (31, 640), (480, 17)])
@pytest.mark.parametrize("value", [0, 255])
def test_a_picture_of_any_size_is_taken(shape, value):
    reader = CodeReader()
    for _ in range(len(reading.RARE) + 1):
        assert reader.read(np.full(shape, value, np.uint8)) == []
    assert reader.read(np.random.default_rng(1).integers(0, 256, shape, np.uint8).astype(np.uint8)) == []


def test_a_smear_is_measured_along_its_direction():
    from tests.bench.qr_frames import motion

    sharp = placed(random.Random(11), "A012" * 6, side=300, turn=0)[90:390, 170:470]
    share, _ = treatment.smear(np.ascontiguousarray(sharp))
    assert share > 0.6
    for angle in (0, 40, 90, 140):
        smeared = motion(sharp, 25, angle)
        share, measured = treatment.smear(smeared)
        off = (measured - angle) % 180
        assert share < treatment.SMEARED and min(off, 180 - off) < 8


def test_a_picture_that_was_set_right_is_sharper_than_before():
    from tests.bench.qr_frames import motion

    sharp = np.ascontiguousarray(placed(random.Random(12), "A012" * 6, side=300, turn=0)[90:390, 170:470])
    smeared = motion(sharp, 11, 0)
    right = treatment.deblurred(smeared, 11, 0, noise=0.002)
    error = [float(cv2.absdiff(sharp, image)[20:-20, 20:-20].mean()) for image in (smeared, right)]
    assert error[1] < 0.75 * error[0]


def test_a_usb_camera_is_asked_for_jpeg_before_its_size():
    asked = dict(settings((1280, 720)))
    assert next(iter(asked)) == cv2.CAP_PROP_FOURCC and asked[cv2.CAP_PROP_FOURCC] == int.from_bytes(b"MJPG", "little")
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT]) == (1280, 720)
