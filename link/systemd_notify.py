"""Reports to systemd how a service is: sd_notify(3) over the socket that $NOTIFY_SOCKET names. Does nothing without one."""

from __future__ import annotations

import os
import socket


def notify(*news: str) -> bool:
    """Send assignments such as `READY=1`, `WATCHDOG=1`, `STATUS=...`, `STOPPING=1`; whether it was received."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.connect("\0" + address[1:] if address[0] == "@" else address)
            line.sendall("\n".join(news).encode())
    except OSError:
        return False
    return True
