"""ippeveprinter of Debian's cups-ipp-utils as a real IPP printer on this machine, with paper that can run out.

It announces itself by DNS-SD and will not start without a D-Bus, so it gets one of its own, on which nobody listens.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.a4_printer import BUS

COMMAND = """#!/bin/sh
# Prints a page, says so, and waits as long as there is a file named `hold`.
echo "ATTR: job-impressions-completed=1" >&2
while [ -e {folder}/hold ]; do sleep 0.05; done
echo "ATTR: job-impressions-completed=2 job-media-sheets-completed=2" >&2
"""


class IppPrinterRig:
    """The printer: its address, its faults, what it printed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.uri = f"ipp://localhost:{port}/ipp/print"
        self.spool = folder / "spool"

    def paper(self, sheets: int) -> None:
        """Put so many sheets into both trays."""
        trays = "&".join(f"size{n}=iso_a4_210x297mm&type{n}=stationery&level{n}={sheets}" for n in (1, 3))
        self._get(f"/media?{trays}")

    def toner(self, percent: int) -> None:
        self._get(f"/supplies?supply0=5&supply1={percent}")

    def hold(self) -> None:
        """Jobs that begin now do not end before `release`."""
        (self.folder / "hold").touch()

    def release(self) -> None:
        (self.folder / "hold").unlink(missing_ok=True)

    def _get(self, path: str) -> None:
        with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=60) as answer:
            answer.read()


@contextlib.contextmanager
def running_printer(folder: Path) -> Iterator[IppPrinterRig]:
    """A printer that runs until the end."""
    with contextlib.ExitStack() as ends:
        yield _start(folder, ends)


def _start(folder: Path, ends: contextlib.ExitStack) -> IppPrinterRig:
    (folder / "spool").mkdir()
    bus = Path(ends.enter_context(tempfile.TemporaryDirectory())) / "bus"  # a socket's path must be short
    (folder / "bus.conf").write_text(BUS.format(path=bus))
    command = folder / "print"
    command.write_text(COMMAND.format(folder=folder))
    command.chmod(0o755)
    environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"}

    def start(name: str, *arguments: str) -> subprocess.Popen:
        log = ends.enter_context((folder / f"{name}.log").open("wb"))
        program = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
        child = subprocess.Popen([program, *arguments], env=environment, stdout=log, stderr=log)
        ends.callback(_end, child)
        return child

    start("dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork", "--nopidfile")
    _wait(bus.exists, "dbus-daemon did not start")
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    start(
        "ippeveprinter",
        "-p",
        str(port),
        "-n",
        "localhost",
        "-k",
        "-d",
        str(folder / "spool"),
        "-c",
        str(command),
        "-f",
        "application/pdf",
        "-r",
        "off",
        f"Hall {port}",
    )
    _wait(lambda: _listens(port), "ippeveprinter did not start")
    return IppPrinterRig(folder, port)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 0.2):
        return True
    return False


def _wait(condition: Callable[[], object], message: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(message)
        time.sleep(0.02)


def _end(child: subprocess.Popen) -> None:
    child.terminate()
    try:
        child.wait(60)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
