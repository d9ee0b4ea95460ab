"""The page of updates: a bundle is taken in and read, a rollout begun, paused, stopped; terminals fetch the bundle."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from contract.configuration.hall import Terminal
from contract.wire import codec
from contract.wire.messages import Alert, Machine, TerminalAsk, TerminalStatus, UpdateStatus
from queue_server.rollouts.bundle_shelf import BadBundle, BundleShelf, manifest
from queue_server.rollouts.driver import RolloutDriver, alert_of
from queue_server.rollouts.repository import GroupIsBusy, RolloutRepository
from queue_server.rollouts.step import Rollout, Target
from queue_server.store.database import ERRORS
from queue_server.upkeep.job import PeriodicJob
from tests.programs import wait_until
from tests.rauc_bundle import CONTENT, MANIFEST, bundle
from tests.web_hall import CONFIG, WebHall, csrf, log_in, now

GROUP = [Terminal(id=name, role="hall", group="lobby") for name in ("kiosk-1", "kiosk-2")]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[WebHall]:
    config = CONFIG.model_copy(update={"terminal": [*GROUP, *CONFIG.terminal[1:]]})
    hall = WebHall(tmp_path, config)
    yield hall
    hall.close()


@pytest.fixture
def client(hall: WebHall) -> Iterator[TestClient]:
    with TestClient(hall.open(), follow_redirects=False) as client:
        assert log_in(client, "admin") == 303
        yield client


@pytest.fixture
def said(hall: WebHall) -> list[tuple[str, bytes]]:
    said: list[tuple[str, bytes]] = []
    hall.access.say = lambda topic, payload, _expiry_s: said.append((topic, payload))
    hall.access.show = lambda topic, payload: hall.retained.put(topic, payload)
    return said


def book_of(hall: WebHall) -> RolloutRepository:
    return RolloutRepository(hall.database.writer, hall.database.reader)


def shelf_of(hall: WebHall, **more: int) -> BundleShelf:
    return BundleShelf(hall.folder / "bundles", hall.database.writer, hall.database.reader, now, **more)


def driven(driver: RolloutDriver) -> PeriodicJob:
    """A driver that looks often."""
    return PeriodicJob("rollouts", driver.look, 0.02, expected=ERRORS)


def upload(client: TestClient, content: bytes, name: str = "lobby.raucb") -> int:
    headers = {"x-csrf": csrf(client.get("/updates").text), "x-name": quote(name)}
    return client.post("/updates/bundle", content=content, headers=headers).status_code


def begin(client: TestClient, content: bytes, **more: str) -> str:
    """Begin a rollout as the form does; where the browser goes then."""
    fields = {
        "csrf": csrf(client.get("/updates").text),
        "bundle": hashlib.sha256(content).hexdigest(),
        "group": "lobby",
        "at_most": "1",
        "may_fail": "0",
    } | more
    return client.post("/updates/begin", data=fields).headers["location"]


def says(hall: WebHall, terminal: str, system: str, update: UpdateStatus | None = None) -> None:
    machine = Machine(now(), None, 1, 1, 1, system)
    hall.put(f"terminal/{terminal}/status", TerminalStatus("ready", "s", "hall", "1", [], machine, update))


def test_a_bundle_says_itself_which_version_it_is(client: TestClient, hall: WebHall) -> None:
    content = bundle()
    assert upload(client, content, "大厅 A.raucb") == 200 and upload(client, content, "again.raucb") == 200
    page = client.get("/updates").text
    assert "2026.11.23" in page and "jiaohao-terminal" in page and "还没有升级过终端" in page
    assert [path.read_bytes() for path in (hall.folder / "bundles").iterdir()] == [content]


def test_a_bundle_made_by_rauc_itself_is_read(tmp_path: Path) -> None:
    folder, made = tmp_path / "content", tmp_path / "made.raucb"
    folder.mkdir()
    (folder / "root.img").write_bytes(os.urandom(65536))
    manifest_of = (
        MANIFEST.format(version="2026.11.23-1", compatible="jiaohao-terminal") + "\n[image.rootfs]\nfilename=root.img\n"
    )
    (folder / "manifest.raucm").write_text(manifest_of)
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=maker"]
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run([*new, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    subprocess.run(["rauc", "--cert", certificate, "--key", key, "bundle", folder, made], check=True, capture_output=True)
    assert manifest(made) == ("2026.11.23-1", "jiaohao-terminal")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\3\4" + bytes(4000), "no-bundle"),
        (b"", "no-bundle"),
        (b"hsqs", "no-bundle"),
        (b"hsqs" + bytes(8), "no-bundle"),
        (CONTENT, "no-bundle"),
        (CONTENT + b"rubbish" + (7).to_bytes(8, "big"), "no-bundle"),
        (CONTENT + bytes(100) + (1 << 40).to_bytes(8, "big"), "no-bundle"),
        (bundle(detached=True), "old-format"),
        (bundle(version="2026 <b>"), "no-version"),
        (bundle(version=""), "no-version"),
    ],
)
def test_a_file_that_is_no_bundle_is_refused_and_leaves_nothing_behind(
    client: TestClient, hall: WebHall, content: bytes, reason: str
) -> None:
    token = csrf(client.get("/updates").text)
    answer = client.post("/updates/bundle", content=content, headers={"x-csrf": token, "x-name": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, reason)
    assert list((hall.folder / "bundles").iterdir()) == []


def test_a_bundle_that_is_cut_off_on_its_way_or_has_no_room_is_refused(
    hall: WebHall, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = shelf_of(hall)
    incoming = shelf.receive(100)
    incoming.write(bytes(50))
    with pytest.raises(BadBundle) as refused:
        incoming.end()
    assert refused.value.reason == "cut-off"
    with pytest.raises(BadBundle) as refused:
        incoming.write(bytes(51))
    assert refused.value.reason == "too-large"
    incoming.close()
    assert list(shelf.folder.iterdir()) == []
    with pytest.raises(BadBundle) as refused:
        shelf.receive(8 * 1024**3 + 1)
    assert refused.value.reason == "too-large"
    with pytest.raises(BadBundle) as refused:
        shelf_of(hall, spare=1 << 60).receive(1)
    assert refused.value.reason == "no-room"


def test_uploads_at_the_same_time_leave_the_ledger_its_room_and_a_power_cut_leaves_nothing(
    hall: WebHall, client: TestClient
) -> None:
    free, each = shutil.disk_usage(hall.folder).free, 64 << 20
    shelf = shelf_of(hall, spare=free - each - each // 2)
    first = shelf.receive(each)
    with pytest.raises(BadBundle) as refused:
        shelf.receive(each)
    assert refused.value.reason == "no-room", "the room of the first is taken before its bytes have come"
    assert first.path.exists()
    shelf_of(hall).clear()
    assert not list(shelf.folder.glob("incoming-*"))
    first.close()


def test_only_technicians_may_see_and_change_updates_but_every_terminal_may_fetch(client: TestClient, hall: WebHall) -> None:
    content = bundle()
    assert upload(client, content) == 200
    client.cookies.clear()
    assert log_in(client, "supervisor") == 303
    assert client.get("/updates").status_code == 403
    assert client.post("/updates/bundle", content=content, headers={"x-csrf": "x"}).status_code == 403
    client.cookies.clear()
    name = hashlib.sha256(content).hexdigest()
    assert client.get(f"/bundles/{name}.raucb").content == content
    rest = client.get(f"/bundles/{name}.raucb", headers={"range": "bytes=1000-"})
    assert rest.status_code == 206 and rest.content == content[1000:]
    assert client.get(f"/bundles/{'0' * 64}.raucb").status_code == 404
    assert client.get("/bundles/..%2fledger.sqlite.raucb").status_code == 404


def test_a_rollout_is_begun_driven_paused_by_failures_and_goes_on(
    client: TestClient, hall: WebHall, said: list[tuple[str, bytes]]
) -> None:
    content = bundle()
    assert upload(client, content) == 200
    assert begin(client, content) == "/updates"
    assert begin(client, content) == "/updates?trouble=busy"
    for terminal in ("kiosk-1", "kiosk-2"):
        says(hall, terminal, "2026.11.22")
    engine = driven(RolloutDriver(book_of(hall), shelf_of(hall), hall.access, lambda: True, "http://hall:8080", now))
    engine.open()
    try:
        wait_until(lambda: len(said) == 1)
        topic, payload = said[0]
        ask = codec.decode(payload, TerminalAsk)
        name = hashlib.sha256(content).hexdigest()
        assert topic == "terminal/kiosk-1/ask" and ask.act == "update" and ask.update is not None
        assert (ask.update.url, ask.update.sha256) == (f"http://hall:8080/bundles/{name}.raucb", name)
        assert (ask.update.size, ask.update.version) == (len(content), "2026.11.23")
        says(hall, "kiosk-1", "2026.11.22", UpdateStatus(ask.id, "installing", "2026.11.23", 60))
        wait_until(lambda: "正在安装 60%" in client.get("/updates").text)
        says(hall, "kiosk-1", "2026.11.22", UpdateStatus(ask.id, "failed", "2026.11.23", detail="went-back"))
        wait_until(lambda: "已自动暂停" in client.get("/updates").text)
        page = client.get("/updates").text
        assert "新系统没有启动成功" in page and len(said) == 1
        wait_until(lambda: hall.retained.get("alert/rollout-lobby"))  # it comes after the page
        alert = codec.decode(hall.retained.get("alert/rollout-lobby") or b"", Alert)
        assert alert.kind == "rollout-paused" and "1台没有成功" in alert.texts.zh
        [rollout] = book_of(hall).latest()
        client.post(f"/updates/{rollout.id}/go-on", data={"csrf": csrf(page)})
        assert hall.retained.get("alert/rollout-lobby") is None
        wait_until(lambda: len(said) == 2)
        assert said[1][0] == "terminal/kiosk-2/ask"
        says(hall, "kiosk-2", "2026.11.23")
        wait_until(lambda: book_of(hall).latest()[0].state == "finished")
    finally:
        engine.close()
    assert "已结束" in client.get("/updates").text


def test_a_rollout_whose_last_terminal_failed_is_an_alert_until_somebody_decides(
    client: TestClient, hall: WebHall, said: list[tuple[str, bytes]]
) -> None:
    content = bundle()
    assert upload(client, content) == 200
    assert begin(client, content, at_most="2", may_fail="9") == "/updates"
    for terminal in ("kiosk-1", "kiosk-2"):
        says(hall, terminal, "2026.11.22")
    engine = driven(RolloutDriver(book_of(hall), shelf_of(hall), hall.access, lambda: True, "http://hall", now))
    engine.open()
    try:
        wait_until(lambda: len(said) == 2)
        says(hall, "kiosk-1", "2026.11.23")
        order = codec.decode(said[1][1], TerminalAsk).id
        says(hall, "kiosk-2", "2026.11.22", UpdateStatus(order, "failed", "2026.11.23", detail="no-room"))
        wait_until(lambda: hall.retained.get("alert/rollout-lobby"))
        alert = codec.decode(hall.retained.get("alert/rollout-lobby") or b"", Alert)
        assert alert.kind == "rollout-failed" and "1台没有成功：kiosk-2。" in alert.texts.zh
        page = client.get("/updates").text
        assert "有终端没有升级成功" in page and "就此结束" in page
        [rollout] = book_of(hall).latest()
        refused = client.post(f"/updates/remove/{rollout.bundle}", data={"csrf": csrf(page)})
        assert refused.headers["location"] == "/updates?trouble=in-use"  # it may yet be tried again
        client.post(f"/updates/{rollout.id}/stop", data={"csrf": csrf(page)})
        assert hall.retained.get("alert/rollout-lobby") is None and book_of(hall).followed() == []
    finally:
        engine.close()


def test_a_new_rollout_to_a_group_settles_the_failures_of_the_one_before(
    client: TestClient, hall: WebHall, said: list[tuple[str, bytes]]
) -> None:
    failed = Target("kiosk-1", "failed")
    old = Rollout("1", "f" * 64, "1", "lobby", 1, 0, (failed,), state="finished", started_by="a", started_at=now())
    book_of(hall).begin(old)
    assert [rollout.id for rollout in book_of(hall).followed()] == ["1"]
    hall.retained.put(*alert_of(old, now()))
    content = bundle()
    assert upload(client, content) == 200 and begin(client, content) == "/updates"
    assert [rollout.version for rollout in book_of(hall).followed()] == ["2026.11.23"]
    assert hall.retained.get("alert/rollout-lobby") is None


def test_a_rollout_goes_on_where_it_was_after_the_server_starts_again(
    client: TestClient, hall: WebHall, said: list[tuple[str, bytes]]
) -> None:
    content = bundle()
    assert upload(client, content) == 200
    assert begin(client, content, at_most="2") == "/updates"
    connected: list[bool] = []
    for terminal in ("kiosk-1", "kiosk-2"):
        says(hall, terminal, "2026.11.22")
    first = driven(RolloutDriver(book_of(hall), shelf_of(hall), hall.access, lambda: True, "http://hall", now))
    first.open()
    wait_until(lambda: len(said) == 2)
    first.close()
    order = codec.decode(said[0][1], TerminalAsk).id
    second = driven(RolloutDriver(book_of(hall), shelf_of(hall), hall.access, lambda: bool(connected), "http://hall", now))
    second.open()
    says(hall, "kiosk-1", "2026.11.22", UpdateStatus(order, "downloading", "2026.11.23", 30))
    connected.append(True)
    wait_until(lambda: book_of(hall).latest()[0].targets[0].percent == 30)
    second.close()
    assert [target.state for target in book_of(hall).latest()[0].targets] == ["downloading", "asked"] and len(said) == 2


def test_a_form_that_cannot_be_is_refused_and_a_bundle_in_use_stays(client: TestClient, hall: WebHall) -> None:
    content = bundle()
    assert upload(client, content) == 200
    for wrong in ({"group": "nobody"}, {"at_most": "0"}, {"may_fail": "-1"}, {"bundle": "0" * 64}, {"at_most": "²"}):
        assert begin(client, content, **wrong) == "/updates?trouble=incomplete"
    assert begin(client, content) == "/updates"
    token = csrf(client.get("/updates").text)
    name = hashlib.sha256(content).hexdigest()
    refused = client.post(f"/updates/remove/{name}", data={"csrf": token})
    assert refused.headers["location"] == "/updates?trouble=in-use" and shelf_of(hall).get(name) is not None
    [rollout] = book_of(hall).latest()
    assert client.post(f"/updates/{rollout.id}/explode", data={"csrf": token}).status_code == 404
    assert client.post("/updates/nobody/stop", data={"csrf": token}).status_code == 404
    assert client.post(f"/updates/{rollout.id}/stop", data={"csrf": token}).status_code == 303
    assert client.post(f"/updates/remove/{name}", data={"csrf": token}).headers["location"] == "/updates"
    assert shelf_of(hall).all() == [] and "已停止" in client.get("/updates").text


def test_whoever_lets_terminals_go_back_to_an_older_version_is_asked_why_and_the_order_says_so(
    client: TestClient, hall: WebHall, said: list[tuple[str, bytes]]
) -> None:
    content = bundle("2026.9.1")
    assert upload(client, content) == 200
    says(hall, "kiosk-1", "2026.10.1")
    says(hall, "kiosk-2", "2026.8.31")
    fields = {"bundle": hashlib.sha256(content).hexdigest(), "group": "lobby", "at_most": "2", "may_fail": "1"}
    token = {"csrf": csrf(client.get("/updates").text)}
    asked = client.post("/updates/begin", data=token | fields | {"reason": "  "})
    assert asked.status_code == 409 and "退回到 2026.9.1？" in asked.text
    assert "kiosk-1 · 2026.10.1" in asked.text and "kiosk-2" not in asked.text
    assert book_of(hall).latest() == [], "nothing is begun before the answer"
    again = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', asked.text)) | {"reason": "新版\n打不出票"}
    assert again.items() >= fields.items()
    assert client.post("/updates/begin", data=again).headers["location"] == "/updates"
    assert "lobby 退回到 2026.9.1" in client.get("/updates").text
    audit = client.get("/audit").text
    assert "退回旧版本" in audit and "2026.9.1 新版 打不出票" in audit
    engine = driven(RolloutDriver(book_of(hall), shelf_of(hall), hall.access, lambda: True, "http://hall", now))
    engine.open()
    try:
        wait_until(lambda: len(said) == 2)
    finally:
        engine.close()
    orders = [codec.decode(payload, TerminalAsk).update for _topic, payload in said]
    assert all(order is not None and order.older for order in orders)


def test_nobody_is_asked_why_where_every_terminal_gets_a_newer_version_and_the_order_allows_no_older_one(
    client: TestClient, hall: WebHall, said: list[tuple[str, bytes]]
) -> None:
    content = bundle("2026.11.10")
    assert upload(client, content) == 200
    says(hall, "kiosk-1", "2026.11.9")
    says(hall, "kiosk-2", "2026.11.10")  # done as it stands
    assert begin(client, content) == "/updates"
    engine = driven(RolloutDriver(book_of(hall), shelf_of(hall), hall.access, lambda: True, "http://hall", now))
    engine.open()
    try:
        wait_until(lambda: len(said) == 1)
    finally:
        engine.close()
    order = codec.decode(said[0][1], TerminalAsk)
    assert order.update is not None and not order.update.older
    says(hall, "kiosk-1", "2026.11.12", UpdateStatus(order.id, "failed", "2026.11.10", detail="not-newer"))
    engine = driven(RolloutDriver(book_of(hall), shelf_of(hall), hall.access, lambda: True, "http://hall", now))
    engine.open()
    try:
        wait_until(lambda: "确实要退回旧版本，请重新开始升级并写明原因" in client.get("/updates").text)
    finally:
        engine.close()


def test_two_people_cannot_begin_two_rollouts_to_one_group(hall: WebHall, client: TestClient) -> None:
    one = Rollout("1", "f" * 64, "1", "lobby", 1, 0, (Target("kiosk-1"),), started_by="a", started_at=now())
    book_of(hall).begin(one)
    with pytest.raises(GroupIsBusy):
        book_of(hall).begin(Rollout("2", "f" * 64, "1", "lobby", 1, 0, (Target("kiosk-1"),), started_by="b", started_at=now()))
    assert [rollout.id for rollout in book_of(hall).followed()] == ["1"]
