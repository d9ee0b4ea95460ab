"""A terminal without a desktop fills the screen that it has."""

from __future__ import annotations

from pathlib import Path

from kiosk.app.screen_size import native_size


def connector(folder: Path, name: str, status: str, modes: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "status").write_text(f"{status}\n")
    (folder / name / "modes").write_text(modes)


def test_the_first_connected_screen_tells_the_size_it_prefers(tmp_path: Path) -> None:
    connector(tmp_path, "card0-DP-1", "disconnected", "")
    connector(tmp_path, "card0-HDMI-A-1", "connected", "1920x1080\n1280x720\n")
    connector(tmp_path, "card0-HDMI-A-2", "connected", "3840x2160\n")
    assert native_size(tmp_path) == (1920, 1080)


def test_an_interlaced_mode_is_read_and_a_screen_without_modes_passed_over(tmp_path: Path) -> None:
    connector(tmp_path, "card0-DP-1", "connected", "")
    connector(tmp_path, "card0-DP-2", "connected", "1920x1080i\n")
    assert native_size(tmp_path) == (1920, 1080)


def test_a_machine_without_screens_leaves_the_usual_size(tmp_path: Path) -> None:
    assert native_size(tmp_path) is None
    assert native_size(tmp_path / "nothing") is None
