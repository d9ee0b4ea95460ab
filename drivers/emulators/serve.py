"""Puts an emulated device onto a line: TCP, UDP, a pseudo-terminal, or memory."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
import tty
from abc import ABC, abstractmethod
from pathlib import Path

from drivers.emulators.base import EmulatedLine, Emulator
from drivers.ports import NotFound, Unreachable
from drivers.stream import Stream

CHUNK = 65536
STOP_S = 30.0
"""A device ends within this time, unless it is stuck: it finishes painting what it has to show."""


class EmulatorServer(ABC):
    """One emulated device on one line."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.address = ""
        """Where a driver finds the device; known after `open`."""
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._wake = (-1, -1)

    def open(self) -> None:
        """Start to serve. Raise OSError when the place is taken."""
        self._listen()
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"emulator {self.emulator.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving and let the device write what is not yet written."""
        if self._thread is None:
            return
        self._stop.set()
        os.write(self._wake[1], b".")
        self._thread.join(STOP_S)
        self._thread = None
        self._release()
        for descriptor in self._wake:
            os.close(descriptor)
        self.emulator.stop()

    @abstractmethod
    def _listen(self) -> None: ...

    @abstractmethod
    def _run(self) -> None: ...

    @abstractmethod
    def _release(self) -> None: ...


class TcpServer(EmulatorServer):
    """On a TCP port; port 0 takes a free one."""

    def __init__(self, emulator: Emulator, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(emulator)
        self._where = (host, port)
        self._listener: socket.socket | None = None
        self._lines: dict[socket.socket, EmulatedLine] = {}

    def _listen(self) -> None:
        self._listener = socket.create_server(self._where)
        host, port = self._listener.getsockname()[:2]
        self.address = f"socket://{host}:{port}"

    def _run(self) -> None:
        assert self._listener is not None
        while not self._stop.is_set():
            sources: list[int | socket.socket] = [self._wake[0], self._listener, *self._lines]
            ready, _, _ = select.select(sources, [], [])
            for source in ready:
                if source is self._listener:
                    self._accept()
                elif source in self._lines:
                    self._take(source)

    def _accept(self) -> None:
        assert self._listener is not None
        connection, _ = self._listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def write(data: bytes) -> None:
            with contextlib.suppress(OSError):
                connection.sendall(data)

        def hang_up() -> None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

        self._lines[connection] = self.emulator.plug_in(write, hang_up)

    def _take(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(CHUNK)
        except OSError:
            data = b""
        line = self._lines[connection]
        if data:
            self.emulator.feed(line, data)
            return
        del self._lines[connection]
        self.emulator.unplug(line)
        connection.close()

    def _release(self) -> None:
        for connection, line in self._lines.items():
            self.emulator.unplug(line)
            connection.close()
        self._lines.clear()
        if self._listener is not None:
            self._listener.close()


class UdpServer(EmulatorServer):
    """On a UDP port; answers go to the last sender."""

    def __init__(self, emulator: Emulator, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(emulator)
        self._where = (host, port)
        self._socket: socket.socket | None = None
        self._lines: dict[object, EmulatedLine] = {}

    def _listen(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(self._where)
        host, port = self._socket.getsockname()[:2]
        self.address = f"udp://{host}:{port}"

    def _run(self) -> None:
        line_socket = self._socket
        assert line_socket is not None
        while not self._stop.is_set():
            sources: list[int | socket.socket] = [self._wake[0], line_socket]
            if line_socket not in select.select(sources, [], [])[0]:
                continue
            with contextlib.suppress(OSError):
                data, sender = line_socket.recvfrom(CHUNK)
                if sender not in self._lines or not self._lines[sender].is_open:
                    self._forget_oldest()
                    self._lines[sender] = self.emulator.plug_in(lambda answer, to=sender: self._write(answer, to))  # type: ignore[misc]
                self.emulator.feed(self._lines[sender], data)

    def _forget_oldest(self) -> None:
        while len(self._lines) >= 64:
            self.emulator.unplug(self._lines.pop(next(iter(self._lines))))

    def _write(self, data: bytes, to: tuple[str, int]) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(data, to)

    def _release(self) -> None:
        for line in self._lines.values():
            self.emulator.unplug(line)
        if self._socket is not None:
            self._socket.close()


class PtyServer(EmulatorServer):
    """On a pseudo-terminal, which a driver opens like any serial port; `link` is a name that points to it."""

    def __init__(self, emulator: Emulator, link: Path | None = None) -> None:
        super().__init__(emulator)
        self._link = link
        self._device = self._far = -1
        self._line: EmulatedLine | None = None

    def _listen(self) -> None:
        self._device, self._far = os.openpty()  # the far end stays open, or the near end would fail between two drivers
        tty.setraw(self._far)
        self.address = os.ttyname(self._far)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self.address)
            self.address = str(self._link)
        self._line = self.emulator.plug_in(self._write)

    def _plugged(self, line: EmulatedLine) -> EmulatedLine:
        """The line, a new one when the device has ended it: a port has no connection that would be made again."""
        if line.is_open:
            return line
        self.emulator.unplug(line)
        return self.emulator.plug_in(self._write)

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._device, data)

    def _run(self) -> None:
        assert self._line is not None
        while not self._stop.is_set():
            if self._device in select.select([self._wake[0], self._device], [], [])[0]:
                self._line = self._plugged(self._line)
                self.emulator.feed(self._line, os.read(self._device, CHUNK))

    def _release(self) -> None:
        if self._line is not None:
            self.emulator.unplug(self._line)
        for descriptor in (self._device, self._far):
            if descriptor >= 0:
                os.close(descriptor)
        self._device = self._far = -1
        if self._link is not None:
            self._link.unlink(missing_ok=True)


def server(emulator: Emulator, listen: str) -> EmulatorServer:
    """The server for `HOST:PORT` (TCP), `udp://HOST:PORT`, `pty` or `pty:///path/of/link`. Raise NotFound for anything else."""
    if listen == "pty" or listen.startswith("pty://"):
        link = listen.removeprefix("pty").removeprefix("://")
        return PtyServer(emulator, Path(link) if link else None)
    if listen == "0":
        return TcpServer(emulator)
    host, _, port = listen.removeprefix("udp://").removeprefix("socket://").rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise NotFound(f"{listen!r} is no place to listen", "give HOST:PORT, udp://HOST:PORT, pty or pty:///path/of/link")
    kind = UdpServer if listen.startswith("udp://") else TcpServer
    return kind(emulator, host or "127.0.0.1", int(port))


class MemoryStream(Stream):
    """A line to an emulated device inside this program, without a socket: what is written is handled at once."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(f"{emulator.name} (in memory)")
        self.emulator = emulator
        self._line: EmulatedLine | None = None
        self._arrived = bytearray()
        self._news = threading.Condition()

    @property
    def is_open(self) -> bool:
        return self._line is not None and self._line.is_open

    def open(self) -> None:
        if not self.is_open:
            self._arrived.clear()
            self._line = self.emulator.plug_in(self._put, self._wake)

    def close(self) -> None:
        if self._line is not None:
            self.emulator.unplug(self._line)
            self._line = None

    def write(self, data: bytes) -> None:
        if self._line is None or not self._line.is_open:
            raise Unreachable(f"{self.name}: the line is not open")
        self.emulator.feed(self._line, data)

    def read(self, timeout_s: float) -> bytes:
        deadline = time.monotonic() + timeout_s
        with self._news:
            while not self._arrived:
                if not self.is_open:
                    raise Unreachable(f"{self.name}: the device ended the line")
                left = deadline - time.monotonic()
                if left <= 0:
                    return b""
                self._news.wait(left)
            data = bytes(self._arrived)
            self._arrived.clear()
            return data

    def _put(self, data: bytes) -> None:
        with self._news:
            self._arrived += data
            self._news.notify_all()

    def _wake(self) -> None:
        with self._news:
            self._news.notify_all()
