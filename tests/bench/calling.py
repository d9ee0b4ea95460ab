"""From call-next to the last byte of the LED frame, with fifty windows, a strip at each, and two hundred terminals connected.

Broker, server, device agent and terminals are processes of their own; the strips are byte-exact emulators on TCP in this one.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from contract.wire.topics import Topics
from drivers import registry
from drivers.emulators.base import EmulatedLine, Emulator
from drivers.emulators.serve import TcpServer
from link import Broker, Link
from tests.bench import stage
from tests.bench.report import Row, percentile

MODEL = "onbon-bxk"
TAIL = 0x5A
TERMINALS = 200
CALLS = 150
PAUSE_S = 0.03
AIM_P50_MS = 15
LOST_S = 5.0


class Strip:
    """One emulated strip that notes when the frame with an awaited number was complete."""

    def __init__(self, emulator: Emulator) -> None:
        self.server = TcpServer(emulator)
        self._feed = emulator.feed
        emulator.feed = self.feed  # type: ignore[method-assign]
        self._seen: list[tuple[float, bytes]] = []
        self._news = threading.Condition()

    def feed(self, line: EmulatedLine, data: bytes) -> None:
        """Bytes at the strip, on their way to its emulator."""
        with self._news:
            self._seen.append((time.perf_counter(), data))
            self._news.notify_all()
        self._feed(line, data)

    def forget(self) -> None:
        """Only what comes from now on counts."""
        with self._news:
            self._seen.clear()

    def shown_at(self, number: str) -> float | None:
        """When the last byte of the frame that holds `number` arrived; None when it does not come."""
        with self._news:
            return self._news.wait_for(lambda: self._complete(number.encode()), LOST_S) or None

    def _complete(self, number: bytes) -> float | None:
        received = b""
        for at, data in self._seen:
            received += data
            if number in received and TAIL in received[received.index(number) :]:
                return at
        return None


def rows() -> Iterator[Row]:
    """One row: p50 and p99 of single calls, one after another, round the fifty windows."""
    with stage.folder() as at, ExitStack() as stack:
        strips = {f"{i:02d}": Strip(registry.emulator(MODEL)(name=f"strip-{i:02d}")) for i in range(1, stage.WINDOWS + 1)}
        for strip in strips.values():
            strip.server.open()
            stack.callback(strip.server.close)
        hall = stage.write_hall(at, devices=_devices(strips))
        port = stack.enter_context(stage.broker(at))
        stack.enter_context(stage.server(at, hall, port))
        agent = [
            str(stage.PROGRAMS / "jiaohao-devices"),
            "run",
            "--hall",
            str(hall),
            "--broker",
            f"127.0.0.1:{port}",
            "--terminal",
            "devices",
            "--out",
            str(at / "devices"),
        ]
        stack.enter_context(stage.process(agent, at / "agent.log"))
        _start_terminals(stack, at, port)
        link = Link(broker=Broker("127.0.0.1", port), topics=Topics(stage.HALL), client_id="bench-desk")
        link.open()
        stack.callback(link.close)
        if not link.connected.wait(10):
            raise RuntimeError("no connection to the broker")
        _prepare(link, strips, at)
        took = list(_calls(link, strips))
    yield Row(
        f"call-next to the last byte at the strip, {stage.WINDOWS} windows, {TERMINALS} terminals",
        f"p50 {percentile(took, 0.5):.1f} ms, p99 {percentile(took, 0.99):.1f} ms",
        f"{len(took)} of {CALLS} calls shown",
        aim=f"p50 {AIM_P50_MS} ms",
        met=percentile(took, 0.5) < AIM_P50_MS and len(took) == CALLS,
    )


def _devices(strips: dict[str, Strip]) -> str:
    return '[[terminal]]\nid = "devices"\nrole = "agent"\n' + "".join(
        f'[[device]]\nid = "strip-{window}"\nkind = "display"\nmodel = "{MODEL}"\naddress = "{strip.server.address}"\n'
        f'agent = "devices"\nserves = "{window}"\n'
        for window, strip in strips.items()
    )


def _start_terminals(stack: ExitStack, at: Path, port: int) -> None:
    command = [sys.executable, "-m", "tests.bench.terminals", str(port), str(TERMINALS)]
    terminals = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=stage.ROOT)
    stack.callback(terminals.wait)
    stack.callback(terminals.kill)
    assert terminals.stdout is not None
    if not terminals.stdout.readline():
        raise RuntimeError("the terminals do not connect")


def _prepare(link: Link, strips: dict[str, Strip], at: Path) -> None:
    """People wait, windows are open, every strip shows that its window is free."""
    waiting = [link.request("issue-ticket", {"queue": "qa", "channel": "desk"}) for _ in range(CALLS)]
    waiting += [link.request("open-window", {"window": window}) for window in strips]
    for answer in waiting:
        answer.result(20)
    for window, strip in strips.items():
        with strip.server.emulator.changed:
            if not strip.server.emulator.wait_for(lambda s=strip: s.server.emulator.received > 0, 20):  # type: ignore[misc]
                raise RuntimeError(f"nothing reaches strip {window}: {(at / 'agent.log').read_text()[-2000:]}")
    time.sleep(1)


def _calls(link: Link, strips: dict[str, Strip]) -> Iterator[float]:
    """Milliseconds of each call that reached its strip."""
    windows = list(strips)
    for turn in range(CALLS):
        window = windows[turn % len(windows)]
        strips[window].forget()
        begun = time.perf_counter()
        answer = link.request("call-next", {"window": window}).result(10)
        assert answer.data is not None, answer
        shown = strips[window].shown_at(answer.data["ticket"]["number"])
        if shown is not None:
            yield (shown - begun) * 1000
        link.request("no-show", {"window": window}).result(10)
        time.sleep(PAUSE_S)
