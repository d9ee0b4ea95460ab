"""How many frames a second sixteen strips on one line of 9600 baud get, beside what the line itself allows.

The line is simulated byte by byte in time: ten bits a byte each way, one after the other. Drivers, keepers and the thread of the
line are those of the device agent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers import registry
from drivers.bus import Bus
from drivers.display.keeper import DisplayKeeper
from drivers.emulators.base import EmulatedLine, Emulator
from drivers.ports import Unreachable
from drivers.registry import DeviceSite
from drivers.stream import Stream
from tests.bench.report import Row

BAUD = 9600
STRIPS = 16
SECONDS = 6.0
AIM = 0.9


class SerialLine(Stream):
    """A half-duplex serial line to an emulated device that takes as long as the bytes take."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__("simulated line")
        self.emulator = emulator
        self.busy_s = 0.0
        self._line: EmulatedLine | None = None
        self._answers: list[tuple[float, bytes]] = []
        self._news = threading.Condition()

    @property
    def is_open(self) -> bool:
        return self._line is not None

    def open(self) -> None:
        if self._line is None:
            self._line = self.emulator.plug_in(self._put)

    def close(self) -> None:
        return  # the other strips still use the line

    def write(self, data: bytes) -> None:
        if self._line is None:
            raise Unreachable("the line is not open")
        self._spend(data)
        self.emulator.feed(self._line, data)

    def read(self, timeout_s: float) -> bytes:
        with self._news:
            self._news.wait_for(lambda: self._answers, timeout_s)
            if not self._answers:
                return b""
            data = b"".join(answer for _, answer in self._answers)
            self._answers.clear()
        self._spend(data)
        return data

    def _spend(self, data: bytes) -> None:
        duration = len(data) * 10 / BAUD
        self.busy_s += duration
        time.sleep(duration)

    def _put(self, data: bytes) -> None:
        with self._news:
            self._answers.append((time.monotonic(), data))
            self._news.notify_all()


class OneLine(DeviceSite):
    """A site in which everything is on one simulated line."""

    def __init__(self, line: SerialLine) -> None:
        super().__init__()
        object.__setattr__(self, "line", line)

    def stream(self, device: Device) -> Stream:
        line: SerialLine = self.line  # type: ignore[attr-defined]
        return line


def rows() -> Iterator[Row]:
    """One row a model: how much of the time that the line has is spent on bytes and on the silence that the strips want."""
    yield from (_row("onbon-bxk"), _row("qt-strip"))


def _row(model: str) -> Row:
    line = SerialLine(registry.emulator(model)(name=model))
    keepers: list[DisplayKeeper] = []
    for number in range(1, STRIPS + 1):
        device = Device(id=f"strip-{number}", kind="display", model=model, address="loop://", options={"addr": number})
        driver = registry.build(device, OneLine(line))
        keepers.append(DisplayKeeper(device.id, driver, lambda _health, _seq: None))
    bus = Bus(model, keepers)
    ended = threading.Event()
    feeder = threading.Thread(target=_feed, args=(keepers, bus, ended))
    feeder.start()
    bus.open()
    time.sleep(1.5)  # everything was opened and set once
    emulator, busy, begun = line.emulator, line.busy_s, time.monotonic()
    before = emulator.frames  # type: ignore[attr-defined]
    time.sleep(SECONDS)
    seconds = time.monotonic() - begun
    frames = emulator.frames - before  # type: ignore[attr-defined]
    used = line.busy_s - busy + frames * keepers[0].line_gap_s
    ended.set()
    feeder.join()
    bus.close()
    allowed = frames * seconds / used
    return Row(
        f"{STRIPS} strips {model} on one line of {BAUD} baud",
        f"{frames / seconds:.1f} frames/s",
        f"{allowed / seconds:.1f} frames/s allowed",
        ratio=frames / allowed,
        aim=f"{AIM:.2f}",
        met=frames / allowed >= AIM,
    )


def _feed(keepers: list[DisplayKeeper], bus: Bus, ended: threading.Event) -> None:
    """Every strip always has a new state."""
    seq = 0
    while not ended.wait(0.02):
        seq += 1
        for keeper in keepers:
            keeper.want(DisplayDesired(seq, [DisplayLine(f"请A{seq % 1000:03d}号到03号窗口")]))
        bus.wake()
