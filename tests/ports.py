"""Free ports on loopback."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A TCP port that nobody listens on.

    A connection to it has just ended (TIME_WAIT): for a minute the system chooses it for nobody else, while whoever it is meant
    for may bind it (SO_REUSEADDR), however long their program takes to start.
    """
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            sock.accept()[0].close()  # who closes first has the wait
            client.recv(1)
    return port
