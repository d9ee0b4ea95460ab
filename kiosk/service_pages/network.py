"""How this terminal stands in the network, found out anew whenever the technician looks."""

from __future__ import annotations

import contextlib
import socket
import time
from datetime import datetime
from pathlib import Path

from kiosk.service_pages.state import Network
from link.address import Broker
from link.credentials import BadCredentials, read
from link.machine_status import machine

CONNECT_S = 2.0


def look(broker: Broker, credentials: Path | None, server_ms: float | None, *, connect_s: float = CONNECT_S) -> Network:
    """Ask the sockets, the certificate and the machine; takes little longer than `connect_s`."""
    reached_ms, address = _reach(broker.host, broker.port, connect_s)
    now = machine()
    return Network(
        broker=str(broker),
        secure=broker.ca is not None,
        addresses=(address,) if address else (),
        broker_ms=reached_ms,
        server_ms=server_ms,
        ends=_end(credentials) if broker.ca is not None else None,
        temperature_c=now.temperature_c,
        disk_free_mb=now.disk_free_mb,
        memory_free_mb=now.memory_free_mb,
        uptime_s=now.uptime_s,
    )


def _reach(host: str, port: int, connect_s: float) -> tuple[float | None, str]:
    """How long a connection to the broker takes to open, and this terminal's own address in it."""
    begun = time.perf_counter()
    try:
        with socket.create_connection((host, port), connect_s) as there:
            return (time.perf_counter() - begun) * 1000, str(there.getsockname()[0])
    except OSError:
        return None, _own_address(host, port)


def _own_address(host: str, port: int) -> str:
    """The address from which packets would go to the broker; empty without a network."""
    with contextlib.suppress(OSError):
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect(address)
            return str(sock.getsockname()[0])
    return ""


def _end(credentials: Path | None) -> datetime | None:
    try:
        return read(credentials).not_after if credentials is not None else None
    except BadCredentials:
        return None
