"""The hall's server in a virtual machine, made of the image `--profile server`, reached from this machine as a terminal reaches it."""

from __future__ import annotations

import re
import sqlite3
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from appliance.terminal_file import TerminalFile
from contract.wire.topics import Topics
from link import Broker, Link, NoAnswer
from queue_server.enrolment import authority
from queue_server.enrolment.broker import client_credentials
from queue_server.logs.command import main as audit
from tests.image.bench import newest
from tests.image.data_partition import DataPartition
from tests.image.machine import Machine
from tests.ports import free_port
from tests.programs import wait_until
from tests.small_hall import write_hall

STATE = "/var/lib/jiaohao"
HALL, KIOSK = "testhall", "kiosk-1"
ASKERS = 3
ANSWER_S = 180.0


class ServerBench:
    """`write` makes the disk; `started` waits until the server answers; `state` is what a cut has left of its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machine = Machine(folder / "machine", memory_mb=1536)
        self.data = DataPartition(self.machine.disk)
        self.credentials = folder / "credentials"
        self.mqtt, self.web, self.staff = free_port(), free_port(), free_port()

    @property
    def network(self) -> str:
        """QEMU's own network with the two ports of the server."""
        ports = ((self.mqtt, 8883), (self.web, 8080), (self.staff, 8081))
        return "user,id=hall," + ",".join(f"hostfwd=tcp:127.0.0.1:{here}-:{there}" for here, there in ports)

    def write(self) -> None:
        """Write the newest image; its hall is open at all hours."""
        hall = write_hall(self.folder / "hall")
        hours = hall / "hall.toml"
        text = re.sub(r"\[\[hours\]\].*?(?=\[rules\])", "", hours.read_text(), flags=re.DOTALL)
        days = ", ".join(f'"{day}"' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
        hours.write_text(f"{text}\n[[hours]]\ndays = [{days}]\nopens = 00:00:00\ncloses = 23:59:59\nholidays = true\n")
        terminal = TerminalFile("server", "server", HALL, "mqtts://127.0.0.1:8883", "http://127.0.0.1:8080")
        self.machine.write(newest("jiaohao-server-*.img.zst"), terminal, hall)

    def started(self, timeout_s: float = 2700) -> None:
        """Return when the web pages answer."""
        wait_until(self._answers, timeout_s=timeout_s)

    def _answers(self) -> bool:
        assert self.machine.runs, f"the machine went off: {self.machine.said[-2000:]}"
        try:
            return httpx.get(f"https://127.0.0.1:{self.staff}/log-in", verify=False, timeout=60).status_code == 200
        except httpx.TransportError:
            return False

    def state(self, folder: Path) -> Path:
        """The server's state folder out of the disk of a machine that is off."""
        return self.data.take(STATE, folder)

    def make_credentials(self, state: Path) -> None:
        """Give this machine a kiosk's certificate of the authority that `state` holds."""
        signs = authority.load(state / "ca")
        client_credentials(self.credentials, signs, KIOSK, datetime.now(UTC), timedelta(days=2))
        (self.credentials / "ca.crt").write_text(signs.pem)

    def kiosk(self) -> Link:
        """A kiosk's connection, not open yet."""
        broker = Broker.parse(f"mqtts://127.0.0.1:{self.mqtt}", credentials=self.credentials)
        return Link(broker=broker, topics=Topics(HALL), client_id=KIOSK)


@dataclass
class Citizens:
    """Take tickets one after the other, as fast as the server gives them, and keep what was answered."""

    answered: dict[str, str] = field(default_factory=dict)
    """Request → ticket."""
    noted: dict[str, int] = field(default_factory=dict)
    """Request → what `mark` said when its answer was there."""
    mark: Callable[[], int] = lambda: 0
    refused: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _leave: threading.Event = field(default_factory=threading.Event)

    def come(self, link: Link) -> None:
        """Begin to ask over an open connection."""
        self._leave.clear()
        self._threads = [threading.Thread(target=self._ask, args=(link,), daemon=True) for _ in range(ASKERS)]
        for thread in self._threads:
            thread.start()

    def go(self, link: Link) -> None:
        """No more; whoever waits gets no answer."""
        self._leave.set()
        link.close()
        for thread in self._threads:
            thread.join()

    def _ask(self, link: Link) -> None:
        while not self._leave.is_set():
            request = str(uuid.uuid4())
            try:
                self.answered_by(link, request)
            except NoAnswer:
                continue

    def answered_by(self, link: Link, request: str) -> str:
        """Ask for a ticket with this request id and keep the answer; the ticket's id. Raise NoAnswer."""
        body = {"queue": "household", "channel": "kiosk", "terminal": KIOSK}
        answer = link.request("issue-ticket", body, request_id=request, timeout_s=ANSWER_S).result()
        if answer.status != "ok" or answer.data is None:
            self.refused.append(str(answer.error))
            self._leave.set()
            return ""
        ticket = str(answer.data["ticket"]["id"])
        self.answered[request] = ticket
        self.noted[request] = self.mark()
        return ticket


def faults(state: Path, answered: dict[str, str]) -> list[str]:
    """What is wrong with a ledger: numbers that were answered and are missing or stand twice, a broken log, a broken file."""
    found = []
    with closing(sqlite3.connect(state / "ledger.sqlite")) as ledger:
        (sound,) = ledger.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            found.append(f"the file is damaged: {sound}")
        kept = [ticket for (ticket,) in ledger.execute("SELECT id FROM tickets")]
    if len(set(kept)) != len(kept):
        found.append("a number stands twice in the ledger")
    if len(set(answered.values())) != len(answered):
        found.append("a number was given twice")
    if lost := sorted(set(answered.values()) - set(kept)):
        found.append(f"{len(lost)} answered tickets are missing: {', '.join(lost[:5])}")
    if audit(["verify", "--state", str(state)]) != 0:
        found.append("the chain of the logs is broken")
    return found
