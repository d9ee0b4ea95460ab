"""Which ports a hall's programs listen at. They are kept with the hall's state: an address on a ticket, in a bookmark or in an
open page is good after the next start as well."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

from launcher.broker import NotStarted


def free_port(*preferred: int) -> int:
    """A free TCP port on loopback: the first of `preferred` that nobody has, or any; NotStarted where there is none."""
    for port in (*preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise NotStarted("no free TCP port on 127.0.0.1")


class KeptPorts:
    """The ports of one state folder, by what they are for."""

    def __init__(self, state: Path, tell: Callable[[str], None]) -> None:
        """`tell` gets one sentence when a program does not get the port that was expected."""
        self._file = state / "ports.json"
        self._tell = tell

    def take(self, name: str, usual: int, asked: int | None = None) -> int:
        """A free port for `name`: the one that was `asked` for, else the one of the last time, else the `usual` one, else any.

        Asked for 0 is any. What was taken is kept for the next time.
        """
        kept = self._kept()
        wishes = [asked] if asked is not None else [kept[name]] if name in kept else []
        port = free_port(*(wish for wish in (*wishes, usual) if wish and asked != 0))
        expected = [*wishes, usual][0]
        if expected and port != expected:
            self._tell(f"{name}: port {expected} is taken by another program, so it is {port}")
        if kept.get(name) != port:
            self._file.write_text(json.dumps({**kept, name: port}, indent=1), encoding="utf-8")
        return port

    def _kept(self) -> dict[str, int]:
        """What was kept; nothing after a file that was cut off or changed by hand."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(name): port for name, port in found.items() if isinstance(port, int) and 0 < port < 65536}
