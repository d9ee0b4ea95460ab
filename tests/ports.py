"""Free ports on loopback."""

from __future__ import annotations

import fcntl
import functools
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

FIRST = 10_000
CHOSEN_BY_THE_KERNEL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """A TCP port that nobody listens on and nobody else is given for as long as this process lives, however long the program
    that it is meant for takes to start, and also while that program starts again.

    It lies below those that the kernel chooses for connections and for whoever lets it choose. Among processes of tests each
    locks its own.
    """
    end = int(CHOSEN_BY_THE_KERNEL.read_text(encoding="ascii").split()[0])
    for port in random.sample(range(FIRST, end), 1000):
        if _locked(port) and _is_free(port):
            return port
    raise RuntimeError(f"none of 1000 ports between {FIRST} and {end} is free")


@functools.cache
def _register() -> IO[bytes]:
    """The file whose byte N the process holds that was given port N."""
    return (Path(tempfile.gettempdir()) / "jiaohao-test-ports").open("ab")


@functools.cache
def _given() -> set[int]:
    """Ports that this process has: its own locks do not shut it out."""
    return set()


def _locked(port: int) -> bool:
    if port in _given():
        return False
    try:
        fcntl.lockf(_register(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _given().add(port)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
