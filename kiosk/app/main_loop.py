"""The terminal's main loop: sleeps in SDL until a touch, a message or a timer, so that an idle screen costs nothing.

Kivy's own loop wakes sixty times a second whether or not anything happens, and answers a touch only at the next wake-up.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path
from typing import Any

LOG = logging.getLogger(__name__)
FRAME_S = 1 / 60
LONGEST_S = 1.0
USER_EVENT = 0x8000


class Sdl:
    """The two SDL functions that Kivy does not offer. Without the library the loop polls thirty times a second."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._event = ctypes.create_string_buffer(128)
        ctypes.cast(self._event, ctypes.POINTER(ctypes.c_uint32))[0] = USER_EVENT

    def wait(self, seconds: float) -> None:
        """Sleep until there is an event, `wake` is called or the time is over."""
        self._library.SDL_WaitEventTimeout(None, max(1, int(seconds * 1000)))

    def wake(self) -> None:
        """End a `wait` in another thread."""
        self._library.SDL_PushEvent(self._event)


def find_sdl() -> Sdl | None:
    """The very SDL that Kivy has loaded: from its wheel, or the system's for Debian's Kivy."""
    import kivy

    wheel = sorted((Path(kivy.__file__).parents[1] / "Kivy.libs").glob("libSDL2-2*.so*"))
    name = str(wheel[0]) if wheel else find_library("SDL2-2.0")
    if name is None:
        return None
    try:
        return Sdl(ctypes.CDLL(name))
    except OSError as error:
        LOG.warning("SDL cannot be used for sleeping (%s); polling instead", error)
        return None


class MainLoop:
    """Runs Kivy in the main thread. `wake` and `stop` may be called from any thread or signal handler, also before `open`."""

    def __init__(self) -> None:
        self._sdl: Sdl | None = None
        self._stopped = False

    def open(self) -> None:
        """Find the SDL of Kivy, which must have been prepared."""
        self._sdl = find_sdl()

    def wake(self) -> None:
        """Look for work now, not only when the next timer is due."""
        if self._sdl is not None:
            self._sdl.wake()

    def stop(self) -> None:
        """End `run`."""
        self._stopped = True
        self.wake()

    def run(self, on_error: Callable[[Exception], None]) -> None:
        """Run until `stop`, or until the window is closed. An exception of a page goes to `on_error`, and the loop goes on."""
        import time

        from kivy.base import EventLoop
        from kivy.clock import Clock

        while not (EventLoop.quit or self._stopped):
            try:
                EventLoop.window.mainloop()
                EventLoop.idle()
            except Exception as error:
                on_error(error)
            due_s = Clock.get_min_timeout() - Clock.time()
            if EventLoop.quit or self._stopped:
                break
            if self._sdl is None:
                time.sleep(1 / 30)
            else:
                self._sdl.wait(min(LONGEST_S, max(FRAME_S, due_s)))
