"""A small hall in this process: the real ledger on SQLite, the real publisher and the real web pages, without a broker."""

from __future__ import annotations

import contextlib
import queue
import re
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from contract.configuration.hall import HallConfig
from contract.wire import answers, codec, messages
from queue_server.backup.make import BackupSource
from queue_server.backup.schedule import BackupSchedule
from queue_server.broker.publisher import Publisher
from queue_server.broker.retained import RetainedTopics
from queue_server.catalogue.hall_guides import HallGuides, guides_of
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.hall_clock import HallClock
from queue_server.enrolment.revocation import BrokerHere
from queue_server.hall_access import HallAccess
from queue_server.ledger.asked import LedgerRequest, Reply
from queue_server.ledger.ledger import Ledger
from queue_server.ledger.reports import Reports
from queue_server.ledger.visits import Visits
from queue_server.ledger.window_lines import WindowLines
from queue_server.privacy import key
from queue_server.rollouts.own_system import OwnSystem
from queue_server.store.database import Database
from queue_server.web.app import WebParts, build
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD
from queue_server.web.connections import Patience
from queue_server.web.fleet.server_page import ServerCare
from queue_server.web.serve import PATIENCE, WebServer, listen
from queue_server.wiring import web_parts
from tests.ledgers import ledger_in
from tests.programs import PATIENCE_S
from tests.small_hall import NOON

PASSWORD = EXAMPLE_PASSWORD
SYSTEM = "20261122.0900-1111111"
"""The version of the system of a machine with an installer."""
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CONFIG = HallConfig.model_validate(
    {
        "hall": {
            "id": "test",
            "name": {"zh": "测试大厅", "en": "Test Hall"},
            "region": "620524",
            "time_zone": NOON,
            "address": {"zh": "示例路 1 号", "en": "1 Example Road"},
            "telephone": "0938-0000000",
        },
        "hours": [
            {
                "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                "opens": "00:00",
                "closes": "23:59:59",
                "holidays": True,
            }
        ],
        "theme": [{"id": "all", "name": {"zh": "全部", "en": "All"}}],
        "queue": [
            {"id": "social", "letter": "A", "name": {"zh": "社会保障", "en": "Social security"}, "theme": "all"},
            {"id": "tax", "letter": "B", "name": {"zh": "税费办理", "en": "Taxes"}, "theme": "all"},
        ],
        "window": [
            {"id": "01", "number": "01", "name": {"zh": "综合窗口", "en": "General"}, "kind": "comprehensive", "queues": ["*"]},
            {"id": "02", "number": "02", "name": {"zh": "税务窗口", "en": "Tax"}, "kind": "sector", "queues": ["tax"]},
        ],
        "clerk": [
            {"id": "0101", "name": "工号 0101"},
            {"id": "0102", "name": "工号 0102"},
            {"id": "0103", "name": "工号 0103", "windows": ["02"]},
        ],
        "terminal": [{"id": "kiosk-1", "role": "hall", "devices": ["printer-1"]}, {"id": "agent-1", "role": "agent"}],
        "device": [
            {"id": "printer-1", "kind": "printer", "model": "escpos-80", "address": "emulator://escpos-80"},
            {
                "id": "strip-01",
                "kind": "display",
                "model": "virtual",
                "address": "emulator://virtual",
                "agent": "agent-1",
                "serves": "01",
            },
            {
                "id": "strip-02",
                "kind": "display",
                "model": "virtual",
                "address": "emulator://virtual",
                "agent": "agent-1",
                "serves": "02",
            },
        ],
    }
)


class WebHall:
    """One hall. `open` before use, `close` at the end; `ask` plays everybody who is not at a browser.

    `items` is the folder of a hall whose items it has; without it the hall has no guides. `updates` is the folder of an
    installer that its machine has.
    """

    def __init__(
        self,
        folder: Path,
        config: HallConfig = CONFIG,
        items: Path | None = None,
        broker: BrokerHere | None = None,
        updates: Path | None = None,
    ) -> None:
        self.folder = folder
        self.updates = updates
        self.system: OwnSystem | None = None
        self.config = config
        self.items = items
        self.broker = broker
        self.guides: HallGuides | None = None
        self.database = Database(ledger_in(folder))
        self.retained = RetainedTopics()
        self.ledger = Ledger(self.database, HallRules(config), clock=now, monotonic=time.monotonic)
        self.publisher = Publisher(self.ledger, self.retained, lambda *_: None, clock=now, monotonic=time.monotonic)
        self.access = HallAccess(
            hand_over=self._hand_over,
            retained=self.retained,
            reports=Reports(self.database, self.ledger.hall, now),
            visits=Visits(self.database, now),
            lines=WindowLines(self.database, self.ledger.hall, now),
        )
        self.clock = HallClock(now, time.monotonic, self.ledger.hall.day, self.ledger.hall.next_open)
        self.handled: list[LedgerRequest] = []
        self._requests: queue.Queue[LedgerRequest | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="ledger")
        self._told = threading.Condition()
        self.parts: WebParts

    def open(self) -> FastAPI:
        """Start the ledger's thread; return the web application."""
        self.ledger.open()
        self.publisher.everything()
        status = messages.ServerStatus("ready", "session", "1.0", now())
        self.put("server/status", status)
        self._thread.start()
        if self.items is not None:
            self._open_guides(self.items)
        source = BackupSource(self.config.hall.id, self.folder, self.folder, key(self.folder), self.database)
        backups = BackupSchedule(source, self.config.backup, self.retained.put, now, now)
        self.parts = web_parts(
            self.access,
            self.config,
            ServerCare(self.clock, backups, self.database, self.folder),
            address="http://testserver",
            guides=self.guides,
            broker=self.broker,
            example_accounts=True,
            hasher=QUICK,
        )
        return build(self.with_system("http://testserver"))

    def with_system(self, site: str) -> WebParts:
        """The parts with a system of this machine, as at a start of the server; it fetches bundles from `site`."""
        if self.system is not None:
            self.system.close()
        version = SYSTEM if self.updates is not None else ""
        self.system = OwnSystem(self.updates, self.parts.bundles, site, None, lambda: version)
        self.system.open()
        return replace(self.parts, care=replace(self.parts.care, system=self.system))

    def edition(self, *, after: str = "") -> messages.CatalogueVersion:
        """The guide file that is announced, once it is another one than `after`."""
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            with self._told:
                payload = self.retained.get("catalogue/version")
                if payload and (version := codec.decode(payload, messages.CatalogueVersion)).version != after:
                    return version
                self._told.wait(1)
        raise AssertionError("no guide file was announced")

    def close(self) -> None:
        if self.system is not None:
            self.system.close()
        if self.guides is not None:
            self.guides.close()
        self._requests.put(None)
        self._thread.join()
        self.ledger.close()

    def ask(self, verb: str, **body: Any) -> answers.Answer:
        """A request of a kiosk or of another clerk."""
        reply: Future[Reply] = Future()
        self._hand_over(LedgerRequest(str(uuid.uuid4()), verb, codec.encode(body), "test", reply.set_result))
        result = codec.decode(reply.result(PATIENCE_S).content, answers.Answer)
        self._requests.join()
        return result

    def issue(self, queue_id: str = "social", class_: str = "ordinary") -> dict[str, Any]:
        """A ticket that waits."""
        answer = self.ask("issue-ticket", queue=queue_id, channel="desk", **{"class": class_})
        assert answer.data is not None, answer
        ticket: dict[str, Any] = answer.data["ticket"]
        return ticket

    def put(self, topic: str, message: Any) -> None:
        """A retained message of a terminal or a display."""
        self.retained.put(topic, codec.encode(message))

    def show(self, display: str, *, confirmed: bool = True) -> None:
        """The display shows what it should: it says so, or its agent has sent it."""
        wanted = codec.decode(self.retained.get(f"display/{display}/desired") or b"", messages.DisplayDesired)
        self.put(f"display/{display}/shown", messages.DisplayShown(wanted.seq, "ok", now(), confirmed))

    def window(self, window: str) -> messages.WindowState:
        """The window as it is published when everything asked so far is done."""
        self._requests.join()
        return codec.decode(self.retained.get(f"window/{window}/state") or b"", messages.WindowState)

    def _open_guides(self, items: Path) -> None:
        def show(topic: str, payload: bytes) -> None:
            with self._told:
                self.retained.put(topic, payload)
                self._told.notify_all()

        self.guides = guides_of(items, state=self.folder, database=self.database, web="http://hall", show=show, clock=now)
        assert self.guides is not None
        self.guides.open()

    def _hand_over(self, request: LedgerRequest) -> None:
        self._requests.put(request)

    def _run(self) -> None:
        while True:
            try:
                request = self._requests.get(timeout=0.05)
            except queue.Empty:
                self.publisher.pass_time()
                continue
            if request is None:
                return
            self.handled.append(request)
            self.publisher.publish(self.ledger.handle([request]))
            self.publisher.pass_time()
            self._requests.task_done()


@contextlib.contextmanager
def serving(
    app: FastAPI, port: int = 0, *, most: int = 256, proxies: Sequence[str] = (), patience: Patience = PATIENCE
) -> Iterator[str]:
    """The application on a port of this machine, for `most` connections; yields its address."""
    listener = listen(f"127.0.0.1:{port}", most, proxies)
    server = WebServer(app, listener, None, proxies, patience=patience)
    server.open()
    try:
        yield f"http://127.0.0.1:{listener.port}"
    finally:
        server.close()
        listener.socket.close()


def now() -> datetime:
    return datetime.now(UTC)


# --- somebody at a browser ------------------------------------------------------------------------------------------------


def log_in(client: TestClient, name: str, password: str = PASSWORD) -> int:
    page = client.get("/log-in")
    return client.post("/log-in", data={"name": name, "password": password, "csrf": csrf(page.text)}).status_code


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page
    return found[1]


def at_window(client: TestClient, name: str = "0101", window: str = "01", *, confirmed: bool = False) -> str:
    """Log in and take a window, whatever that ends when it is `confirmed`; return the CSRF token."""
    assert log_in(client, name) == 303
    token = csrf(client.get("/console").text)
    answer = {"csrf": token, "window": window, "confirmed": "1" if confirmed else ""}
    assert client.post("/console/window", data=answer).status_code == 303
    return token


def press(client: TestClient, token: str, verb: str, request_id: str = "", **fields: Any) -> Any:
    body = {"verb": verb, "request_id": request_id or str(uuid.uuid4()), **fields}
    return client.post("/console/command", json=body, headers={"x-csrf": token, "accept": "application/json"})
