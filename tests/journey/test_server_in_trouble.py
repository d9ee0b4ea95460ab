"""The queue server as a process, with a real broker, when things go wrong."""

from __future__ import annotations

import contextlib
import json
import threading
import uuid
from collections import Counter
from concurrent.futures import Future
from pathlib import Path

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contract.wire import answers
from link import Link, NoAnswer, connection
from queue_server.store.database import Database, sqlite_url
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD
from tests.postgres import PrivatePostgres
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, Watcher, ok, wait_until
from tests.web_hall import csrf

ROUND = 12


def test_a_power_cut_in_the_middle_of_load_loses_nothing_answered_and_makes_nothing_twice(
    tmp_path: Path, hall_folder: Path, broker: PrivateBroker, server: RunningServer
) -> None:
    link = broker.link()
    link.open()
    assert link.connected.wait(PATIENCE_S)
    answered: dict[str, str] = {}
    asked: list[Future[answers.Answer]] = []
    for cut in range(3):
        half = len(answered) + ROUND * 3
        for _ in range(ROUND * 10):
            asked.append(_issue(link, answered))
        wait_until(lambda half=half: len(answered) >= half)
        server.kill()
        before = dict(answered)
        server.open()
        assert cut == 2 or before
    for answer in asked:
        assert answer.result(PATIENCE_S).status == "ok"
    link.close()
    assert server.stop() == 0
    database = Database(sqlite_url(server.state))
    database.open()
    with database.look() as connection:
        tickets = {row[0] for row in connection.exec_driver_sql("SELECT id FROM tickets")}
        periods = Counter(row[0] for row in connection.exec_driver_sql("SELECT ticket FROM periods"))
        stored = {row[0].partition(" ")[2] for row in connection.exec_driver_sql("SELECT id FROM requests")}
        events = Counter(json.loads(r[0])["ticket"] for r in connection.exec_driver_sql("SELECT body FROM events"))
    database.close()
    assert len(answered) == len(asked) == len(set(answered.values())), "every request has one ticket of its own"
    assert tickets == set(answered.values()), "no ticket that nobody asked for"
    assert set(periods) == tickets == set(events) and set(periods.values()) == set(events.values()) == {1}
    assert stored == set(answered)


def _issue(link: Link, answered: dict[str, str]) -> Future[answers.Answer]:
    request_id = str(uuid.uuid4())
    future = link.request("issue-ticket", {"queue": "household", "channel": "web"}, timeout_s=240, request_id=request_id)

    def note(done: Future[answers.Answer]) -> None:
        data = done.result().data
        assert data is not None
        answered[request_id] = data["ticket"]["id"]

    future.add_done_callback(note)
    return future


def test_after_the_broker_restarts_everybody_sees_the_truth_again(broker: PrivateBroker, server: RunningServer) -> None:
    link = broker.link()
    watcher = Watcher(link, "window/+/state", "queue/+/state", "display/+/desired", "server/status", "rating/+/ask")
    link.open()
    assert link.connected.wait(PATIENCE_S)
    ok(link, "open-window", window="01", clerk="0101")
    ok(link, "issue-ticket", queue="household", channel="web")
    ok(link, "issue-ticket", queue="household", channel="web")
    ok(link, "call-next", window="01")
    watcher.wait("queue/household/state", '"waiting":1')
    broker.close()
    wait_until(lambda: not link.connected.is_set())
    watcher.state.clear()
    broker.open()
    watcher.wait("server/status", '"ready"')
    watcher.wait("window/01/state", '"A001"')
    watcher.wait("queue/household/state", '"waiting":1')
    watcher.wait("display/strip-01/desired", "A001")
    assert ok(link, "start-service", window="01")["ticket"]["state"] == "serving"
    link.close()


def test_a_broker_that_hangs_is_told_until_it_works_again(broker: PrivateBroker, web_server: RunningServer, site: str) -> None:
    assert _health(site) == ("ready", [])
    with broker.frozen():
        wait_until(lambda: _health(site) == ("not-ready", ["broker-silent"]))
    wait_until(lambda: _health(site) == ("ready", []))


def test_malformed_and_hostile_commands_are_dropped_answered_or_refused_and_raise_an_alert(
    broker: PrivateBroker, server: RunningServer
) -> None:
    link = broker.link()
    watcher = Watcher(link, "alert/+", "cmd/+", "other/#", "reply/#")
    link.open()
    assert link.connected.wait(PATIENCE_S)
    command, reply = link.topics.command("issue-ticket"), link.topics.reply("victim")
    good = b'{"queue":"household","channel":"web"}'
    foreign = connection.client(link.broker, "foreign")
    foreign.connect(link.broker.host, link.broker.port)
    foreign.loop_start()
    hostile = [
        b"",
        b"\xff\xfe\x00",
        b"[" * 50_000,
        b'{"queue":1}',
        b'{"queue":"../../etc"}',
        b'{"queue":"household","channel":"x"}',
        b"null",
    ]
    for payload in hostile:
        _publish(foreign, command, payload, reply, str(uuid.uuid4()).encode())
    _publish(foreign, link.topics.root + "cmd/" + "x" * 300, good, reply, b"1")
    _publish(foreign, command, good, link.topics.root + "window/01/state", b"2")
    _publish(foreign, command, good, "other/topic", b"3")
    _publish(foreign, command, good, None, b"4")
    _publish(foreign, command, good, reply, b"")
    _publish(foreign, command, good, reply, b"\xff" * 70)
    _publish(foreign, command, good, reply, b"5", retain=True)
    watcher.wait("alert/messages-cmd-issue-ticket", "illegal-message")
    watcher.wait("alert/messages-cmd-unknown", "illegal-message")
    assert ok(link, "issue-ticket", queue="household", channel="web")["ticket"]["number"] == "A001"
    assert not [topic for topic, _ in watcher.messages if topic.startswith("other")]
    wait_until(lambda: sum(topic == "reply/victim" for topic, _ in watcher.messages) == len(hostile) + 4)
    codes = [json.loads(p)["error"]["code"] for topic, p in watcher.messages if topic == "reply/victim"]
    assert Counter(codes) == {"bad-request": len(hostile) + 3, "unknown-verb": 1}
    foreign.disconnect()
    foreign.loop_stop()
    link.close()


def _publish(
    foreign: mqtt.Client, topic: str, payload: bytes, reply: str | None, correlation: bytes, *, retain: bool = False
) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.CorrelationData = correlation
    if reply is not None:
        properties.ResponseTopic = reply
    foreign.publish(topic, payload, qos=1, retain=retain, properties=properties)


def test_two_servers_on_one_postgresql_share_the_hall(
    tmp_path: Path, hall_folder: Path, broker: PrivateBroker, postgres: PrivatePostgres
) -> None:
    url = postgres.new_database()
    servers = [RunningServer(hall_folder, tmp_path / f"state-{i}", broker.address, "--database", url) for i in (1, 2)]
    for server in servers:  # every server of a hall has the same key
        server.state.mkdir()
        (server.state / "personal-data.key").write_bytes(b"k" * 32)
        (server.state / "personal-data.key").chmod(0o600)
    link = broker.link()
    watcher = Watcher(link, "event/+", "window/+/state", "queue/household/state", "server/status", "display/+/desired")
    try:
        for server in servers:
            server.open()
        link.open()
        assert link.connected.wait(PATIENCE_S)
        for window in ("01", "02", "03", "04"):
            ok(link, "open-window", window=window)
        asked = [
            link.request("issue-ticket", {"queue": "household", "channel": "web"}, timeout_s=PATIENCE_S) for _ in range(80)
        ]
        numbers = [answer.result(PATIENCE_S).data["ticket"]["number"] for answer in asked]
        assert sorted(numbers) == [f"A{i:03d}" for i in range(1, 81)]
        called: list[str] = []
        for _ in range(5):
            calls = [link.request("call-next", {"window": w}, timeout_s=PATIENCE_S) for w in ("01", "02", "03", "04")]
            called += [answer.result(PATIENCE_S).data["ticket"]["number"] for answer in calls]
            for done in [link.request("no-show", {"window": w}, timeout_s=PATIENCE_S) for w in ("01", "02", "03", "04")]:
                assert done.result(PATIENCE_S).status == "ok"
        assert len(set(called)) == 20, "no ticket was called twice"
        watcher.wait("queue/household/state", '"waiting":60')
        for window in ("01", "02", "03"):
            called.append(ok(link, "call-next", window=window)["ticket"]["number"])
        wait_until(lambda: _board(watcher) == called[:-4:-1])
        assert all(server.log.count("Traceback") == 0 for server in servers)
        servers[0].kill()
        watcher.wait("server/status", '"ready"')
        assert ok(link, "call-next", window="04")["ticket"]["number"] not in called
    finally:
        link.close()
        for server in servers:
            server.close()


def test_a_postgresql_that_freezes_is_told_until_it_goes_on(
    tmp_path: Path, hall_folder: Path, broker: PrivateBroker, postgres: PrivatePostgres, site: str
) -> None:
    web = ("--database", postgres.new_database(), "--web", site.removeprefix("http://"), "--example-accounts")
    with contextlib.closing(RunningServer(hall_folder, tmp_path / "state", broker.address, *web)) as server:
        server.open()
        wait_until(lambda: _health(site) == ("ready", []))
        with httpx.Client(base_url=site, timeout=PATIENCE_S) as client:
            form = {"name": "supervisor", "password": EXAMPLE_PASSWORD, "csrf": csrf(client.get("/log-in").text)}
            assert client.post("/log-in", data=form).status_code == 303
            with postgres.frozen():
                wait_until(lambda: _health(site) == ("not-ready", ["ledger-unwritable"]))
                page = client.get("/supervisor")
                assert page.status_code == 503 and "服务器的数据库暂时不能用" in page.text
            wait_until(lambda: _health(site) == ("ready", []))
            assert client.get("/supervisor").status_code == 200
        assert "Traceback" not in server.log


def _health(site: str) -> tuple[str, list[str]]:
    found = httpx.get(f"{site}/health", timeout=PATIENCE_S).json()
    return found["status"], found["reasons"]


def _board(watcher: Watcher) -> list[str]:
    """The numbers on the hall's board, from top to bottom."""
    return [line["text"][:4] for line in json.loads(watcher.state["display/board-1/desired"])["lines"]]


def test_a_server_that_is_asked_to_end_says_so_and_one_that_dies_is_reported_lost(
    broker: PrivateBroker, server: RunningServer
) -> None:
    link = broker.link()
    watcher = Watcher(link, "server/status")
    link.open()
    watcher.wait("server/status", '"ready"')
    assert server.stop() == 0
    watcher.wait("server/status", '"stopped"')
    server.open()
    watcher.wait("server/status", '"ready"')
    server.kill()
    watcher.wait("server/status", '"lost"')
    with pytest.raises(NoAnswer):
        link.request("lookup", {"ticket": "20261122-a001"}, timeout_s=0.5).result(60)
    link.close()


def test_an_unreachable_strip_raises_an_alert_that_ends_when_it_answers(broker: PrivateBroker, server: RunningServer) -> None:
    link = broker.link()
    watcher = Watcher(link, "alert/+", "server/status")
    link.open()
    watcher.wait("server/status", '"ready"')
    shown = link.topics.display_shown("strip-01")
    sold = link.topics.display_shown("a-display-that-the-hall-has-no-more")
    for topic in (sold, shown):
        link.publish(topic, b'{"seq":1,"state":"unreachable","at":"2026-11-23T09:00:00+08:00"}', retain=True)
    watcher.wait("alert/display-strip-01", "display-unreachable")
    assert [topic for topic in watcher.state if topic.startswith("alert/display-")] == ["alert/display-strip-01"]
    link.publish(shown, b'{"seq":2,"state":"ok","at":"2026-11-23T09:00:05+08:00"}', retain=True)
    wait_until(lambda: watcher.state.get("alert/display-strip-01") == b"")
    printer = b'{"state":"ready","session":"1","kind":"hall","version":"1","devices":[{"id":"printer-1","kind":"printer","state":"%s"}]}'
    link.publish(link.topics.terminal_status("kiosk-1"), printer % b"paper-out", retain=True)
    watcher.wait("alert/device-kiosk-1-printer-1", "paper-out")
    link.publish(link.topics.terminal_status("kiosk-1"), printer % b"ready", retain=True)
    wait_until(lambda: watcher.state.get("alert/device-kiosk-1-printer-1") == b"")
    link.publish(link.topics.terminal_status("kiosk-1"), b"nonsense", retain=True)
    watcher.wait("alert/messages-terminal-kiosk-1-status", "illegal-message")
    link.close()


def test_the_line_goes_on_after_a_restart_of_the_server(broker: PrivateBroker, server: RunningServer) -> None:
    link = broker.link()
    watcher = Watcher(link, "window/01/state", "queue/household/state", "announce", "display/board-1/desired")
    link.open()
    assert link.connected.wait(PATIENCE_S)
    ok(link, "open-window", window="01", clerk="0102")
    for _ in range(3):
        ok(link, "issue-ticket", queue="household", channel="web")
    ok(link, "call-next", window="01")
    watcher.wait("announce", "A001")
    server.kill()
    watcher.state.clear()
    server.open()
    watcher.wait("window/01/state", '"A001"')
    watcher.wait("queue/household/state", '"waiting":2')
    watcher.wait("display/board-1/desired", "A001")
    assert "announce" not in watcher.state, "a restart does not call anybody again"
    assert ok(link, "start-service", window="01")
    ok(link, "finish-service", window="01")
    assert ok(link, "call-next", window="01")["ticket"]["number"] == "A002"
    link.close()


def test_requests_of_many_clients_at_once_get_different_numbers(broker: PrivateBroker, server: RunningServer) -> None:
    numbers: list[str] = []

    def take() -> None:
        link = broker.link()
        link.open()
        assert link.connected.wait(PATIENCE_S)
        numbers.extend(ok(link, "issue-ticket", queue="tax", channel="web")["ticket"]["number"] for _ in range(15))
        link.close()

    clients = [threading.Thread(target=take) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(PATIENCE_S)
    assert sorted(numbers) == [f"B{i:03d}" for i in range(1, 121)]
