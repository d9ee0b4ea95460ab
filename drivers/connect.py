"""From the address of a device to the stream that reaches it. Nothing is opened before `open`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from contract.configuration.hall import Device
from drivers.address import Address
from drivers.models import emulator
from drivers.network_stream import TcpStream, UdpStream
from drivers.ports import NotFound
from drivers.serial_stream import SerialStream
from drivers.stream import Stream


def connect(address: str, *, name: str = "", folder: Path | None = None) -> Stream:
    """The stream for `address`. Emulated devices keep what they show in `folder`, named after `name`.

    Raise BadAddress, NotFound, or UnknownModel for a model without emulator.
    """
    where = Address.parse(address)
    label = f"{name} ({address})" if name else address
    if where.scheme == "socket":
        return TcpStream(label, where.host, where.port)
    if where.scheme == "udp":
        return UdpStream(label, where.host, where.port)
    if where.scheme in ("serial", "rfc2217", "loop"):
        return SerialStream(label, where)
    if where.scheme == "emulator":
        from drivers.emulators.local import EmulatorStream  # emulators are loaded only where one is named

        return EmulatorStream(label, where, emulator(where.host), name=name or where.host, folder=folder)
    raise NotFound(
        f"{label}: nothing here opens {where.scheme}://", "use a serial port, socket://, udp://, rfc2217:// or emulator://"
    )


@dataclass(frozen=True)
class DeviceSite:
    """What a driver gets from its surroundings: how lines are opened, where emulated devices keep what they show, how long a
    device may take to answer (None: as long as its driver knows that it may), the hall's time zone (None: the machine's)."""

    folder: Path | None = None
    answer_s: float | None = None
    zone: tzinfo | None = None

    def now(self) -> datetime:
        """The hall's local time, for the clock and the nights of a display."""
        return datetime.now(self.zone).astimezone(self.zone)

    def stream(self, device: Device) -> Stream:
        """The line to `device`, not yet open."""
        return connect(device.address, name=device.id, folder=self.folder)
