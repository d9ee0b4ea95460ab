"""A file is replaced as a whole or not at all, and its name survives a power cut."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from contract import durable


def test_a_file_is_replaced_as_a_whole_with_the_rights_that_were_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("old")
    durable.replace_file(path, "新", mode=0o600)
    assert path.read_text(encoding="utf-8") == "新"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_a_write_that_fails_half_way_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "count"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), durable.replacement(path) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["count"]


def test_what_a_power_cut_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".count.part").write_text("half")
    durable.replace_file(tmp_path / "count", b"whole")
    assert (tmp_path / "count").read_bytes() == b"whole"
    assert [one.name for one in tmp_path.iterdir()] == ["count"]


def test_file_and_folder_are_flushed_before_and_after_the_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    durable.replace_file(tmp_path / "file", "content")
    assert steps == ["file", "rename", "folder"]
