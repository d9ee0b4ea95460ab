"""One line and the devices on it: a thread serves them one after another, so that a dead device delays nobody on other lines.

Several strips on one RS-485 bus share one port. A device with news comes before routine, a device that is well before one that
is not, and then the one that has waited longest. A device that keeps silent is given up as soon as another has news.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from contract.configuration.hall import Device
from drivers.address import Address
from drivers.connect import DeviceSite, connect
from drivers.options import BadOption
from drivers.ports import GaveWay
from drivers.stream import Stream

LOG = logging.getLogger(__name__)
IDLE_S = 60.0
PATIENCE_S = 0.2
"""So long a device may keep silent, once its question is out, while another on the line has news; one in trouble not at all."""
SLICE_S = 0.01
"""While a device is waited for, the others are looked at as often as this."""


class Served(Protocol):
    """A device as its line sees it. Only the line's thread calls these."""

    line_gap_s: float
    """How long the line stays silent after it was served."""

    def due(self) -> tuple[float, bool, bool]:
        """When it wants to be served (monotonic seconds), whether it is in trouble, whether it has no news."""

    def serve(self) -> None:
        """Do what is due. Never raises."""

    def close(self) -> None:
        """The line ends."""


class Bus:
    """The thread of one line."""

    def __init__(self, name: str, served: Iterable[Served], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.served = list(served)
        self._clock = clock
        self._serving: Served | None = None
        self._news = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"line {name}", daemon=True)

    def open(self) -> None:
        """Start to serve."""
        self._thread.start()

    def close(self, timeout_s: float = 3.0) -> None:
        """Stop; a device that hangs is left behind after `timeout_s`."""
        with self._news:
            self._stopped = True
            self._news.notify_all()
        self._thread.join(timeout_s)

    def wake(self) -> None:
        """One of the devices has news."""
        with self._news:
            self._news.notify_all()

    def patience_s(self) -> float:
        """How long the device that is being served may keep silent now; infinite while no other has news. For its thread."""
        now = self._clock()
        others = (served.due() for served in self.served if served is not self._serving)
        if self._serving is None or not any(at <= now and not trouble and not routine for at, trouble, routine in others):
            return math.inf
        return 0.0 if self._serving.due()[1] else PATIENCE_S

    def serve(self, served: Served) -> None:
        """Serve one device."""
        self._serving = served
        served.serve()
        self._serving = None

    def ready(self) -> Served | None:
        """Who is to be served now, or None."""
        now = self._clock()
        turns = [(served.due(), served) for served in self.served]
        ready = [((trouble, routine, at), served) for (at, trouble, routine), served in turns if at <= now]
        return min(ready, key=lambda turn: turn[0])[1] if ready else None

    def _run(self) -> None:
        while (served := self._next()) is not None:
            self.serve(served)
            if served.line_gap_s and len(self.served) > 1:
                self._rest(served.line_gap_s)
        for served in self.served:
            served.close()

    def _rest(self, seconds: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._stopped, seconds)

    def _next(self) -> Served | None:
        """Who is to be served now; waits until somebody is. None at the end."""
        with self._news:
            while not self._stopped:
                if (served := self.ready()) is not None:
                    return served
                now = self._clock()
                self._news.wait(max(0.0, min([IDLE_S, *(served.due()[0] - now for served in self.served)])))
            return None


def line_of(device: Device) -> str:
    """The name of the line that a device is on: the same for all that share a port. Raise BadAddress."""
    where = Address.parse(device.address)
    if not where.is_shared:
        return device.id
    port = where.path if where.scheme == "serial" else f"{where.scheme}://{where.host}:{where.port}{where.path}"
    return f"{port}#{where.options['bus']}" if "bus" in where.options else port


@dataclass
class SharedLine:
    """A port that several devices share, and who holds it. `patience_s` says how long the one that is asked may keep silent."""

    address: str
    port: Stream
    holders: set[SharedPort] = field(default_factory=set)
    patience_s: Callable[[], float] = lambda: math.inf


class SharedPort(Stream):
    """One device's hold on a shared line: its port is closed when nobody holds it any more."""

    def __init__(self, name: str, line: SharedLine, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name)
        self._line, self._clock = line, clock
        self._heard_at = 0.0

    @property
    def is_open(self) -> bool:
        return self in self._line.holders and self._line.port.is_open

    def open(self) -> None:
        self._line.port.open()
        self._line.holders.add(self)

    def close(self) -> None:
        self._line.holders.discard(self)
        if not self._line.holders:
            self._line.port.close()

    def write(self, data: bytes) -> None:
        self._line.port.write(data)
        self._heard_at = self._clock() + self.transmit_s(len(data))

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived; empty at the time-out. Raise GaveWay when another device on the line cannot wait so long."""
        deadline = self._clock() + timeout_s
        while not (data := self._line.port.read(max(0.0, min(SLICE_S, deadline - self._clock())))):
            now = self._clock()
            if now >= deadline:
                return b""
            if now - self._heard_at >= self._line.patience_s():
                remedy = "check power, cable and the device's address"
                raise GaveWay(f"{self.name}: no answer while others on the line had news", remedy, now - self._heard_at)
        self._heard_at = self._clock()
        return data

    def transmit_s(self, size: int) -> float:
        return self._line.port.transmit_s(size)

    def set_baud(self, baud: int) -> None:
        self._line.port.set_baud(baud)


@dataclass(frozen=True)
class SharedDeviceSite(DeviceSite):
    """A site in which devices with the same port share it."""

    lines: dict[str, SharedLine] = field(default_factory=dict)

    def stream(self, device: Device) -> Stream:
        """The line to `device`. Raise BadOption when two devices want the same port with different settings."""
        if not Address.parse(device.address).is_shared:
            return super().stream(device)
        key = line_of(device)
        if key not in self.lines:
            self.lines[key] = SharedLine(device.address, connect(device.address, name=device.id, folder=self.folder))
        line = self.lines[key]
        if line.address != device.address:
            raise BadOption(
                f"devices.toml: [[device]] {device.id}: {device.address!r} is the port of {line.address!r} set otherwise",
                "devices on one port have the same address, and option addr of their own",
            )
        return SharedPort(f"{device.id} ({device.address})", line)
