"""Lines over the network: a TCP connection, or datagrams to one host and port."""

from __future__ import annotations

import errno
import socket
from abc import abstractmethod

from drivers.ports import DeviceError, NotFound, Unreachable
from drivers.stream import WRITE_S, Stream

CONNECT_S = 3.0
CHUNK = 65535
"""The largest datagram."""


class SocketStream(Stream):
    """What both share: one socket to one host and port."""

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
            self._socket = self._connected()
        except OSError as error:
            raise network_error(self.name, error) from error

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @abstractmethod
    def _connected(self) -> socket.socket:
        """A new socket; raise OSError."""

    def _line(self, timeout_s: float) -> socket.socket:
        if self._socket is None:
            raise Unreachable(f"{self.name}: the connection is not open")
        self._socket.settimeout(timeout_s)
        return self._socket

    def _receive(self, timeout_s: float) -> bytes | None:
        """What has arrived; None at the time-out, empty when the other side closed the connection. Raise OSError."""
        try:
            return self._line(timeout_s).recv(CHUNK)
        except (TimeoutError, BlockingIOError):
            return None


class TcpStream(SocketStream):
    """A TCP connection. After an error it is closed."""

    def write(self, data: bytes) -> None:
        try:
            self._line(WRITE_S).sendall(data)
        except TimeoutError:
            self.close()
            raise Unreachable(f"{self.name}: the device takes no more data", "switch it off and on") from None
        except OSError as error:
            self.close()
            raise network_error(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        try:
            data = self._receive(timeout_s)
        except OSError as error:
            self.close()
            raise network_error(self.name, error) from error
        if data == b"":
            self.close()
            raise Unreachable(f"{self.name}: the device closed the connection", "check its power; it is tried again")
        return data or b""

    def _connected(self) -> socket.socket:
        line = socket.create_connection((self.host, self.port), CONNECT_S)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return line


class UdpStream(SocketStream):
    """Datagrams to one host and port. An error leaves it open: the next datagram may arrive."""

    def write(self, data: bytes) -> None:
        try:
            self._line(WRITE_S).send(data)
        except OSError as error:
            raise network_error(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        try:
            return self._receive(timeout_s) or b""
        except OSError as error:
            raise network_error(self.name, error) from error

    def _connected(self) -> socket.socket:
        family, _, _, _, where = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
        line = socket.socket(family, socket.SOCK_DGRAM)
        try:
            line.connect(where)
        except OSError:
            line.close()
            raise
        return line


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
