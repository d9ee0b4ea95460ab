"""The hall's own mosquitto, on loopback, with a configuration of its own."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path

from contract.wire.topics import LARGEST_PACKET
from launcher.child import Child


class NotStarted(RuntimeError):
    """A part of the hall did not come up; the text says which and where to look."""


def broker(state: Path, port: int) -> Child:
    """mosquitto listening on 127.0.0.1:`port`. Retained states need no disk: the server publishes them again."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        raise NotStarted("mosquitto is not installed; run `make set-up`")
    configuration = state / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        "set_tcp_nodelay true\nmax_inflight_messages 1000\nmax_queued_messages 3000\nmax_queued_bytes 67108864\n"
        f"max_packet_size {LARGEST_PACKET}\nlog_type error\nlog_type warning\n",
        encoding="utf-8",
    )
    return Child("broker", [program, "-c", str(configuration)], log=state / "log" / "broker.log")


def last_line(log: Path) -> str:
    """The last line that a program has written."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it wrote nothing"


def wait_for_port(port: int, child: Child, timeout_s: float = 60) -> None:
    """Return when somebody listens on `port`; raise NotStarted when `child` ends before or takes too long."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if not child.running:
            raise NotStarted(f"{child.name} ended while starting: {last_line(child.log)} (all of it in {child.log})")
        time.sleep(0.05)
    raise NotStarted(f"{child.name} does not answer on port {port}; see {child.log}")
