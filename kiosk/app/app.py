"""The one Kivy program: opens the window, runs a role's flow and draws its pages.

Whatever happens in a page or a step, the citizen gets the role's fail-safe page and then home; the cause is logged and
appears in the terminal's status.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import uuid4

from contract.configuration.hall import HallConfig
from contract.texts import texts
from contract.wire.messages import DeviceStatus
from kiosk.app.click import Click
from kiosk.app.inbox import Inbox
from kiosk.app.link_events import TerminalLink
from kiosk.app.main_loop import MainLoop
from kiosk.app.orders import orders_of
from kiosk.app.setup import Screen, lock, prepare_kivy
from kiosk.app.touch_guard import TouchGuard, is_finger
from kiosk.flow.event import Broke, Tick, Touched
from kiosk.flow.role import Role, S, V
from kiosk.parts import Dispatcher
from kiosk.ui import fonts
from kiosk.ui.page_context import PageContext, no_click
from kiosk.ui.theme import Look, Mode
from link.systemd_notify import notify

if TYPE_CHECKING:
    from kivy.core.window import WindowBase
    from kivy.input import MotionEvent
    from kivy.uix.widget import Widget

    from kiosk.ui.page import Page
    from kiosk.ui.widgets.button import Tap

LOG = logging.getLogger(__name__)
T = TypeVar("T")
DRAW_TICKS = 5
"""Seconds after which a screen on which nothing moves is drawn once more: systemd's watchdog is fed by what is drawn."""
TROUBLE_TICKS = 600
"""Seconds after which a page that failed is no news any more."""


class App(Generic[S, V]):
    """Runs one role on one window. `run` returns when the loop was stopped or the window was closed."""

    def __init__(
        self,
        *,
        role: Role[S, V],
        parts: Dispatcher,
        hall: HallConfig,
        screen: Screen,
        loop: MainLoop,
        inbox: Inbox,
        link: TerminalLink | None = None,
        click: Click | None = None,
    ) -> None:
        """`link` is None for a program without a hall, `click` for one without sound."""
        self.role, self.hall, self.screen, self.inbox = role, hall, screen, inbox
        self.state = role.first(uuid4())
        self._parts, self._loop, self._link, self._click = parts, loop, link, click
        self._root: Widget | None = None
        self._page: Page[V] | None = None
        self._on_screen: Page[V] | None = None
        self._drawn: tuple[Mode, Hashable] | None = None
        self._trouble: list[DeviceStatus] = []
        self._trouble_until = 0
        self._ticks = 0
        self._guard = TouchGuard()
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
        self._loop.open()
        self.inbox.open(Clock.create_trigger(self._take_events, 0))
        self._root = Widget(size=(self.screen.width, self.screen.height))
        lock(Window, self.screen)
        Window.bind(on_touch_down=self._touched, on_touch_up=self._lifted, on_flip=self._flipped)
        self._redraw()
        runTouchApp(self._root, embedded=True)
        Clock.schedule_interval(lambda _dt: self._tick(), 1)

    def run(self) -> None:
        """Connect and run until the end."""
        self._loop.run(self._failed)

    def stop(self) -> None:
        """End `run`; may be called from any thread."""
        self._loop.stop()

    def close(self) -> None:
        """Disconnect and close what the role owns."""
        self._parts.close()
        if self._link is not None:
            self._link.close()
        if self._click is not None:
            self._click.close()

    def start_work(self) -> None:
        """Open what the first frame does not need: the connection, the role's devices, the click."""
        if self._click is not None:
            self._click.open()
        self._parts.open(self.inbox.send)
        if self._link is not None:
            self._link.open(self.role.topics, {**orders_of(self), **self.role.orders()})
        self._tick()

    # --- events ---

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
        self._loop.wake()
        return future

    @property
    def terminal(self) -> str:
        """The id of the terminal; empty for a program without a hall."""
        return self._link.terminal if self._link is not None else ""

    @property
    def root(self) -> Widget:
        """The widget that holds the page; once the window is open."""
        assert self._root is not None, "the window is not open yet"
        return self._root

    def _take_events(self, _dt: float = 0) -> None:
        try:
            for event in self.inbox.take():
                self._step(event)
            self._redraw()
        except Exception as error:
            self._failed(error)

    def _step(self, event: object) -> None:
        self.state, effects = self.role.step(self.state, event)
        for effect in effects:
            self._parts.perform(effect, self.inbox.send)

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks % DRAW_TICKS == 0:
            self.root.canvas.ask_update()
        if self._ticks >= self._trouble_until:
            self._trouble = []
        self.inbox.send(Tick(time.monotonic(), datetime.now(self.hall.zone)))

    def _touched(self, window: WindowBase, touch: MotionEvent) -> bool:
        """A finger is put down; True keeps it from the page."""
        if window.children[0] is not self.root:  # the terminal's name lies over the page: nobody can see what they touch
            return True
        now = time.monotonic()
        if is_finger(touch):
            self.inbox.send(Touched(touch.sx, touch.sy, now))
        return self._page is None or not self._guard.allows(touch, self._page, now)

    def is_settled(self, target: Tap) -> bool:
        """Whether a touch of a target counts by now."""
        return self._on_screen is self._page and self._guard.is_settled(target, time.monotonic())

    def _lifted(self, _window: object, touch: MotionEvent) -> bool:
        if self._page is not None:
            self._guard.lifted(touch, self._page)
        return False

    def _failed(self, error: Exception) -> None:
        """A page or a step failed: log it, say it in the status, show the fail-safe page."""
        LOG.error("the %s failed: %s", self.role.kind, "".join(traceback.format_exception(error)))
        self._trouble = [DeviceStatus("program", "program", "failed", f"{type(error).__name__}: {error}"[:200])]
        self._trouble_until = self._ticks + TROUBLE_TICKS
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
        mode, page_state = self.role.mode(self.state), self.role.page_state(self.state)
        drawn = mode, self.role.watches(self.state)
        if self._page is not None and self._drawn == drawn:
            self._page.show(page_state)
        else:
            look = Look(self.screen.width, self.screen.height, mode)
            context = PageContext(look, self.hall, texts(mode.language), self.inbox.send, self._click or no_click)
            page = self.role.draw(context, page_state)
            self.root.clear_widgets()
            self.root.add_widget(page)
            self._page, self._drawn = page, drawn
        if self._link is not None and self.first_frame_at is not None:
            self._link.report([*self.role.devices(self.state), *self._trouble], self.role.lease(self.state))

    def _flipped(self, _window: object) -> None:
        if self._link is None or self._link.alive:
            notify("WATCHDOG=1")
        if self._on_screen is not self._page:
            self._on_screen = self._page
            if self._page is not None:
                self._guard.shown(self._page, time.monotonic())
            LOG.debug("page %s", type(self._page).__name__)
        if self.first_frame_at is None:
            self.first_frame_at = time.monotonic()
            notify("READY=1")
            from kivy.clock import Clock

            self.on_first_frame()
            Clock.schedule_once(lambda _dt: self.start_work(), 0)
