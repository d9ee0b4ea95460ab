"""The copies of the font that the terminal keeps."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.ui.fonts import text_files


def test_a_copy_is_made_once_and_has_the_simplified_face_first(tmp_path: Path) -> None:
    regular, bold = text_files(tmp_path)
    assert regular.read_bytes()[12:16] == regular.read_bytes()[20:24] and bold.exists()
    before = regular.stat().st_ino
    assert text_files(tmp_path)[0].stat().st_ino == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["NotoSansCJK-Bold-sc.ttc", "NotoSansCJK-Regular-sc.ttc"]


def test_a_copy_that_a_power_cut_left_empty_is_made_again(tmp_path: Path) -> None:
    whole = [path.read_bytes() for path in text_files(tmp_path)]
    (tmp_path / "NotoSansCJK-Bold-sc.ttc").write_bytes(b"")
    assert [path.read_bytes() for path in text_files(tmp_path)] == whole


def test_a_copy_of_another_edition_of_the_font_is_made_again(tmp_path: Path) -> None:
    regular, _ = text_files(tmp_path)
    os.utime(regular, (2e9, 2e9))
    assert int(text_files(tmp_path)[0].stat().st_mtime) != 2_000_000_000
