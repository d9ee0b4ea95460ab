"""The link is cut: the real kiosk goes on giving numbers on paper, and tells them in order when the link is back."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from drivers.emulators.escpos import EscPosEmulator
from tests.faces import Face
from tests.programs import PrivateBroker, RunningServer, Watcher, ok, wait_until

QUEUES = ("household", "tax", "enterprise")
pytestmark = pytest.mark.slow


@dataclass
class Net:
    """Where broker and server are, and how the way to them is cut."""

    host: str = "127.0.0.1"
    run: tuple[str, ...] = ()
    cable: str = ""

    def cut(self) -> None:
        subprocess.run(["ip", "link", "set", self.cable, "down"], check=True)

    def mend(self) -> None:
        subprocess.run(["ip", "link", "set", self.cable, "up"], check=True)


@pytest.fixture
def far_away() -> Iterator[Net]:
    """A network namespace at the other end of a cable; needs root."""
    if os.geteuid() != 0:
        pytest.skip("only root may make a network namespace")
    name, (place, part) = f"jh-{os.getpid()}", divmod(os.getpid() % 16384, 64)
    near, far = (f"198.18.{place}.{part * 4 + end}" for end in (1, 2))
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        pytest.skip("the kernel does not allow network namespaces here")
    net = Net(far, ("ip", "netns", "exec", name), f"jh{os.getpid()}a")
    try:
        for command in (
            f"ip link add {net.cable} type veth peer name eth0 netns {name}",
            f"ip addr add {near}/30 dev {net.cable}",
            f"ip link set {net.cable} up",
            f"ip -n {name} addr add {net.host}/30 dev eth0",
            f"ip -n {name} link set eth0 up",
            f"ip -n {name} link set lo up",
        ):
            subprocess.run(command.split(), check=True)
        yield net
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


class LonelyHall:
    """Broker, server and kiosk of the small hall, with a printer at the kiosk."""

    def __init__(self, tmp_path: Path, hall: Path, printer: EscPosEmulator, net: Net) -> None:
        self.state, self.printer = tmp_path / "kiosk", printer
        self.broker = PrivateBroker(tmp_path, host=net.host, run=net.run)
        self.server = RunningServer(hall, tmp_path / "state", self.broker.address, run=net.run)
        self.kiosk = Face(
            "hall",
            (540, 960),
            hall,
            "--hall",
            str(hall),
            "--broker",
            self.broker.address,
            "--terminal",
            "kiosk-1",
            "--state",
            str(self.state),
            "--web",
            "http://10.0.0.2:8080",
        )
        self.link = self.broker.link()
        self.watcher = Watcher(self.link)

    def open(self) -> None:
        """Returns when the kiosk is at home and holds numbers of all three queues."""
        self.broker.open()
        self.server.open()
        self.link.open()
        self.watcher.wait("server/status", "ready")
        self.kiosk.open()
        self.watcher.wait("terminal/kiosk-1/status", '"ok"')
        wait_until(lambda: self.count("state = 'free'") == 30 * len(QUEUES))
        self.kiosk.control("取号")

    def close(self) -> None:
        self.kiosk.close()
        self.link.close()
        self.server.close()
        self.broker.close()

    def count(self, what: str) -> int:
        """How many numbers of the kiosk's book are so."""
        path = self.state / "lease" / "numbers.db"
        if not path.exists():
            return 0
        with closing(sqlite3.connect(path)) as book, book:
            try:
                found: int = book.execute(f"SELECT count(*) FROM numbers WHERE {what}").fetchone()[0]
            except sqlite3.OperationalError:  # it is just being made
                return 0
        return found

    def take(self) -> None:
        """A citizen takes a number of the first queue; returns when the paper is out and the kiosk at home again."""
        before = len(self.papers)
        self.kiosk.wait_for_page("HomePage")
        self.kiosk.tap("取号")
        self.kiosk.wait_for_page("BusinessesPage")
        self.kiosk.tap("户政")
        self.kiosk.wait_for_page("ConfirmPage")
        self.kiosk.tap("取号")
        wait_until(lambda: len(self.papers) > before)
        self.kiosk.wait_for_page("TicketPage")
        self.kiosk.tap("完成")

    @property
    def papers(self) -> list[Path]:
        return sorted((self.printer.out or Path()).rglob("printer-1-*.png"), key=lambda path: path.stat().st_mtime)

    @property
    def on_papers(self) -> list[str]:
        """The numbers on the papers, as their codes say them."""
        codes = [zxingcpp.read_barcodes(Image.open(path))[0].text for path in self.papers]
        return [code.rsplit("/", 1)[1].partition("-")[0][6:].upper() for code in codes]

    def told(self) -> list[str]:
        """The numbers that the server was told, in the order of its log: whoever listens may be cut off when they are told."""
        with closing(sqlite3.connect(self.server.state / "ledger.sqlite")) as ledger:
            rows = ledger.execute("SELECT body FROM events WHERE type = 'ticket-issued' ORDER BY id").fetchall()
        facts = [json.loads(body) for (body,) in rows]
        return [fact["number"] for fact in facts if fact.get("offline")]

    def call(self) -> str:
        """The next number at window 01, which does not come."""
        number: str = ok(self.link, "call-next", window="01")["ticket"]["number"]  # type: ignore[index]
        ok(self.link, "no-show", window="01")
        return number


def test_without_the_broker_numbers_go_on_and_are_called_in_order_when_it_is_back(
    tmp_path: Path, hall_folder: Path, printer: EscPosEmulator
) -> None:
    hall = LonelyHall(tmp_path, hall_folder, printer, Net())
    try:
        hall.open()
        hall.take()
        assert hall.on_papers == ["A001"]
        hall.broker.close()
        hall.server.kill()
        hall.kiosk.wait_for_text("网络中断，仍可取号")
        for _ in range(2):
            hall.take()
        hall.kiosk.close()
        hall.kiosk.open()  # a power cut at the kiosk, still without the server
        for _ in range(3):
            hall.take()
        papers = ["A901", "A902", "A903", "A904", "A905"]
        assert hall.on_papers == ["A001", *papers]
        wait_until(lambda: hall.count("state = 'printed'") == 5)
        hall.broker.open()
        hall.server.open()
        wait_until(lambda: hall.count("state = 'told'") == 5)
        hall.watcher.wait("queue/household/state", '"waiting":6')
        assert hall.told() == papers
        ok(hall.link, "open-window", window="01", clerk="0101")
        assert [hall.call() for _ in range(6)] == ["A001", *papers]
        hall.take()
        assert hall.on_papers[-1] == "A002", "and the server's own count goes on"
    finally:
        hall.close()


def test_with_the_cable_out_nobody_is_left_standing_and_no_number_is_given_twice(
    tmp_path: Path, hall_folder: Path, printer: EscPosEmulator, far_away: Net
) -> None:
    hall = LonelyHall(tmp_path, hall_folder, printer, far_away)
    try:
        hall.open()
        far_away.cut()
        hall.take()  # nobody has noticed yet: the request goes out and no answer comes
        hall.take()
        assert hall.on_papers == ["A901", "A902"]
        far_away.mend()
        wait_until(lambda: hall.count("state = 'told'") == 2)
        hall.watcher.wait("queue/household/state", '"waiting":2', timeout_s=300)  # TCP tries again ever more rarely
        assert hall.told() == ["A901", "A902"]
        ok(hall.link, "open-window", window="01", clerk="0101")
        assert [hall.call() for _ in range(2)] == ["A901", "A902"]
    finally:
        hall.close()
