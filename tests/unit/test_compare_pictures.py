"""Two folders of pictures are compared pixel by pixel."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.compare_pictures import main


def draw(folder: Path, name: str, *, size: tuple[int, int] = (10, 10), spots: int = 0) -> None:
    picture = Image.new("RGB", size, "white")
    for x in range(spots):
        picture.putpixel((x, 0), (255, 255, 254))
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    picture.save(folder / name)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("before", "after"):
        draw(tmp_path / name, "hall/zh/home.png")
    return tmp_path / "before", tmp_path / "after"


def test_the_same_pictures_are_no_difference(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]):
    assert main([str(folder) for folder in folders]) == 0
    assert capsys.readouterr().out == "1 pictures compared: 0 missing, 0 new, 0 different\n"


def test_missing_new_and_differing_pictures_are_listed(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]):
    before, after = folders
    draw(before, "gone.png")
    draw(after, "come.png")
    draw(after, "hall/zh/home.png", spots=3)
    draw(before, "grown.png")
    draw(after, "grown.png", size=(10, 11))
    assert main([str(before), str(after)]) == 1
    *said, total = capsys.readouterr().out.splitlines()
    assert [line.split() for line in said] == [
        ["missing", "gone.png"],
        ["new", "come.png"],
        ["100.0000%", "grown.png"],
        ["3.0000%", "hall/zh/home.png"],
    ]
    assert total == "2 pictures compared: 1 missing, 1 new, 2 different"


def test_nothing_to_compare_is_no_success(tmp_path: Path):
    assert main([str(tmp_path), str(tmp_path)]) == 1
