"""`emulator://MODEL`: an emulated device that runs inside this program, on a real TCP port of this machine.

    emulator://onbon-bxk                     a device of its own for every entry of devices.toml
    emulator://qt-strip?bus=east             one line for every entry that names the same bus
    emulator://onbon-bxk?fault=late%3D1      with faults, separated by commas
    emulator://onbon-bxk?out=/var/tmp/wall   with a folder of its own for what it shows

The device keeps running while its driver opens and closes the line, as a real one would.
"""

from __future__ import annotations

import threading
from pathlib import Path

from drivers.address import Address
from drivers.emulators.base import Emulator, UnknownFault
from drivers.emulators.serve import TcpServer
from drivers.network_stream import TcpStream
from drivers.ports import NotFound

_running: dict[tuple[str, str], TcpServer] = {}
_lock = threading.Lock()


def running(name: str) -> Emulator | None:
    """The emulator that serves the device or bus called `name`, if it was started."""
    with _lock:
        return next((server.emulator for (_, key), server in _running.items() if key == name), None)


def stop_all() -> None:
    """End every emulator of this program."""
    with _lock:
        servers = list(_running.values())
        _running.clear()
    for server in servers:
        server.close()


class EmulatorStream(TcpStream):
    """A TCP connection to an emulated device, which is started when the line is first opened."""

    def __init__(self, label: str, where: Address, kind: type[Emulator], *, name: str, folder: Path | None) -> None:
        super().__init__(label, "127.0.0.1", 0)
        self.where, self.kind = where, kind
        self.device = where.options.get("bus", name)
        self.folder = Path(where.options["out"]) if "out" in where.options else folder

    def open(self) -> None:
        if self.is_open:
            return
        key = (self.where.host, self.device)
        with _lock:
            if key not in _running:
                _running[key] = self._start()
            self.port = int(_running[key].address.rpartition(":")[2])
        super().open()

    def _start(self) -> TcpServer:
        faults = [fault for fault in self.where.options.get("fault", "").split(",") if fault]
        try:
            emulator = self.kind(name=self.device, out=self.folder, faults=faults)
        except UnknownFault as error:
            raise NotFound(f"{self.name}: {error}", "correct fault= in the address") from None
        server = TcpServer(emulator)
        server.open()
        return server
