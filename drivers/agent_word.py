"""What a device agent says of its devices to other programs of its machine: one JSON text to whoever connects.

The agent holds its ports, so that nobody else can ask the devices. It listens on an abstract Unix socket with its process
number in the name; no file is left behind, and every agent of the machine is found in the kernel's list of sockets.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from contract.wire.messages import DeviceStatus

NAME = "jiaohao-devices-"
SOCKETS = Path("/proc/net/unix")
ASK_S = 2.0
LONGEST = 1 << 20


class AgentWord(msgspec.Struct, frozen=True):
    """The agent's terminal, and its devices as it knows them."""

    terminal: str
    devices: list[DeviceStatus]


class AgentWordServer:
    """Tells whoever asks, in a thread of its own."""

    def __init__(self, word: Callable[[], AgentWord]) -> None:
        self._word = word
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="agent's word", daemon=True)

    def open(self) -> None:
        """Start to listen."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._socket.bind(f"\0{NAME}{os.getpid()}-{id(self)}")
        self._socket.listen()
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join(ASK_S)
            self._socket.close()

    def _run(self) -> None:
        assert self._socket is not None
        while True:
            try:
                asking, _ = self._socket.accept()
            except OSError:
                return  # closed
            with asking:
                try:
                    asking.settimeout(ASK_S)
                    asking.sendall(msgspec.json.encode(self._word()))
                except OSError:
                    continue  # whoever asked has gone


def words_of_agents() -> list[AgentWord]:
    """What every agent that runs on this machine says."""
    try:
        names = re.findall(rf"@({NAME}[0-9-]+)$", SOCKETS.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
    except OSError:
        return []
    return [word for name in sorted(set(names)) if (word := _asked(name)) is not None]


def _asked(name: str) -> AgentWord | None:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as line:
            line.settimeout(ASK_S)
            line.connect("\0" + name)
            said = bytearray()
            while (piece := line.recv(65536)) and len(said) < LONGEST:
                said += piece
        return msgspec.json.decode(said, type=AgentWord)
    except (OSError, msgspec.MsgspecError):
        return None
