"""A ticket over MQTT and a page of the staff while one machine of the network floods pages or broker, beside the same hall in peace.

The hall is as a server made from the image serves it: the broker asks for certificates, the staff has a listener of its own under
TLS. Peace and flood take turns, so that a busy machine slows both down alike.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from contract.wire.topics import Topics
from link import Broker, Link
from tests.bench import stage
from tests.bench.pages import PATIENCE_S, Staff
from tests.bench.report import Row, percentile
from tests.ports import free_port
from tests.programs import RunningServer, wait_for_port
from tests.secure_hall import SecureHall

ROUNDS, TICKETS, PAGES = 3, 150, 40
AIM = 2.0
"""So many times as long as in peace the slowest hundredth of tickets and of pages may take."""
FLOODS = {
    "1,030 silent connections to the pages": ("silent", "public"),
    "1,030 silent connections to the staff's pages": ("silent", "for_staff"),
    "300 streams of the wall": ("streams", "public"),
    "40 log-ins with made-up names": ("log-ins", "for_staff"),
    "16 guessers of codes": ("codes", "public"),
    "1,030 silent connections to the broker": ("silent", "broker"),
    "a stolen terminal that sends without end": ("messages", "broker"),
}
"""What it is called → kind and port of the flood."""
STOLEN = "rater-02"


@dataclass
class WorkingHall:
    """A hall with pages for the public and pages for the staff: `link` takes numbers, `staff` looks on. The rest are ports."""

    link: Link
    staff: Staff
    server: RunningServer
    public: int
    for_staff: int
    broker: int
    stolen: Path
    """The credentials of the terminal that somebody took away."""

    @contextmanager
    def flooded(self, kind: str, port: str) -> Iterator[subprocess.Popen[str]]:
        """A flood of one of these ports is under way."""
        command = [sys.executable, "-m", "tests.bench.flood", kind, str(getattr(self, port)), str(self.stolen)]
        flood = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=stage.ROOT)
        try:
            assert flood.stdout is not None
            if flood.stdout.readline() != "begun\n":
                raise RuntimeError(f"the flood {kind} did not begin")
            yield flood
        finally:
            flood.kill()
            flood.wait()


@contextmanager
def working_hall(at: Path) -> Iterator[WorkingHall]:
    """The hall at work in a folder of its own."""
    with ExitStack() as stack:
        secure, public, for_staff = SecureHall(at), free_port(), free_port()
        secure.open()
        stack.callback(secure.close)
        credentials = ("--credentials", str(secure.state / "credentials"))
        pages = ("--web", f"127.0.0.1:{public}", "--staff-web", f"127.0.0.1:{for_staff}", "--example-accounts")
        server = RunningServer(secure.hall, secure.state, secure.address, *credentials, *pages)
        server.open()
        stack.callback(server.close)
        wait_for_port(for_staff)
        link = Link(broker=secure.broker(secure.credentials("crowd-1")), topics=Topics("testhall"), client_id="any")
        link.open()
        stack.callback(link.close)
        staff = Staff(for_staff, ca=secure.state / "credentials" / "ca.crt")
        staff.log_in()
        yield WorkingHall(link, staff, server, public, for_staff, secure.port, secure.credentials(STOLEN))


@dataclass
class Taken:
    """Milliseconds."""

    tickets: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


def measured(hall: WorkingHall, taken: Taken) -> None:
    """Take numbers and look at the page, in turn. Raise RuntimeError when one is refused."""
    for number in range(TICKETS):
        begun = time.perf_counter()
        body = {"queue": "household", "channel": "web"}
        if hall.link.request("issue-ticket", body, timeout_s=PATIENCE_S).result().status != "ok":
            raise RuntimeError("a number was refused")
        taken.tickets.append((time.perf_counter() - begun) * 1000)
        if number * PAGES // TICKETS != (number - 1) * PAGES // TICKETS:
            begun = time.perf_counter()
            if hall.staff.look() != 200:
                raise RuntimeError("the page of the staff was refused")
            taken.pages.append((time.perf_counter() - begun) * 1000)


def rows() -> Iterator[Row]:
    """Each flood beside peace."""
    with stage.folder() as at, working_hall(at) as hall:
        measured(hall, Taken())
        for name, (kind, port) in FLOODS.items():
            peace, flood = Taken(), Taken()
            for _ in range(ROUNDS):
                measured(hall, peace)
                with hall.flooded(kind, port):
                    measured(hall, flood)
            yield from _rows(name, peace, flood)


@contextmanager
def linked(port: int) -> Iterator[Link]:
    """A client of the hall."""
    link = Link(broker=Broker("127.0.0.1", port), topics=Topics(stage.HALL), client_id="floods")
    link.open()
    try:
        yield link
    finally:
        link.close()


def _rows(name: str, peace: Taken, flood: Taken) -> Iterator[Row]:
    for what, before, during in (("ticket", peace.tickets, flood.tickets), ("staff page", peace.pages, flood.pages)):
        ratio = percentile(during, 0.99) / percentile(before, 0.99)
        middle = f"p50 {percentile(during, 0.5):.1f}, p99 {percentile(during, 0.99):.1f} ms"
        beside = f"p50 {percentile(before, 0.5):.1f}, p99 {percentile(before, 0.99):.1f} ms"
        yield Row(f"{what} during {name}", middle, f"in peace {beside}", ratio, f"{AIM:g} of p99", ratio <= AIM)
