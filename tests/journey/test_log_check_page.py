"""Somebody changes the log of a real server behind its back: the administrator's check names the row, and the hall is told."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import httpx

from contract.wire.topics import Topics
from link import Broker, Link
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD
from tests.programs import PrivateBroker, RunningServer, ok, wait_for_port, wait_until
from tests.web_hall import csrf

PATIENCE_S = 60


def test_a_changed_row_is_named_on_the_page_and_its_alert_outlives_broker_and_server(
    broker: PrivateBroker, web_server: RunningServer, site: str
) -> None:
    port, state = int(site.rpartition(":")[2]), web_server.state
    wait_for_port(port)
    alerts: dict[bool, threading.Event] = {True: threading.Event(), False: threading.Event()}
    link = Link(broker=Broker.parse(broker.address), topics=Topics("testhall"), client_id="kiosk-1")
    link.subscribe(link.topics.root + "alert/log-events", lambda _t, payload, _r: alerts[bool(payload)].set())
    link.open()
    try:
        assert link.connected.wait(PATIENCE_S)
        for _ in range(3):
            ok(link, "issue-ticket", queue="household", channel="web")
        with httpx.Client(base_url=site, timeout=PATIENCE_S) as client:
            form = {"name": "admin", "password": EXAMPLE_PASSWORD, "csrf": csrf(client.get("/log-in").text)}
            assert client.post("/log-in", data=form).status_code == 303
            assert "不一致" not in check(client)
            change(state, "somebody")
            assert "第 2 条与写下时不一致" in check(client)
            assert alerts[True].wait(PATIENCE_S)
            wait_until(lambda: "大厅事件的日志从第2条起与写下时不一致" in client.get("/fleet").text)

            alerts[True].clear()
            assert web_server.stop() == 0
            broker.close()
            broker.open()
            web_server.open()
            assert alerts[True].wait(PATIENCE_S), "both have forgotten it, the ledger has not"
            wait_for_port(port)
            alerts[False].clear()
            change(state, "kiosk-1")
            assert "不一致" not in check(client)
            assert alerts[False].wait(PATIENCE_S), "mended: over"
    finally:
        link.close()


def check(client: httpx.Client) -> str:
    """Press the button, wait for the end; the page."""
    assert client.post("/log-check", data={"csrf": csrf(client.get("/log-check").text)}).status_code == 303
    wait_until(lambda: 'id="progress"' not in client.get("/log-check").text)
    return client.get("/log-check").text


def change(state: Path, actor: str) -> None:
    """Write another actor into the second event."""
    ledger = sqlite3.connect(state / "ledger.sqlite", timeout=PATIENCE_S)
    with ledger:
        ledger.execute("UPDATE events SET actor = ? WHERE id = 2", (actor,))
    ledger.close()
