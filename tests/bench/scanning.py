"""Reading QR codes from hard camera pictures, beside bare zxing-cpp and OpenCV's own detectors in the same run.

zxing-cpp gets the whole picture and is told to look for QR codes only, as our reader does; asked for every kind of code it takes ten
times as long and reads the same. Times are of the processor, so that other programs of the machine do not count.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import zxingcpp

from drivers.scanner.reading import CodeReader, read
from tests.bench import close_codes
from tests.bench.qr_frames import KINDS, Frame, Image, frames, noisy, placed, text
from tests.bench.report import Row

Reader = Callable[[Image], list[str]]
SEEN = 8
"""How many pictures of a still scene a reader gets."""


def bare(picture: Image) -> list[str]:
    """zxing-cpp as it comes."""
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def opencv(detector: cv2.QRCodeDetector | cv2.QRCodeDetectorAruco) -> Reader:
    """One of OpenCV's detectors."""

    def look(picture: Image) -> list[str]:
        try:
            found = detector.detectAndDecodeMulti(picture)
        except (cv2.error, UnicodeDecodeError):
            return []
        return [said for said in found[1] if said] if found[0] else []

    return look


def ours(picture: Image) -> list[str]:
    """Our reader, one picture by itself."""
    return [code.text for code in read(picture)]


class Score:
    """What a reader made of the frames: right and false readings and seconds, by kind."""

    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.false = 0
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def add(self, frame: Frame, reader: Reader) -> None:
        """Let the reader try one frame."""
        began = time.process_time()
        said = reader(frame.image)
        self.seconds[frame.kind] += time.process_time() - began
        self.right[frame.kind] += frame.text in said
        self.false += sum(each != frame.text for each in said)

    def ms(self, frames_of_kind: int, kind: str | None = None) -> float:
        """Milliseconds a frame."""
        return (sum(self.seconds.values()) if kind is None else self.seconds[kind]) / frames_of_kind * 1e3


def rows(each: int = 25, seed: int = 20261122) -> Iterator[Row]:
    """Read `each` frames of every kind, and scenes that hold still."""
    cv2.setNumThreads(1)
    readers = {
        "ours": ours,
        "zxing-cpp": bare,
        "OpenCV": opencv(cv2.QRCodeDetector()),
        "OpenCV Aruco": opencv(cv2.QRCodeDetectorAruco()),
    }
    scores = {name: Score() for name in readers}
    for frame in frames(each, seed):
        for name, reader in readers.items():
            scores[name].add(frame, reader)
    mine, theirs = scores["ours"], scores["zxing-cpp"]
    for kind in KINDS:
        beside = ", ".join(
            f"{name} {scores[name].right[kind]} ({scores[name].ms(each, kind):.1f} ms)" for name in scores if name != "ours"
        )
        measured = f"{mine.right[kind]} of {0 if kind == 'empty' else each} ({mine.ms(each, kind):.1f} ms)"
        if kind == "empty":
            yield Row("QR: empty", measured, beside, mine.seconds[kind] / theirs.seconds[kind], "time at most 2")
            continue
        better = mine.right[kind] > theirs.right[kind]
        yield Row(f"QR: {kind}", measured, beside, mine.right[kind] / max(1, theirs.right[kind]), "more than zxing-cpp", better)
    yield from _totals(scores, each * len(KINDS))
    yield from held_close(each // 3, seed)
    yield from still_scenes(seed)


def _totals(scores: dict[str, Score], count: int) -> Iterator[Row]:
    mine, theirs = scores["ours"], scores["zxing-cpp"]
    ratio = mine.ms(count) / theirs.ms(count)
    beside = ", ".join(f"{name} {score.ms(count):.1f} ms" for name, score in scores.items() if name != "ours")
    yield Row("QR: time a frame", f"{mine.ms(count):.1f} ms", beside, ratio, "at most 2 x zxing-cpp", ratio <= 2)
    beside = ", ".join(f"{name} {score.false}" for name, score in scores.items() if name != "ours")
    yield Row("QR: false readings", f"{mine.false} of {count}", beside, aim="none", met=mine.false == 0)


def held_close(each: int, seed: int) -> Iterator[Row]:
    """Large codes on paper and on screens, in the sizes of cameras."""
    for size in close_codes.SIZES:
        mine, theirs = Score(), Score()
        for frame in close_codes.close_frames(each, seed, size):
            mine.add(frame, ours)
            theirs.add(frame, bare)
        count = each * len(close_codes.KINDS)
        fewer = [kind for kind in close_codes.KINDS if mine.right[kind] < theirs.right[kind]]
        ratio = mine.ms(count) / theirs.ms(count)
        what = f"QR: held close, {size[0]} x {size[1]}"
        measured = f"{mine.right.total()} of {count} ({mine.ms(count):.1f} ms)"
        beside = f"zxing-cpp {theirs.right.total()} ({theirs.ms(count):.1f} ms)"
        aim = "no kind worse than zxing-cpp, time at most 1.3"
        yield Row(what, measured, beside, ratio, aim, not fewer and not mine.false and ratio <= 1.3)


def still_scenes(seed: int, count: int = 20) -> Iterator[Row]:
    """Scenes that hold still, with more noise than one picture can bear: what is read in SEEN pictures of each."""
    dice = random.Random(f"{seed} still")
    together = alone = bare_count = 0
    for _ in range(count):
        content = text(dice)
        scene = placed(dice, content, side=dice.uniform(170, 330), turn=dice.uniform(-20, 20))
        rng = np.random.default_rng(dice.randrange(2**32))
        pictures = [noisy(scene, rng, dice.uniform(170, 260)) for _ in range(SEEN)]
        reader = CodeReader()
        together += any(code.text == content for picture in pictures for code in reader.read(picture))
        alone += any(content in ours(picture) for picture in pictures)
        bare_count += any(content in bare(picture) for picture in pictures)
    beside = f"one by one {alone}, zxing-cpp {bare_count}"
    what = f"QR: strong noise, {SEEN} pictures of a still scene"
    yield Row(
        what, f"{together} of {count}", beside, together / max(1, bare_count), "more than zxing-cpp", together > bare_count
    )
