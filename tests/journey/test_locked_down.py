"""Nobody leaves a terminal's program: every key and button that closes or opens something elsewhere does nothing here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faces import Face
from tests.programs import PrivateBroker, Watcher, wait_until

TERMINALS = """
[[terminal]]
id = "rater-01"
role = "rating"
window = "01"

[[terminal]]
id = "screen-9"
role = "screen"
"""
ROLES = {
    "hall": ("kiosk-1", (540, 960), "HomePage"),
    "rating": ("rater-01", (1280, 800), "PlatePage"),
    "screen": ("screen-9", (960, 540), "CallsPage"),
}
KEYS = [
    "Escape",
    *(f"F{number}" for number in range(1, 13)),
    "Print",
    "Pause",
    "Scroll_Lock",
    "Menu",
    "Super_L",
    "XF86PowerOff",
    "Tab",
    "Return",
    "space",
    "BackSpace",
    "Delete",
    "alt+F4",
    "alt+Tab",
    "alt+F2",
    "alt+space",
    "super+d",
    "super+l",
    *(f"ctrl+{letter}" for letter in "acdeqrswxz"),
    "ctrl+backslash",
    "ctrl+Escape",
    "ctrl+shift+Escape",
    "ctrl+alt+t",
    "ctrl+alt+Delete",
    "ctrl+alt+BackSpace",
    *(f"ctrl+alt+F{number}" for number in range(1, 8)),
    "alt+Print",
    "shift+F1",
    "ctrl+shift+i",
    "ctrl+shift+d",
]
GESTURE = ((0.04, 0.03), (0.96, 0.03)) * 3
STANDING = (0, 0.2, 1, 0.85)
"""The part of the page that changes neither with the time nor with the notices of the call screen."""


@pytest.fixture
def hall_folder(hall_folder: Path) -> Path:
    """The small hall with a rater and a call screen."""
    with (hall_folder / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(TERMINALS)
    return hall_folder


@pytest.mark.parametrize("role", ROLES)
def test_no_key_and_no_odd_button_leads_out_of_a_terminal(
    role: str, hall_folder: Path, broker: PrivateBroker, watcher: Watcher
) -> None:
    terminal, size, page = ROLES[role]
    face = Face(role, size, hall_folder, "--hall", str(hall_folder), "--broker", broker.address, "--terminal", terminal)
    face.open()
    try:
        watcher.wait(f"terminal/{terminal}/status", "ready")
        face.wait_for_page(page)
        before = face.steady_picture(*STANDING)  # what the hall says is on it by now
        wait_until(lambda: face.focus == str(face.pid))  # the keys go to the program
        shown = len(face.pages)
        face.run("xdotool", "key", "--delay", "5", *KEYS)
        for button in ("2", "3", "8", "9"):
            face.run("xdotool", "mousemove", str(size[0] // 2), "4", "click", button)
        assert face.steady_picture(*STANDING, seconds=0.5) == before, "another page, or something on it"
        face.tap_all(*GESTURE)
        face.wait_for_page("CodePage")  # the one way in; what was pressed before it has been handled before it
        assert set(face.pages[shown:]) <= {page, "CodePage"}
        assert face.is_alive, face.log
    finally:
        face.close()
