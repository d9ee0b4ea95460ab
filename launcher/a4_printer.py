"""The example hall's A4 printer: Debian's ippeveprinter, a whole IPP printer in software that keeps what it prints as PDF.

It announces itself by DNS-SD and will not start without a D-Bus. It gets one of its own, on which nobody listens: so it
starts on any machine, needs no avahi-daemon, and no other machine in the network sees it.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from contract.configuration.hall import Device
from launcher.broker import NotStarted, last_line, wait_for_port
from launcher.child import Child
from launcher.ports import KeptPorts

LOOPBACK = ("localhost", "127.0.0.1", "::1")
NEEDED = {"ippeveprinter": "cups-ipp-utils", "dbus-daemon": "dbus"}
"""Programs, and the Debian packages they are in."""
MODEL = "A4 emulated"
SHEET_S = 1.0
BUS_S = 60.0
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth><policy context="default">
<allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/></policy></busconfig>
"""
PRINT = """#!/bin/sh
# ippeveprinter calls this for every job: as many sheets as the document has pages, each of which takes its time.
pages=$(pdfinfo "$1" 2>/dev/null | sed -n 's/^Pages: *//p')
sheets=$(( ${{pages:-1}} * ${{IPP_COPIES:-1}} ))
n=0
while [ "$n" -lt "$sheets" ]; do
    sleep {sheet_s}
    n=$((n + 1))
    echo "ATTR: job-impressions-completed=$n" >&2
done
"""


class ExamplePrinter:
    """One emulated printer at `port`; what it prints is kept in `folder`."""

    def __init__(self, name: str, port: int, folder: Path, log: Path, *, sheet_s: float = SHEET_S) -> None:
        self.name, self.port, self.folder = name, port, folder
        self.sheet_s = sheet_s
        self._log = log
        self._short: tempfile.TemporaryDirectory[str] | None = None
        self.children: list[Child] = []

    @property
    def page(self) -> str:
        """The printer's own web page: there paper and toner can be made to run out."""
        return f"http://localhost:{self.port}/"

    def start(self) -> None:
        """Start the bus, then the printer; raise NotStarted naming what is missing."""
        for program, package in NEEDED.items():
            if find_program(program) is None:
                raise NotStarted(f"{program} is not installed (Debian package {package})")
        spool = self.folder / "spool"
        spool.mkdir(parents=True, exist_ok=True)
        self._short = tempfile.TemporaryDirectory(prefix="jiaohao-")  # a socket's path must be short
        bus = Path(self._short.name) / "bus"
        (self.folder / "bus.conf").write_text(BUS.format(path=bus), encoding="utf-8")
        command = self.folder / "print"
        command.write_text(PRINT.format(sheet_s=self.sheet_s), encoding="utf-8")
        command.chmod(0o755)
        _wait_for(
            bus, self._child("bus", "dbus-daemon", f"--config-file={self.folder / 'bus.conf'}", "--nofork", "--nopidfile")
        )
        printer = self._child(
            "",
            "ippeveprinter",
            "-p",
            str(self.port),
            "-n",
            "localhost",
            "-k",
            "-d",
            str(spool),
            "-c",
            str(command),
            "-f",
            "application/pdf",
            "-r",
            "off",
            MODEL,
            environment={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"},
        )
        wait_for_port(self.port, printer)

    def _child(self, suffix: str, program: str, *words: str, environment: dict[str, str] | None = None) -> Child:
        name = f"{self.name}-{suffix}" if suffix else self.name
        child = Child(name, [find_program(program) or program, *words], log=self._log / f"{name}.log", environment=environment)
        self.children.append(child)
        child.start()
        return child

    def stop(self) -> None:
        """End both; what was printed stays."""
        for child in reversed(self.children):
            child.stop()
        if self._short is not None:
            self._short.cleanup()


def printers(devices: Sequence[Device], state: Path, ports: KeptPorts) -> list[ExamplePrinter]:
    """A printer for every A4 device whose address is on this machine. A real one that answers there is used; where another
    hall's example printer answers, this hall's gets a port of its own."""
    found = []
    for device in devices:
        where = urlsplit(device.address)
        if device.kind != "a4" or where.hostname not in LOOPBACK or not where.port:
            continue
        port = where.port
        if _answers(port):
            if not _is_example(port):
                continue
            port = ports.take(f"A4 printer {device.id}", 0)
        found.append(ExamplePrinter(device.id, port, state / "devices" / device.id, state / "log"))
    return found


def hall_with(printers: Sequence[ExamplePrinter], hall: Path, devices: Sequence[Device], state: Path) -> Path:
    """The hall's folder for programs that use the printers: a copy in `state` where one has another port than devices.toml
    says."""
    said = {device.id: device.address for device in devices}
    moved = {printer.name: printer.port for printer in printers if urlsplit(said[printer.name]).port != printer.port}
    if not moved:
        return hall
    copy = state / "hall-here"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(hall, copy)
    text = (copy / "devices.toml").read_text(encoding="utf-8")
    for name, port in moved.items():
        before = urlsplit(said[name])
        text = text.replace(said[name], before._replace(netloc=f"{before.hostname}:{port}").geturl())
    (copy / "devices.toml").write_text(text, encoding="utf-8")
    return copy


def _wait_for(bus: Path, child: Child) -> None:
    """Return when the bus is there: a printer that finds none ends at once."""
    deadline = time.monotonic() + BUS_S
    while not bus.exists():
        if not child.running or time.monotonic() > deadline:
            raise NotStarted(f"{child.name} did not start: {last_line(child.log)} (all of it in {child.log})")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("localhost", port), 0.5):
            return True
    except OSError:
        return False


def _is_example(port: int) -> bool:
    """Whether it is another hall's example printer, by its own page."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=5) as page:
            return MODEL in page.read(1 << 16).decode("utf-8", "replace")
    except (OSError, ValueError):
        return False


def find_program(program: str) -> str | None:
    """Where a program is; ippeveprinter is where administrators' programs are."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
