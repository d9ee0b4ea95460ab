"""A serial port of this machine, one behind RFC 2217, or pyserial's loop."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Protocol, TypeVar

import serial

from drivers.address import Address
from drivers.ports import DeviceError, InUse, NoPermission, NotFound, Unreachable
from drivers.stream import WRITE_S, Stream

CHUNK = 4096
T = TypeVar("T")


class Port(Protocol):
    """What is used of pyserial's Serial."""

    timeout: float
    baudrate: int

    def read(self, size: int) -> bytes: ...
    def write(self, data: bytes) -> int: ...
    def close(self) -> None: ...


class SerialStream(Stream):
    """A serial port of this machine, one behind RFC 2217, or pyserial's loop."""

    def __init__(self, name: str, where: Address) -> None:
        super().__init__(name)
        self.where = where
        self.baud = int(where.number("baud", 9600))
        self._port: Port | None = None

    @property
    def is_open(self) -> bool:
        return self._port is not None

    def open(self) -> None:
        if self._port is not None:
            return
        options = self.where.options
        url = self.where.path if self.where.scheme == "serial" else f"{self.where.scheme}://{self.where.host}:{self.where.port}"
        exclusive = {"exclusive": True} if self.where.scheme == "serial" else {}
        try:
            self._port = serial.serial_for_url(
                "loop://" if self.where.scheme == "loop" else url,
                baudrate=self.baud,
                bytesize=int(self.where.number("bits", 8)),
                parity=options.get("parity", "N").upper(),
                stopbits=self.where.number("stop", 1),
                timeout=0,
                write_timeout=WRITE_S,
                **exclusive,
            )
        except ValueError as error:
            raise NotFound(f"{self.name}: {error}", "correct the options behind the ? of the address") from error
        except (serial.SerialException, OSError) as error:
            raise serial_error(self.name, error) from error

    def close(self) -> None:
        if self._port is not None:
            port, self._port = self._port, None
            try:
                port.close()
            except (serial.SerialException, OSError):
                return  # it was pulled out: nothing is left to close

    def write(self, data: bytes) -> None:
        self._guard(lambda port: port.write(data))

    def read(self, timeout_s: float) -> bytes:
        def take(port: Port) -> bytes:
            port.timeout = timeout_s
            first = port.read(1)
            if not first:
                return b""
            port.timeout = 0
            return first + port.read(CHUNK)

        return self._guard(take)

    def transmit_s(self, size: int) -> float:
        return size * 10 / self.baud

    def set_baud(self, baud: int) -> None:
        self.baud = baud
        if self._port is not None:
            self._port.baudrate = baud

    def _guard(self, action: Callable[[Port], T]) -> T:
        if self._port is None:
            raise Unreachable(f"{self.name}: the port is not open")
        try:
            return action(self._port)
        except (serial.SerialException, OSError, TypeError) as error:  # pyserial raises TypeError for a port closed meanwhile
            self.close()
            raise Unreachable(
                f"{self.name}: the port is gone ({error})", "plug the cable back in; it is tried again"
            ) from error


def serial_error(name: str, error: OSError) -> DeviceError:
    """What an error of opening a serial port means for the person in the hall."""
    number = error.errno
    text = str(error)
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or "No such file" in text:
        return NotFound(
            f"{name}: there is no such port", "plug the cable in, or correct the name; `jiaohao-devices doctor` lists the ports"
        )
    if number in (errno.EACCES, errno.EPERM) or "Permission denied" in text:
        return NoPermission(f"{name}: this user may not open the port", "add the user to group dialout, then log in again")
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return InUse(f"{name}: another program holds the port", "end the other program; one port belongs to one agent")
    if number in (errno.ENOTTY, errno.EINVAL) or "Could not configure port" in text:
        return NotFound(f"{name}: this is no serial port", "correct the name; `jiaohao-devices doctor` lists the ports")
    return Unreachable(f"{name}: the port cannot be opened ({text})", "check the cable; it is tried again")
