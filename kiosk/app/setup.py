"""How Kivy is set up for a terminal: our window, no keyboard, no settings of its own, no way out for the public."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from kiosk.app import virtual_terminal
from kiosk.ui.theme import Look

ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_CONSOLELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_WINDOW": "sdl2",
    "KIVY_TEXT": "sdl2",
    "KIVY_CLOCK": "default",
}

KEYS = ("on_key_down", "on_key_up", "on_keyboard", "on_textinput", "on_drop_file", "on_drop_text")
"""What a keyboard may cause in Kivy; all of it is taken and dropped."""


@dataclass(frozen=True)
class Screen:
    """The size of the window, and whether it is the whole screen, locked against leaving."""

    width: int
    height: int
    fullscreen: bool = False


def prepare_kivy(screen: Screen) -> None:
    """Set Kivy up before its first import elsewhere: our size, no keys, no settings, no red dots, only the one pointer."""
    for name, text in ENVIRONMENT.items():
        os.environ.setdefault(name, text)
    from kivy.config import Config

    settings: dict[str, dict[str, object]] = {
        "graphics": {
            "width": screen.width,
            "height": screen.height,
            "fullscreen": 0,
            "borderless": int(screen.fullscreen),
            "multisamples": 0,
            "maxfps": 0,
            "resizable": 0,
            "show_cursor": int(not screen.fullscreen),
            "position": "custom" if screen.fullscreen else "auto",
            "left": 0,
            "top": 0,
            "vsync": 0,
        },
        "kivy": {"exit_on_escape": 0, "keyboard_mode": "", "log_level": "warning", "pause_on_minimize": 0, "window_icon": ""},
    }
    for section, values in settings.items():
        for key, value in values.items():
            Config.set(section, key, str(value))
    for section in ("input", "modules"):
        Config.remove_section(section)
        Config.add_section(section)
    Config.set("input", "mouse", "mouse,disable_multitouch")


def lock(window: Any, screen: Screen) -> None:
    """Leave no way out for the public: no keys, and in full screen no closing. What is bound last is asked first."""
    window.clearcolor = Look(1, 1).colour("background")
    window.bind(**dict.fromkeys(KEYS, lambda *_a, **_k: True), on_request_close=lambda *_a, **_k: screen.fullscreen)
    if screen.fullscreen:
        virtual_terminal.mute()
