"""The crowd in a real hall: broker, server and crowd as processes of their own."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition
from typing import Any

import pytest

from contract.wire import answers, codec, messages
from contract.wire.topics import Topics
from link import Broker, Link
from tests.bench import stage
from tests.programs import PATIENCE_S

TAKEN, LEFT = "02", "07"


class Watcher:
    """Sees every event and window state of the hall."""

    def __init__(self, port: int) -> None:
        self.link = Link(broker=Broker("127.0.0.1", port), topics=Topics(stage.HALL), client_id="watcher")
        self.events: Counter[str] = Counter()
        self.calls_after_takeover = 0
        self.windows: dict[str, messages.WindowState] = {}
        self.taken = False
        self.news = Condition()
        self.link.subscribe(self.link.topics.root + "event/+", self._event)
        self.link.subscribe(self.link.topics.root + "window/+/state", self._window)

    def _event(self, topic: str, payload: bytes, retained: bool) -> None:
        with self.news:
            self.events[topic.rpartition("/")[2]] += 1
            self.news.notify_all()

    def _window(self, topic: str, payload: bytes, retained: bool) -> None:
        window, state = topic.split("/")[-2], codec.decode(payload, messages.WindowState)
        with self.news:
            self.windows[window] = state
            self.news.notify_all()

    def wait(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        with self.news:
            assert self.news.wait_for(condition, timeout_s), (self.events, self.windows.get(TAKEN))

    def ask(self, verb: str, **body: Any) -> answers.Answer:
        return self.link.request(verb, body, timeout_s=PATIENCE_S).result()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[tuple[Watcher, subprocess.Popen[str]]]:
    folder = stage.write_hall(tmp_path)
    with stage.broker(tmp_path) as port, stage.server(tmp_path, folder, port):
        watcher = Watcher(port)
        watcher.link.open()
        command = [
            str(stage.PROGRAMS / "jiaohao-server"),
            "crowd",
            "--hall",
            str(folder),
            "--broker",
            f"127.0.0.1:{port}",
            "--citizens-per-hour",
            "20000",
            "--speed",
            "200",
            "--clerks",
            "5",
            "--rating-share",
            "1",
        ]
        crowd = subprocess.Popen([*command, "--leave-windows", LEFT], stdout=subprocess.PIPE, text=True)
        yield watcher, crowd
        crowd.kill()
        crowd.wait()
        watcher.link.close()


def test_the_crowd_takes_numbers_calls_serves_and_rates_and_leaves_a_window_to_a_human(
    hall: tuple[Watcher, subprocess.Popen[str]],
) -> None:
    watcher, crowd = hall
    watcher.wait(lambda: watcher.events["service-finished"] >= 5 and watcher.events["service-rated"] >= 3)
    watcher.wait(lambda: {TAKEN, LEFT} <= watcher.windows.keys())
    assert watcher.windows[LEFT].state == "closed"

    watcher.ask("open-window", window=TAKEN)  # a human clerk sits down without a staff number
    finished = watcher.events["service-finished"]
    watcher.wait(lambda: watcher.events["service-finished"] >= finished + 5)
    if watcher.windows[TAKEN].state in ("calling", "serving"):  # what the crowd had begun stays for the human to end
        watcher.ask("hold", window=TAKEN)
    state = watcher.ask("pause-window", window=TAKEN)
    assert state.status == "ok", state
    finished = watcher.events["service-finished"]
    watcher.wait(lambda: watcher.events["service-finished"] >= finished + 5)
    assert watcher.windows[TAKEN].state == "paused"

    crowd.send_signal(signal.SIGTERM)
    assert crowd.wait(PATIENCE_S) == 0
    assert "numbers taken" in crowd.stdout.read()
    played = [window for window in watcher.windows if window in ("01", "03", "04", "05")]
    watcher.wait(lambda: {watcher.windows[window].state for window in played} == {"closed"})
    assert watcher.windows[TAKEN].state == "paused", "the window of a human clerk is left as it is"


def test_a_hall_or_window_that_does_not_exist_is_named(tmp_path: Path) -> None:
    folder = stage.write_hall(tmp_path)
    program = [str(stage.PROGRAMS / "jiaohao-server"), "crowd", "--broker", "127.0.0.1:1"]
    for words, said in (
        (["--hall", str(tmp_path / "none")], "hall.toml"),
        (["--hall", str(folder), "--leave-windows", "99"], "window 99"),
    ):
        run = subprocess.run([*program, *words], capture_output=True, text=True, timeout=PATIENCE_S)
        assert run.returncode == 2
        assert said in run.stderr
