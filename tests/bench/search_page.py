"""From a key to the drawn results on the kiosk's own search page, beside the index alone and a frame without search.

`python -m tests.bench.search_page WIDTH HEIGHT STATE` is the child: the hall kiosk without a hall around it, whose copy of the
guides in STATE has as many items as the bench wants. It types, prints what it measured as JSON, and ends.

A key draws two frames: the letter, then the results. Here the processor paints them, which a terminal's graphics do; so the
times on the clock are judged beside the same page drawn again, and the frame of 60 Hz is for what the program itself does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.bench import stage
from tests.bench.kiosk import display, resident_mb
from tests.bench.report import Row, percentile

WIDTH, HEIGHT = 540, 960
FRAME_MS = 1000 / 60
LONGEST_S = 300.0
HALL = stage.ROOT / "assets/halls/wushan"
TYPED = (
    "shebaoka", "sbk", "yanglaobx", "gongsisheli", "gssl", "budongchan", "bdcdj", "hunyin", "jzz", "jiashizheng", "yibao",
    "canjirenzheng", "dibao", "gjj", "nongyaojy", "qiyezhuxiao", "jumin", "xkz", "fapiao", "zhongzi",
)  # fmt: skip


def rows(guide: Path) -> Iterator[Row]:
    """The page with the guides of the file `guide`."""
    with stage.folder() as folder, display() as screen:
        copies = folder / "guides"
        copies.mkdir()
        (copies / f"{sha256(guide.read_bytes()).hexdigest()}.db").hardlink_to(guide)
        command = [sys.executable, "-m", "tests.bench.search_page", str(WIDTH), str(HEIGHT), str(folder)]
        environment = {**os.environ, "DISPLAY": screen, "LIBGL_ALWAYS_SOFTWARE": "1"}
        done = subprocess.run(command, env=environment, cwd=stage.ROOT, capture_output=True, text=True, timeout=LONGEST_S)
    if done.returncode:
        raise RuntimeError(f"the search page was not measured: {done.stderr[-800:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    yield Row("search page: guides ready after the first frame", f"{found['ready_s']:.2f} s, {found['rss_mb']:.0f} MB in all")
    key, index, again = found["key_ms"], found["index_ms"], found["again_ms"]
    yield Row("search page: key to drawn results, p50 / p99", both(key), f"index {both(index)}", ratio(key, index))
    yield Row(
        "search page: the same without the index",
        both(more := [k - i for k, i in zip(key, index, strict=True)]),
        f"the page drawn again {both(again)}",
        ratio(more, again),
    )
    busy = found["key_busy_ms"]
    yield Row(
        "search page: work of the screen's thread for a key",
        both(busy),
        f"the page drawn again {both(found['again_busy_ms'])}",
        percentile(busy, 0.99) / FRAME_MS,
        "p99 under a frame, 16.7 ms",
        percentile(busy, 0.99) <= FRAME_MS,
    )


def both(values: list[float]) -> str:
    return f"{percentile(values, 0.5):.1f} / {percentile(values, 0.99):.1f} ms"


def ratio(ours: list[float], theirs: list[float]) -> float:
    return percentile(ours, 0.5) / percentile(theirs, 0.5)


# --- the child -------------------------------------------------------------------------------------------------------


def now() -> tuple[float, float]:
    """The clock, and the processor time of this thread."""
    return time.perf_counter(), time.thread_time()


class Typist:
    """Types on the search page of a running kiosk, one key after another, each when the results of the last are drawn."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.found: dict[str, Any] = {name: [] for name in ("key_ms", "key_busy_ms", "index_ms", "again_ms", "again_busy_ms")}
        self._drawn = threading.Event()
        self._awaited: Any = None
        self._at = (0.0, 0.0)

    def flipped(self, *_: Any) -> None:
        """A frame is on the screen; is it the one that was waited for?"""
        if self._awaited is not None and self._awaited():
            self._at, self._awaited = now(), None
            self._drawn.set()

    def timed(self, act: Any, awaited: Any) -> tuple[float, float]:
        """Milliseconds from an act in the screen's thread until the awaited frame is drawn: on the clock, and of that thread."""
        from kiosk.flow.event import Touched

        self._drawn.clear()

        def begin() -> tuple[float, float]:
            self._awaited = awaited
            began = now()
            self.app.inbox.send(Touched())
            act()
            return began

        began = self.app.call(begin).result(LONGEST_S)
        if not self._drawn.wait(10):
            raise RuntimeError("the frame that was waited for did not come")
        return (self._at[0] - began[0]) * 1e3, (self._at[1] - began[1]) * 1e3

    def keep(self, name: str, times: tuple[float, float]) -> None:
        self.found[f"{name}_ms"].append(times[0])
        self.found[f"{name}_busy_ms"].append(times[1])

    def _answered(self, query: str) -> bool:
        return bool(self.app.state.lookup.answered == query)

    def work(self, guide: Path, ready: threading.Event) -> None:
        """Type every word."""
        from contract.guides.guide_file import open_guides
        from kiosk.ticket_kiosk.guides.state import OpenGuides, OpenSearch
        from kiosk.ui.keys import CLEAR
        from kiosk.ui.widgets.keyboard import KeyCap

        if not ready.wait(60):
            raise RuntimeError("the guides did not open")
        app, guides = self.app, open_guides(guide)
        self.timed(lambda: [app.inbox.send(OpenGuides()), app.inbox.send(OpenSearch())], lambda: app.state.page == "search")
        keys = {widget.on_tap.args[0]: widget for widget in app.root.walk() if isinstance(widget, KeyCap)}
        for word in TYPED:
            self.timed(keys[CLEAR].on_tap, lambda: not app.state.lookup.query)
            for end in range(1, len(word) + 1):
                query = word[:end]
                press, answered = keys[query[-1]].on_tap, partial(self._answered, query)
                self.keep("key", self.timed(press, answered))
                began = time.perf_counter()
                guides.search(query, 12)
                self.found["index_ms"].append((time.perf_counter() - began) * 1e3)
                self.keep("again", self.timed(app.root.canvas.ask_update, lambda: True))
        guides.close()


def main() -> None:
    """Open the kiosk, type, print."""
    from contract.configuration.hall_files import load
    from kiosk.app.app import App
    from kiosk.app.inbox import Inbox
    from kiosk.app.main_loop import MainLoop
    from kiosk.app.setup import Screen
    from kiosk.flow.event import Ask
    from kiosk.parts import Absent, Dispatcher
    from kiosk.ticket_kiosk.guides.guide_store import GuideStore
    from kiosk.ticket_kiosk.guides.state import ContentsAre, Matched
    from kiosk.ticket_kiosk.role import Equipment, TicketKiosk, setting_of
    from kiosk.ui.theme import Mode

    width, height, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    hall, ready, opened = load(HALL), threading.Event(), 0.0
    role = TicketKiosk(setting_of(hall, "kiosk-1", Mode()), Equipment(GuideStore(folder / "guides")))
    # an answer that changes nothing on the page would draw no frame to be timed
    step = told(role.step, {ContentsAre: ready.set, Matched: lambda: app.root.canvas.ask_update()})
    role.step = step  # type: ignore[method-assign]
    loop = MainLoop()
    parts = Dispatcher(role.effects, (Absent("server", Ask), *role.parts))
    app = App(role=role, parts=parts, hall=hall, screen=Screen(width, height), loop=loop, inbox=Inbox(loop))
    app.open()
    from kivy.core.window import Window

    typist = Typist(app)
    Window.bind(on_flip=typist.flipped)
    trouble: list[Exception] = []

    def work() -> None:
        nonlocal opened
        try:
            ready.wait(60)
            opened = time.monotonic() - (app.first_frame_at or 0)
            typist.work(next((folder / "guides").glob("*.db")), ready)
        except Exception as error:
            trouble.append(error)
        finally:
            app.stop()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    app.run()
    found = {**typist.found, "ready_s": opened, "rss_mb": resident_mb(os.getpid())}
    app.close()
    if trouble:
        raise trouble[0]
    print(json.dumps(found))


def told(step: Any, tell: dict[type, Any]) -> Any:
    """`step`, which tells of some kinds of events."""

    def telling(state: Any, event: Any) -> Any:
        tell.get(type(event), lambda: None)()
        return step(state, event)

    return telling


if __name__ == "__main__":
    main()
