"""A line to a device: bytes out, bytes in, with time-outs and errors that say what to do.

`connect` makes the stream that an address names; nothing is opened before `open`.
"""

from __future__ import annotations

import errno
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import serial

from drivers.address import Address
from drivers.ports import DeviceError, InUse, NoPermission, NotFound, Unreachable

CONNECT_S = 3.0
WRITE_S = 3.0
CHUNK = 4096


class Stream(ABC):
    """A line to a device. Used by one thread at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        """How errors call the line: device and address."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether the line stands, as far as is known."""

    @abstractmethod
    def open(self) -> None:
        """Open the line; opening what is open does nothing. Raise DeviceError."""

    @abstractmethod
    def close(self) -> None:
        """Close the line; closing twice is no error."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Write everything. Raise Unreachable when it does not go out in time."""

    @abstractmethod
    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, as soon as anything has; empty at the time-out. Raise Unreachable when the line ended."""

    def discard(self) -> None:
        """Throw away what arrived until now: answers to questions of before."""
        for _ in range(64):
            if not self.read(0):
                return

    def set_baud(self, baud: int) -> None:  # noqa: B027
        """Change the speed of a serial line; other lines have none."""


def connect(address: str, *, name: str = "", folder: Path | None = None) -> Stream:
    """The stream for `address`. Emulated devices keep what they show in `folder`, named after `name`.

    Raise BadAddress, NotFound.
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

        return EmulatorStream(label, where, name=name or where.host, folder=folder)
    raise NotFound(
        f"{label}: nothing here opens {where.scheme}://", "use a serial port, socket://, udp://, rfc2217:// or emulator://"
    )


class TcpStream(Stream):
    """A TCP connection."""

    def __init__(self, name: str, host: str, port: int) -> None:
        super().__init__(name)
        self.host, self.port = host, port
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        if self._socket is not None:
            return
        try:
            self._socket = socket.create_connection((self.host, self.port), CONNECT_S)
        except OSError as error:
            raise network_error(self.name, error) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def write(self, data: bytes) -> None:
        try:
            self._guard(lambda line: line.sendall(data), WRITE_S)
        except TimeoutError:
            self.close()
            raise Unreachable(f"{self.name}: the device takes no more data", "switch it off and on") from None

    def read(self, timeout_s: float) -> bytes:
        try:
            data: bytes = self._guard(lambda line: line.recv(CHUNK), timeout_s)
        except (TimeoutError, BlockingIOError):
            return b""
        if not data:
            self.close()
            raise Unreachable(f"{self.name}: the device closed the connection", "check its power; it is tried again")
        return data

    def _guard(self, action: Callable[[socket.socket], Any], timeout_s: float) -> Any:
        if self._socket is None:
            raise Unreachable(f"{self.name}: the connection is not open")
        try:
            self._socket.settimeout(timeout_s)
            return action(self._socket)
        except (TimeoutError, BlockingIOError):
            raise
        except OSError as error:
            self.close()
            raise network_error(self.name, error) from error


class UdpStream(Stream):
    """Datagrams to one host and port."""

    def __init__(self, name: str, host: str, port: int) -> None:
        super().__init__(name)
        self.host, self.port = host, port
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        if self._socket is not None:
            return
        try:
            family, _, _, _, where = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
            self._socket.connect(where)
        except OSError as error:
            self.close()
            raise network_error(self.name, error) from error

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def write(self, data: bytes) -> None:
        if self._socket is None:
            raise Unreachable(f"{self.name}: the connection is not open")
        try:
            self._socket.settimeout(WRITE_S)
            self._socket.send(data)
        except OSError as error:
            raise network_error(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        if self._socket is None:
            raise Unreachable(f"{self.name}: the connection is not open")
        try:
            self._socket.settimeout(timeout_s)
            return self._socket.recv(65535)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise network_error(self.name, error) from error


class SerialStream(Stream):
    """A serial port of this machine, one behind RFC 2217, or pyserial's loop."""

    def __init__(self, name: str, where: Address) -> None:
        super().__init__(name)
        self.where = where
        self.baud = int(where.number("baud", 9600))
        self._port: Any = None

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
        def take(port: Any) -> bytes:
            port.timeout = timeout_s
            first: bytes = port.read(1)
            if not first:
                return b""
            port.timeout = 0
            rest: bytes = port.read(CHUNK)
            return first + rest

        data: bytes = self._guard(take)
        return data

    def set_baud(self, baud: int) -> None:
        self.baud = baud
        if self._port is not None:
            self._port.baudrate = baud

    def _guard(self, action: Callable[[Any], Any]) -> Any:
        if self._port is None:
            raise Unreachable(f"{self.name}: the port is not open")
        try:
            return action(self._port)
        except (serial.SerialException, OSError, TypeError) as error:  # pyserial raises TypeError for a port closed meanwhile
            self.close()
            raise Unreachable(
                f"{self.name}: the port is gone ({error})", "plug the cable back in; it is tried again"
            ) from error


def network_error(name: str, error: OSError) -> DeviceError:
    """What a network error means for the person in the hall."""
    if isinstance(error, socket.gaierror):
        return NotFound(f"{name}: the name of the host is not known", "write the device's IP address")
    if isinstance(error, TimeoutError) or error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN):
        return Unreachable(f"{name}: nobody answers there", "check power, cable and IP address of the device")
    if error.errno == errno.ECONNREFUSED:
        return Unreachable(
            f"{name}: the host refuses the connection", "check the port number, and whether another program is connected"
        )
    return Unreachable(f"{name}: the connection broke ({error.strerror or error})", "check power and cable; it is tried again")


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


class Backoff:
    """Waiting times between attempts: doubling from `first_s` up to `limit_s`."""

    def __init__(self, first_s: float = 0.5, limit_s: float = 30.0) -> None:
        self.first_s, self.limit_s = first_s, limit_s
        self._next = first_s

    def next(self) -> float:
        """How long to wait now."""
        wait = self._next
        self._next = min(self._next * 2, self.limit_s)
        return wait

    def reset(self) -> None:
        """It worked: begin again from the first."""
        self._next = self.first_s
