"""One line and the devices on it: a thread serves them one after another, so that a dead device delays nobody on other lines.

Several strips on one RS-485 bus share one port. A device with news comes before routine, a device that is well before one that
is not, and then the one that has waited longest.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from contract.configuration.hall import Device
from drivers.address import Address
from drivers.connect import DeviceSite, connect
from drivers.options import BadOption
from drivers.stream import Stream

LOG = logging.getLogger(__name__)
IDLE_S = 60.0


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

    def _run(self) -> None:
        while (served := self._next()) is not None:
            served.serve()
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
                now = self._clock()
                turns = [(served.due(), served) for served in self.served]
                ready = [((trouble, routine, at), served) for (at, trouble, routine), served in turns if at <= now]
                if ready:
                    return min(ready, key=lambda turn: turn[0])[1]
                self._news.wait(min([IDLE_S, *(at - now for (at, _, _), _ in turns)]))
            return None


def line_of(device: Device) -> str:
    """The name of the line that a device is on: the same for all that share a port. Raise BadAddress."""
    where = Address.parse(device.address)
    if not where.is_shared:
        return device.id
    port = where.path if where.scheme == "serial" else f"{where.scheme}://{where.host}:{where.port}{where.path}"
    return f"{port}#{where.options['bus']}" if "bus" in where.options else port


class SharedPort(Stream):
    """One device's hold on a port that several share: the port is closed when nobody holds it any more."""

    def __init__(self, name: str, port: Stream, holders: set[SharedPort]) -> None:
        super().__init__(name)
        self._port, self._holders = port, holders

    @property
    def is_open(self) -> bool:
        return self in self._holders and self._port.is_open

    def open(self) -> None:
        self._port.open()
        self._holders.add(self)

    def close(self) -> None:
        self._holders.discard(self)
        if not self._holders:
            self._port.close()

    def write(self, data: bytes) -> None:
        self._port.write(data)

    def read(self, timeout_s: float) -> bytes:
        return self._port.read(timeout_s)

    def transmit_s(self, size: int) -> float:
        return self._port.transmit_s(size)

    def set_baud(self, baud: int) -> None:
        self._port.set_baud(baud)


@dataclass(frozen=True)
class SharedDeviceSite(DeviceSite):
    """A site in which devices with the same port share it."""

    ports: dict[str, tuple[str, Stream, set[SharedPort]]] = field(default_factory=dict)

    def stream(self, device: Device) -> Stream:
        """The line to `device`. Raise BadOption when two devices want the same port with different settings."""
        if not Address.parse(device.address).is_shared:
            return super().stream(device)
        key = line_of(device)
        if key not in self.ports:
            self.ports[key] = (device.address, connect(device.address, name=device.id, folder=self.folder), set())
        address, port, holders = self.ports[key]
        if address != device.address:
            raise BadOption(
                f"devices.toml: [[device]] {device.id}: {device.address!r} is the port of {address!r} set otherwise",
                "devices on one port have the same address, and option addr of their own",
            )
        return SharedPort(f"{device.id} ({device.address})", port, holders)
