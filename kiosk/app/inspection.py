"""What is on the screen, reported to tests over a Unix socket: which page, which texts, where each control is.

Only for tests: it listens when $JIAOHAO_INSPECTION names a socket, which no unit of a terminal does. It can look and cannot
touch: a test touches the screen itself, at the place that it learned here.

    → one line, whatever it says
    ← {"page": "Home", "texts": [...], "controls": [{"texts": [...], "icons": [...], "enabled": true, "box": [x, y, w, h]}]}
"""

from __future__ import annotations

import json
import logging
import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as NoAnswer
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future

    from kivy.uix.widget import Widget

    from kiosk.ui.widgets.button import Tap

VARIABLE = "JIAOHAO_INSPECTION"
LOOK_S = 30.0
LOG = logging.getLogger(__name__)
Seen = dict[str, object]


class Inspected(Protocol):
    """The program whose screen is looked at."""

    @property
    def root(self) -> Widget: ...

    def is_settled(self, target: Tap) -> bool: ...

    def call(self, function: Callable[[], Seen]) -> Future[Seen]: ...


def listen(app: Inspected) -> None:
    """Answer tests for as long as the program runs, if the environment asks for it. Raise OSError for a bad path."""
    if not (path := os.environ.get(VARIABLE)):
        return

    class Inspection(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for _line in self.rfile:
                try:
                    seen = app.call(lambda: look(app)).result(LOOK_S)
                except NoAnswer:
                    return
                self.wfile.write(json.dumps(seen, ensure_ascii=False).encode() + b"\n")

    Path(path).unlink(missing_ok=True)
    server = socketserver.ThreadingUnixStreamServer(path, Inspection)
    server.daemon_threads = True
    Path(path).chmod(0o600)
    LOG.warning("tests may look at this screen at %s", path)
    threading.Thread(target=server.serve_forever, name="inspection", daemon=True).start()


def look(app: Inspected) -> Seen:
    """The page's class, its texts from top to bottom, and its controls: boxes in pixels from the lower left corner. Enabled
    are those that a touch would count for now."""
    from kiosk.ui.widgets.button import Tap

    root = app.root
    page = root.children[0] if root.children else None
    return {
        "page": type(page).__name__ if page else "",
        "texts": list(_texts(root)),
        "controls": [_control(app, widget) for widget in _all(root) if isinstance(widget, Tap)],
    }


def _control(app: Inspected, widget: Tap) -> Seen:
    icons = [name for part in _all(widget) if (name := getattr(part, "icon_name", ""))]
    box = [widget.x, widget.y, widget.width, widget.height]
    enabled = widget.enabled and app.is_settled(widget)
    return {"texts": list(_texts(widget)), "icons": icons, "enabled": enabled, "box": box}


def _texts(widget: Widget) -> Iterator[str]:
    return (text for part in _all(widget) if (text := getattr(part, "text", "")))


def _all(widget: Widget) -> Iterator[Widget]:
    """The widget and everything in it, the first added first."""
    yield widget
    for child in reversed(widget.children):
        yield from _all(child)
