"""The one Kivy program: opens the window, runs a role's flow and draws its pages.

Whatever happens in a page or a step, the citizen gets the role's fail-safe page and then home; the cause is logged and
stands in the terminal's status.
"""

from __future__ import annotations

import logging
import os
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from contract.configuration.hall import HallConfig
from contract.texts import texts
from contract.wire.messages import DeviceStatus
from kiosk.app import main_loop, virtual_terminal
from kiosk.app.click import Click
from kiosk.app.link_events import TerminalLink
from kiosk.app.orders import acts_of
from kiosk.flow.event import Ask, Broke, Tick, Touched
from kiosk.flow.role import Role
from kiosk.ui import fonts
from kiosk.ui.page_context import PageContext
from kiosk.ui.theme import Look
from link.systemd_notify import notify

LOG = logging.getLogger(__name__)
T = TypeVar("T")
ENVIRONMENT = {"KIVY_NO_ARGS": "1", "KIVY_NO_CONFIG": "1", "KIVY_NO_FILELOG": "1", "KIVY_NO_CONSOLELOG": "1",
               "KIVY_LOG_MODE": "PYTHON", "KIVY_WINDOW": "sdl2", "KIVY_TEXT": "sdl2", "KIVY_CLOCK": "default"}  # fmt: skip

KEYS = ("on_key_down", "on_key_up", "on_keyboard", "on_textinput", "on_drop_file", "on_drop_text")
"""What a keyboard may cause in Kivy; all of it is taken and dropped."""

DRAW_TICKS = 5
"""After so many seconds a screen on which nothing moves is drawn once more: systemd's watchdog is fed by what is drawn."""


@dataclass(frozen=True)
class Screen:
    """The size of the window, and whether it is the whole screen, locked against leaving."""

    width: int
    height: int
    fullscreen: bool = False


def prepare_kivy(screen: Screen) -> None:
    """Set Kivy up before its first import elsewhere: our size, no keys, no settings, no red dots, only the one pointer."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from kivy.config import Config

    settings: dict[str, dict[str, Any]] = {
        "graphics": {
            "width": screen.width, "height": screen.height, "fullscreen": 0, "borderless": int(screen.fullscreen),
            "multisamples": 0, "maxfps": 0, "resizable": 0, "show_cursor": int(not screen.fullscreen),
            "position": "custom" if screen.fullscreen else "auto", "left": 0, "top": 0, "vsync": 0,
        },
        "kivy": {"exit_on_escape": 0, "keyboard_mode": "", "log_level": "warning", "pause_on_minimize": 0, "window_icon": ""},
    }  # fmt: skip
    for section, values in settings.items():
        for key, value in values.items():
            Config.set(section, key, str(value))
    for section in ("input", "modules"):
        Config.remove_section(section)
        Config.add_section(section)
    Config.set("input", "mouse", "mouse,disable_multitouch")


class App:
    """Runs one role on one window. `run` returns when `stop` was called or the window was closed."""

    def __init__(self, *, role: Role, hall: HallConfig, screen: Screen, link: TerminalLink | None, click: Click | None) -> None:
        self.role, self.hall, self.screen = role, hall, screen
        self.state: Any = role.first(uuid4())
        self._link, self._click = link, click
        self._inbox: deque[Any] = deque()
        self._sdl: main_loop.Sdl | None = None
        self._root: Any = None
        self._page: Any = None
        self._on_screen: Any = None
        self._drawn: Any = None
        self._wake: Callable[[], Any] = lambda: None
        self._trouble: list[DeviceStatus] = []
        self._ticks = 0
        self.first_frame_at: float | None = None
        self.on_first_frame: Callable[[], None] = lambda: None

    # --- life ---

    def open(self) -> None:
        """Open the window with the first page."""
        prepare_kivy(self.screen)
        from kivy.base import runTouchApp
        from kivy.clock import Clock
        from kivy.core.window import Window
        from kivy.uix.widget import Widget

        fonts.register()
        self._sdl = main_loop.find_sdl()
        self._wake = Clock.create_trigger(self._take_events, 0)
        self._root = Widget(size=(self.screen.width, self.screen.height))
        self._lock(Window)
        Window.bind(on_touch_down=self._touched, on_flip=self._flipped)
        self._redraw()
        runTouchApp(self._root, embedded=True)
        Clock.schedule_interval(lambda _dt: self._tick(), 1)

    def run(self) -> None:
        """Connect and run until the end."""
        main_loop.run(self._sdl, self._failed)

    def stop(self) -> None:
        """End `run`; may be called from a signal handler or another thread."""
        from kivy.base import EventLoop

        EventLoop.quit = True
        if self._sdl is not None:
            self._sdl.wake()

    def close(self) -> None:
        """Disconnect and close what the role owns."""
        self.role.stop()
        if self._link is not None:
            self._link.close()
        if self._click is not None:
            self._click.close()

    def start_work(self) -> None:
        """Open what the first frame does not need: the connection, the role's devices, the click."""
        if self._click is not None:
            self._click.open()
        self.role.start(self.send)
        if self._link is not None:
            self._link.open(self.role.topics, {**acts_of(self), **self.role.acts})
        self._tick()

    # --- events ---

    def send(self, event: Any) -> None:
        """Give an event to the flow, from any thread; it is taken before the next frame."""
        self._inbox.append(event)
        self._wake()
        if self._sdl is not None:
            self._sdl.wake()

    def call(self, function: Callable[[], T]) -> Future[T]:
        """Run `function` between two frames, for another thread that waits for the result."""
        from kivy.clock import Clock

        future: Future[T] = Future()

        def run(_dt: float) -> None:
            try:
                future.set_result(function())
            except Exception as error:
                future.set_exception(error)

        Clock.schedule_once(run, 0)
        if self._sdl is not None:
            self._sdl.wake()
        return future

    @property
    def terminal(self) -> str:
        """The id of the terminal; empty for a program without a hall."""
        return self._link.terminal if self._link is not None else ""

    @property
    def root(self) -> Any:
        """The widget that holds the page; once the window is open."""
        return self._root

    def _take_events(self, _dt: float = 0) -> None:
        try:
            while self._inbox:
                self._step(self._inbox.popleft())
            self._redraw()
        except Exception as error:
            self._failed(error)

    def _step(self, event: Any) -> None:
        self.state, effects = self.role.step(self.state, event)
        for effect in effects:
            if isinstance(effect, Ask):
                if self._link is not None:
                    self._link.ask(effect)
            else:
                self.role.perform(effect, self.send)

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks % DRAW_TICKS == 0:
            self._root.canvas.ask_update()
        self.send(Tick(time.monotonic(), datetime.now(self.hall.zone)))

    def _touched(self, _window: Any, touch: Any) -> bool:
        self.send(Touched(touch.sx, touch.sy, time.monotonic()))
        return False

    def _failed(self, error: Exception) -> None:
        """A page or a step failed: log it, say it in the status, show the fail-safe page."""
        LOG.error("the %s failed: %s", self.role.kind, "".join(traceback.format_exception(error)))
        self._trouble = [DeviceStatus("program", "program", "failed", f"{type(error).__name__}: {error}"[:200])]
        self._drawn = None
        try:
            self._step(Broke(str(error)))
            self._redraw()
        except Exception:
            LOG.exception("even the fail-safe page failed; starting over")
            self.state = self.role.first(uuid4())
            self._drawn = None

    # --- drawing ---

    def _redraw(self) -> None:
        mode, key, view = self.role.mode(self.state), self.role.key(self.state), self.role.view(self.state)
        if self._drawn == (mode, key):
            self._page.show(view)
        else:
            look = Look(self.screen.width, self.screen.height, mode)
            stage = PageContext(look, self.hall, texts(mode.language), self.send, self._click or no_sound)
            page = self.role.draw(stage, view)
            self._root.clear_widgets()
            self._root.add_widget(page)
            self._page, self._drawn = page, (mode, key)
        if self._link is not None and self.first_frame_at is not None:
            self._link.tell([*self.role.devices(self.state), *self._trouble], self.role.lease(self.state))

    def _flipped(self, _window: Any) -> None:
        if self._link is None or self._link.alive:
            notify("WATCHDOG=1")
        if self._on_screen is not self._page:
            self._on_screen = self._page
            LOG.debug("page %s", type(self._page).__name__)
        if self.first_frame_at is None:
            self.first_frame_at = time.monotonic()
            notify("READY=1")
            from kivy.clock import Clock

            self.on_first_frame()
            Clock.schedule_once(lambda _dt: self.start_work(), 0)

    def _lock(self, window: Any) -> None:
        """Leave no way out for the public: no keys, and in full screen no closing. What is bound last is asked first."""
        window.clearcolor = Look(1, 1).colour("background")
        window.bind(**dict.fromkeys(KEYS, lambda *_a, **_k: True), on_request_close=lambda *_a, **_k: self.screen.fullscreen)
        if self.screen.fullscreen:
            virtual_terminal.mute()


def no_sound() -> None:
    """A terminal without a loudspeaker."""
