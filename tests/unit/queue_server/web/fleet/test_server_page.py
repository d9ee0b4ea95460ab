"""The server's page: its clock, its backups, and what is left to do after a restore."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from contract.configuration.server_settings import Backups
from contract.version import FIRST_DAY
from queue_server.backup.restore import RestoreTarget, restore
from queue_server.backup.sealed_file import NotOpened
from queue_server.domain.hall_clock import HallClock
from queue_server.store import marks, restores
from queue_server.web.app import build
from tests.programs import wait_until
from tests.rauc_bundle import bundle
from tests.small_hall import write_hall
from tests.web_hall import CONFIG, SYSTEM, WebHall, csrf, log_in, now, serving

PASSPHRASE = "four words are easy"
STAFF = "http://hall"


def post(client: TestClient, path: str, **fields: str):
    return client.post(path, data={"csrf": csrf(client.get("/server").text), **fields})


@pytest.fixture
def hall(tmp_path: Path):
    hall = WebHall(tmp_path, CONFIG.model_copy(update={"backup": Backups(folder=str(tmp_path / "disk"))}))
    yield hall
    hall.close()


def test_a_backup_is_taken_away_under_the_passphrase_that_was_typed(hall: WebHall, client: TestClient, tmp_path: Path):
    hall.issue()
    log_in(client, "admin")
    write_hall(tmp_path, hall="# the folder of the hall")
    answer = post(client, "/server/download", passphrase=PASSPHRASE)
    assert answer.status_code == 200 and "jiaohao-test-" in answer.headers["content-disposition"]
    (tmp_path / "taken").write_bytes(answer.content)
    with pytest.raises(NotOpened):
        restore(tmp_path / "taken", "another one", RestoreTarget(tmp_path / "h", tmp_path / "s"), now())
    with pytest.raises(Exception, match="testhall"):
        restore(tmp_path / "taken", PASSPHRASE, RestoreTarget(tmp_path / "h", tmp_path / "s"), now())
    assert not list(tmp_path.glob("download-*"))
    assert "<td>下载备份</td>" in client.get("/audit").text


def test_a_short_passphrase_and_two_different_ones_are_refused(hall: WebHall, client: TestClient):
    log_in(client, "admin")
    assert "至少 12 个字符" in post(client, "/server/download", passphrase="short").text
    assert "不一样" in post(client, "/server/passphrase", passphrase=PASSPHRASE, again=PASSPHRASE + "!").text
    assert "还没有设置备份口令" in client.get("/server").text
    assert post(client, "/server/passphrase", passphrase=PASSPHRASE, again=PASSPHRASE).status_code == 303
    page = client.get("/server").text
    assert "还没有设置备份口令" not in page and PASSPHRASE not in page and "更换备份口令" in page


def test_only_the_administrator_may_have_the_data(hall: WebHall, client: TestClient):
    log_in(client, "supervisor")
    page = client.get("/server")
    assert page.status_code == 200 and "/server/download" not in page.text
    for path in ("/server/download", "/server/passphrase", "/server/backup"):
        assert client.post(path, data={"csrf": csrf(page.text), "passphrase": PASSPHRASE}).status_code == 403


def test_a_clock_in_doubt_is_explained_and_confirmed(hall: WebHall, client: TestClient):
    log_in(client, "supervisor")
    assert "正常" in client.get("/server").text
    hall.clock.begin(FIRST_DAY)
    assert "停机多日" in client.get("/server").text
    assert post(client, "/server/clock").status_code == 303
    assert "停机多日" not in client.get("/server").text and hall.clock.doubt == ""
    with hall.database.look() as connection:
        known = marks.newest_known(connection)
    assert known is not None and now() - known < timedelta(minutes=5), "the next start believes it, too"
    log_in(client, "admin")
    assert "<td>确认服务器时钟</td>" in client.get("/audit").text


def test_a_clock_before_the_first_version_is_explained_and_nobody_can_confirm_it(hall: WebHall):
    rules = hall.ledger.hall
    clock = HallClock(lambda: datetime(2000, 1, 1, tzinfo=UTC), time.monotonic, rules.day, rules.next_open)
    clock.begin(None)
    hall.open()
    parts = replace(hall.parts, care=replace(hall.parts.care, clock=clock))
    with TestClient(build(parts), base_url=STAFF, follow_redirects=False) as client:
        log_in(client, "supervisor")
        page = client.get("/server").text
        assert "肯定不对" in page and "请先把时钟调对" in page and 'id="confirm"' not in page
        assert post(client, "/server/clock").status_code == 200
        assert clock.doubt == "unset"
        log_in(client, "admin")
        assert "<td>确认服务器时钟</td>" not in client.get("/audit").text


def test_after_a_restore_it_says_what_is_left_to_do_until_somebody_has_read_it(hall: WebHall, client: TestClient):
    with hall.database.writer.begin() as connection:
        restores.note(connection, now().date(), 47_800, now() - timedelta(hours=3), now())
    log_in(client, "supervisor")
    assert "系统已从备份恢复" in client.get("/server").text
    assert post(client, "/server/restored").status_code == 303
    assert "系统已从备份恢复" not in client.get("/server").text


def on_the_shelf(hall: WebHall, compatible: str, version: str = "20261123.0900-2222222") -> str:
    """Put a bundle on the shelf; its SHA-256."""
    content = bundle(version, compatible=compatible)
    incoming = hall.parts.bundles.receive(len(content))
    incoming.write(content)
    incoming.end()
    try:
        return hall.parts.bundles.keep(incoming, f"{compatible}.raucb", "admin").sha256
    finally:
        incoming.close()


def test_the_server_installs_its_own_bundle_like_a_terminal_and_says_what_became_of_it(tmp_path: Path):
    folder, hall = tmp_path / "update", WebHall(tmp_path / "state", updates=tmp_path / "update")
    folder.mkdir()
    with (
        serving(hall.open()) as site,
        TestClient(build(hall.with_system(site)), base_url=STAFF, follow_redirects=False) as client,
    ):
        ours, other = on_the_shelf(hall, "jiaohao-server-amd64"), on_the_shelf(hall, "jiaohao-kiosk-amd64")
        log_in(client, "admin")
        page = client.get("/server").text
        assert f"现在是 {SYSTEM}。" in page and ours in page and other not in page
        post(client, "/server/update", bundle=other)
        assert not (folder / "order.json").exists(), "a terminal's bundle fits no server"
        assert post(client, "/server/update", bundle=ours).status_code == 303
        wait_until((folder / "request.json").exists)
        request = json.loads((folder / "request.json").read_bytes())
        assert (request["sha256"], request["older"]) == (ours, False)
        assert (folder / "bundle.raucb").read_bytes() == hall.parts.bundles.path(ours).read_bytes()
        assert "安装并重新启动" not in client.get("/server").text, "one at a time"
        assert "上一次升级还没有结束" in post(client, "/server/update", bundle=ours).text
        (folder / "result.json").write_text('{"state": "restarting"}')
        wait_until(lambda: "正在重新启动" in client.get("/server").text)
    (folder / "result.json").write_text('{"state": "failed", "detail": "the new system did not reach its screen"}')
    with TestClient(build(hall.with_system("http://127.0.0.1:1")), base_url=STAFF, follow_redirects=False) as client:
        log_in(client, "admin")
        wait_until(lambda: "新系统没有启动成功，已退回原来的系统" in client.get("/server").text)
        assert "安装并重新启动" in client.get("/server").text and "升级服务器" in client.get("/audit").text
    hall.close()


@pytest.mark.parametrize("version", ["20261121.0900-3333333", SYSTEM, "20261122.0900-9999999"])
def test_the_server_goes_back_to_an_older_version_only_when_somebody_says_why(tmp_path: Path, version: str):
    folder, hall = tmp_path / "update", WebHall(tmp_path / "state", updates=tmp_path / "update")
    folder.mkdir()
    with (
        serving(hall.open()) as site,
        TestClient(build(hall.with_system(site)), base_url=STAFF, follow_redirects=False) as client,
    ):
        ours = on_the_shelf(hall, "jiaohao-server-amd64", version)
        log_in(client, "admin")
        asked = post(client, "/server/update", bundle=ours)
        assert asked.status_code == 409 and f"退回到 {version}？" in asked.text and "请先做一份备份" in asked.text
        assert not (folder / "order.json").exists(), "nothing is begun before the answer"
        assert post(client, "/server/update", bundle=ours, reason="新版太慢").status_code == 303
        wait_until((folder / "request.json").exists)
        assert json.loads((folder / "request.json").read_bytes())["older"] is True
        audit = client.get("/audit").text
        assert "服务器退回旧版本" in audit and "新版太慢" in audit
    hall.close()


@pytest.mark.parametrize(("who", "may"), [("admin", True), ("supervisor", False)])
def test_who_may_update_the_server_sees_how_and_nobody_else_does(hall: WebHall, who: str, may: bool):
    with TestClient(hall.open(), base_url=STAFF, follow_redirects=False) as client:
        ours = on_the_shelf(hall, "jiaohao-server-amd64")
        log_in(client, who)
        page = client.get("/server").text
        assert ("服务器的系统" in page) == may and "安装并重新启动" not in page, "this machine has no installer"
        assert post(client, "/server/update", bundle=ours).status_code == (400 if may else 403)
