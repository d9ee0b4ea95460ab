"""Finding Huidu cards on the network: one datagram to everybody on UDP port 10001, an answer from each card.

Source: the maker's SDK (huidutech/sdk, UDPServices.cs). All numbers little-endian:
question: version u32, 0x1001 u16; answer: version u32, 0x1002 u16, id 15 bytes, change u32.
"""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass

from drivers.display.huidu_frame import VERSION

QUESTION = struct.pack("<IH", VERSION, 0x1001)
PORT = 10001
EVERYBODY = "255.255.255.255"
WAIT_S = 1.0
MOST = 256
_ANSWER = struct.Struct("<IH15sI")


class BadAnswer(ValueError):
    """A datagram that is no answer to the question."""


@dataclass(frozen=True)
class FoundCard:
    """What a card reports about itself; `change` grows with its settings."""

    id: str
    change: int = 0

    @classmethod
    def decode(cls, data: bytes) -> FoundCard:
        """Read an answer. Raise BadAnswer."""
        if len(data) < _ANSWER.size:
            raise BadAnswer(f"{len(data)} bytes are too few for an answer")
        _, command, name, change = _ANSWER.unpack_from(data)
        text = name.rstrip(b"\0").decode("ascii", errors="replace")
        if command != 0x1002 or not text.isprintable() or not text:
            raise BadAnswer("this is no answer to a search")
        return cls(text, change)

    def encode(self) -> bytes:
        """The answer of a card."""
        return _ANSWER.pack(VERSION, 0x1002, self.id.encode("ascii"), self.change)


def search(host: str = EVERYBODY, *, port: int = PORT, wait_s: float = WAIT_S, most: int = MOST) -> list[str]:
    """At most `most` cards that answer in time, as `socket://HOST:10001 (ID)`. Raise OSError without a network."""
    found: dict[str, str] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        line.sendto(QUESTION, (host, port))
        deadline = time.monotonic() + wait_s
        while len(found) < most and (left := deadline - time.monotonic()) > 0:
            line.settimeout(left)
            try:
                data, (sender, _) = line.recvfrom(1024)
                found.setdefault(sender, FoundCard.decode(data).id)
            except TimeoutError:
                break
            except BadAnswer:
                continue
    return [f"socket://{sender}:{PORT} ({name})" for sender, name in sorted(found.items())]
