"""Alerts go to those who can do something about them: every kind that the code can set, on every page that shows alerts."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from fastapi.testclient import TestClient

import queue_server
from contract.wire import messages
from contract.wire.device_words import MEANINGS
from contract.wire.messages import DeviceStatus, TerminalStatus
from queue_server.domain.hall_clock import Doubt
from queue_server.web.alert_readers import READERS
from queue_server.web.console import view
from tests.web_hall import CONFIG, WebHall, at_window, csrf, log_in, now

EVERYBODY = {"ledger-unwritable", "broker-silent"}
TECHNICIANS_ONLY = {
    *("program-failed", "program-garbled", "illegal-message", "flood", "same-name", "lease-low", "rollout-paused"),
    *("program-read-only", "rollout-failed", "something-else"),
}
NOT_OF_A_WINDOW = {
    *(f"device-{state}" for state in ("misconfigured", "failed", "no-permission", "in-use", "bad-reply", "no-sound-card")),
    *(
        "device-garbled",
        "device-read-only",
        "terminals-unseen",
        "clock-ahead",
        "clock-long-off",
        "clock-behind",
        "clock-unset",
        "backup-failed",
    ),
    *("backup-old", "backup-same-disk", "restored"),
}
OF_A_WINDOW = {
    *("terminal-lost", "display-unreachable", "device-paper-low", "device-toner-low", "device-calls-missed"),
    *("device-print-in-doubt", "device-nothing-read", "device-device-busy", "device-paper-out", "device-paper-jam"),
    *("device-cover-open", "device-toner-out", "device-cutter", "device-offline", "device-refused", "device-no-reply"),
    *("device-unreachable", "device-not-found", "device-on-fire"),
}
UNKNOWN = {"something-else", "device-on-fire"}
SEEN = {
    "clerk": EVERYBODY | OF_A_WINDOW,
    "supervisor": EVERYBODY | OF_A_WINDOW | NOT_OF_A_WINDOW | {"queue-unserved"},
    "technician": EVERYBODY | OF_A_WINDOW | NOT_OF_A_WINDOW | TECHNICIANS_ONLY,
    "administrator": EVERYBODY | OF_A_WINDOW | NOT_OF_A_WINDOW | TECHNICIANS_ONLY | {"queue-unserved", "log-broken"},
}
KINDS = sorted(SEEN["administrator"])
RAISERS = {"Alert": 0, "_alert": 0, "_set": 2}
"""Function → which of its arguments is the kind of the alert."""


def raised() -> set[str]:
    """The kinds that the code of the server writes down, and those that it makes of states."""
    found = {f"clock-{doubt}" for doubt in get_args(Doubt) if doubt} | {f"device-{state}" for state in MEANINGS}
    found |= {"program-failed", "program-garbled", "program-read-only"}
    for path in Path(queue_server.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                kind = node.args[RAISERS[name]] if name in RAISERS and len(node.args) > RAISERS[name] else None
                found |= {kind.value} if isinstance(kind, ast.Constant) and isinstance(kind.value, str) else set()
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                found |= {node.value.value for to in node.targets if path.name == "driver.py" and ast.unparse(to) == "kind"}
    return found


def test_every_kind_of_alert_that_the_server_raises_has_its_readers() -> None:
    assert raised() == READERS.keys() == set(KINDS) - UNKNOWN


def standing(hall: WebHall, subject: str) -> None:
    for kind in KINDS:
        about = "server" if kind in EVERYBODY else subject
        hall.put(f"alert/{kind}", messages.Alert(kind, "error", about, now(), messages.Text(f"<{kind}>。", f"<{kind}>.")))


def shown(page: str) -> set[str]:
    return set(re.findall(r"&lt;([a-z-]+)&gt;。", page))


@pytest.mark.parametrize("subject", ["strip-01", "agent-1"])
def test_a_clerk_reads_of_the_window_what_a_clerk_can_do_something_about(
    hall: WebHall, client: TestClient, subject: str
) -> None:
    at_window(client)
    standing(hall, subject)
    assert shown(client.get("/console").text) == SEEN["clerk"]
    window = CONFIG.window[0]
    of_others = {kind: messages.Alert(kind, "error", "strip-02", now(), messages.Text("", "")) for kind in KINDS}
    assert {alert.kind for alert in view.concerning(CONFIG, window, of_others)} == EVERYBODY


@pytest.mark.parametrize(
    ("account", "role", "path"),
    [
        ("supervisor", "supervisor", "/supervisor"),
        ("supervisor", "supervisor", "/fleet"),
        ("technician", "technician", "/fleet"),
        ("admin", "administrator", "/fleet"),
    ],
)
def test_each_role_reads_what_it_can_do_something_about(
    hall: WebHall, client: TestClient, account: str, role: str, path: str
) -> None:
    standing(hall, "agent-1")
    log_in(client, account)
    assert shown(client.get(path).text) == SEEN[role]


def test_nobody_takes_an_alert_of_others(hall: WebHall, client: TestClient) -> None:
    standing(hall, "agent-1")
    log_in(client, "supervisor")
    token = csrf(client.get("/fleet").text)
    for kind in ("flood", "device-paper-out"):
        client.post(f"/fleet/alert/{kind}", data={"csrf": token})
    page = client.get("/fleet").text
    assert page.count("supervisor") >= 1
    log_in(client, "admin")
    rows = dict(re.findall(r"&lt;([a-z-]+)&gt;。(.*?)</li>", client.get("/fleet").text, re.DOTALL))
    assert "supervisor" in rows["device-paper-out"] and "supervisor" not in rows["flood"]


@pytest.mark.parametrize("state", ["failed", "misconfigured", "on-fire"])
def test_what_a_program_says_of_a_fault_is_for_technicians_alone(hall: WebHall, client: TestClient, state: str) -> None:
    devices = [DeviceStatus("printer-1", "printer", state, "KeyError: 'x'")]
    hall.put("terminal/kiosk-1/status", TerminalStatus("ready", "s", "hall", "0.1.0", devices))
    for account, sees in (("supervisor", False), ("technician", True), ("admin", True)):
        log_in(client, account)
        page = client.get("/fleet").text
        assert "printer-1" in page
        assert ("KeyError" in page) is sees, account
        assert ("on-fire" in page) is (sees and state == "on-fire"), account
        assert state != "on-fire" or "系统不认识的故障" in page
