"""A ticket over MQTT and a page of the staff while one machine of the network floods pages or broker, beside the same hall in peace.

Peace and flood take turns, so that a busy machine slows both down alike.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from contract.wire.topics import Topics
from link import Broker, Link
from tests.bench import stage
from tests.bench.pages import PATIENCE_S, Staff
from tests.bench.report import Row, percentile
from tests.ports import free_port

ROUNDS, TICKETS, PAGES = 3, 150, 40
AIM = 2.0
"""So many times as long as in peace the slowest hundredth of tickets and of pages may take."""
FLOODS = {
    "1,030 silent connections to the pages": ("silent", "web"),
    "300 streams of the wall": ("streams", "web"),
    "40 log-ins with made-up names": ("log-ins", "web"),
    "16 guessers of codes": ("codes", "web"),
    "1,030 silent connections to the broker": ("silent", "broker"),
}
"""What it is called → kind and port of the flood."""


@dataclass
class Taken:
    """Milliseconds."""

    tickets: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


@contextmanager
def flooded(kind: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """A flood is under way."""
    flood = subprocess.Popen([sys.executable, "-m", "tests.bench.flood", kind, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert flood.stdout is not None
        if flood.stdout.readline() != "begun\n":
            raise RuntimeError(f"the flood {kind} did not begin")
        yield flood
    finally:
        flood.kill()
        flood.wait()


def measured(link: Link, staff: Staff, taken: Taken) -> None:
    """Take numbers and look at the page, in turn. Raise RuntimeError when one is refused."""
    for number in range(TICKETS):
        begun = time.perf_counter()
        body = {"queue": "qa", "channel": "web"}
        if link.request("issue-ticket", body, timeout_s=PATIENCE_S).result().status != "ok":
            raise RuntimeError("a number was refused")
        taken.tickets.append((time.perf_counter() - begun) * 1000)
        if number * PAGES // TICKETS != (number - 1) * PAGES // TICKETS:
            begun = time.perf_counter()
            if staff.look() != 200:
                raise RuntimeError("the page of the staff was refused")
            taken.pages.append((time.perf_counter() - begun) * 1000)


def rows() -> Iterator[Row]:
    """Each flood beside peace."""
    with stage.folder() as at:
        hall, web, for_staff = stage.write_hall(at), free_port(), free_port()
        pages = ("--web", f"127.0.0.1:{web}", "--staff-web", f"127.0.0.1:{for_staff}", "--web-tls", "off", "--example-accounts")
        with stage.broker(at) as port, stage.server(at, hall, port, *pages), linked(port) as link:
            staff = Staff(for_staff)
            staff.log_in()
            measured(link, staff, Taken())
            for name, (kind, to) in FLOODS.items():
                peace, flood = Taken(), Taken()
                for _ in range(ROUNDS):
                    measured(link, staff, peace)
                    with flooded(kind, web if to == "web" else port):
                        measured(link, staff, flood)
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
