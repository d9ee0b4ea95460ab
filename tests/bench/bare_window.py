"""A bare Kivy window, for comparison: one button that changes its colour; every drawn frame is told as the kiosk tells its."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Open the window and run until terminated."""
    for name in ("KIVY_NO_ARGS", "KIVY_NO_CONFIG", "KIVY_NO_FILELOG", "KIVY_NO_CONSOLELOG"):
        os.environ[name] = "1"
    from kivy.config import Config

    Config.set("graphics", "width", sys.argv[1])
    Config.set("graphics", "height", sys.argv[2])
    from kivy.app import App
    from kivy.core.window import Window
    from kivy.uix.button import Button

    from link.systemd_notify import notify

    Window.bind(on_flip=lambda *_: notify("WATCHDOG=1"))

    class Bare(App):  # type: ignore[misc]
        def build(self) -> Button:
            return Button(text="1")

    Bare().run()


if __name__ == "__main__":
    main()
