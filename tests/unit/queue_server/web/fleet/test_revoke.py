"""Who looks after terminals revokes a certificate on the page, is asked first, and is told what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from contract.wire.messages import TerminalStatus
from queue_server.enrolment import authority
from queue_server.enrolment.broker import client_credentials, write_revoked
from queue_server.enrolment.register import Register, register_of
from queue_server.enrolment.revocation import BrokerHere
from queue_server.web.app import build
from queue_server.wiring import web_parts
from tests.ports import free_port
from tests.web_hall import QUICK, WebHall, csrf, log_in, now

LIFE = timedelta(days=365)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[WebHall]:
    authority.make(tmp_path / "ca", "test", datetime.now(UTC))
    hall = WebHall(tmp_path)
    hall.open()
    yield hall
    hall.close()


@pytest.fixture
def register(hall: WebHall) -> Register:
    """A register in which kiosk-1 has a certificate, and the queue server too."""
    found = register_of(hall.folder, hall.database, now)
    assert found is not None
    for name in ("kiosk-1", "server"):
        give(hall, found, name, datetime.now(UTC))
    return found


def give(hall: WebHall, register: Register, name: str, at: datetime, life: timedelta = LIFE) -> None:
    register.remember(name, client_credentials(hall.folder / name, register.authority, name, at, life))


def browser(hall: WebHall, broker: BrokerHere | None) -> TestClient:
    """The pages of a hall whose broker is that one."""
    parts = web_parts(
        hall.access,
        hall.config,
        hall.parts.care,
        address="http://hall",
        broker=broker,
        example_accounts=True,
        hasher=QUICK,
    )
    return TestClient(build(parts), client=("127.0.0.1", 1234), follow_redirects=False)


@pytest.fixture
def nobody(tmp_path: Path) -> BrokerHere:
    """The folder of a broker that is not running."""
    (tmp_path / "broker" / "revoked").mkdir(parents=True)
    return BrokerHere(tmp_path / "broker", ("127.0.0.1", free_port()))


def test_the_fleet_page_says_how_long_a_certificate_holds_and_that_one_was_revoked(
    hall: WebHall, register: Register, nobody: BrokerHere
) -> None:
    with browser(hall, nobody) as client:
        assert log_in(client, "admin") == 303
        page = client.get("/fleet").text
        until = (datetime.now(UTC) + LIFE).astimezone(hall.config.zone)
        assert f'证书有效期至 <span class="moment">{until:%Y-%m-%d}<' in page and 'id="kiosk-1-revoke"' in page
        assert "还没有证书" in page and 'id="agent-1-revoke"' not in page
        register.revoke("kiosk-1")
        page = client.get("/fleet").text
        assert "吊销，要再用请取入网口令重新入网" in page and 'id="kiosk-1-revoke"' not in page
        hall.put("terminal/kiosk-1/status", TerminalStatus("ready", "s", "hall", "1"))
        page = client.get("/fleet").text
        assert "连接还没有断开" in page and 'id="kiosk-1-revoke"' in page


def test_certificates_that_end_soon_or_have_ended_are_told(hall: WebHall, register: Register, nobody: BrokerHere) -> None:
    now = datetime.now(UTC)
    give(hall, register, "agent-1", now - timedelta(days=30), timedelta(days=20))
    with browser(hall, nobody) as client:
        assert log_in(client, "admin") == 303
        assert "到期，要再用" in client.get("/fleet").text
        give(hall, register, "agent-1", now - timedelta(days=10), timedelta(days=60))
        assert "一直没有自动续期" in client.get("/fleet").text
        give(hall, register, "agent-1", now, LIFE)
        page = client.get("/fleet").text
    assert "一直没有自动续期" not in page and "到期，要再用" not in page


def test_revoking_is_asked_for_first_and_noted_and_a_broker_that_is_away_is_told(
    hall: WebHall, register: Register, nobody: BrokerHere
) -> None:
    with browser(hall, nobody) as client:
        assert log_in(client, "admin") == 303
        page = client.get("/revoke/kiosk-1").text
        assert "连接立即断开" in page and register.standings()["kiosk-1"].state == "good"
        answer = client.post("/revoke/kiosk-1", data={"csrf": csrf(page)})
        assert answer.headers["location"] == "/revoke/kiosk-1?trouble=away"
        page = client.get(answer.headers["location"]).text
    assert "消息代理没有应答" in page and "再试一次" in page and 'id="token"' not in page
    assert register.standings()["kiosk-1"].state == "revoked"
    with hall.database.look() as connection:
        audited = connection.exec_driver_sql("SELECT account, action, subject, detail FROM audit ORDER BY id").all()
    assert audited[-1] == ("admin", "revoke", "kiosk-1", "away")
    listed = (nobody.folder / "revoked" / "list.pem").read_bytes()
    assert b"X509 CRL" in listed and (nobody.folder / "revoked" / "changed").exists()


def test_a_list_that_cannot_be_written_is_told_and_the_certificate_stays_revoked(
    hall: WebHall, register: Register, nobody: BrokerHere
) -> None:
    with browser(hall, BrokerHere(hall.folder / "none", nobody.address)) as client:
        assert log_in(client, "admin") == 303
        answer = client.post("/revoke/kiosk-1", data={"csrf": csrf(client.get("/revoke/kiosk-1").text)})
        assert answer.headers["location"] == "/revoke/kiosk-1?trouble=unwritten"
        assert "吊销名单写不进去" in client.get(answer.headers["location"]).text
    assert register.standings()["kiosk-1"].state == "revoked"


def test_only_those_who_look_after_terminals_revoke_and_never_the_queue_server(
    hall: WebHall, register: Register, nobody: BrokerHere
) -> None:
    with browser(hall, nobody) as client:
        assert client.get("/revoke/kiosk-1").headers["location"].startswith("/log-in")
        for account in ("0101", "supervisor"):
            assert log_in(client, account) == 303
            assert client.get("/revoke/kiosk-1").status_code == 403
            assert client.post("/revoke/kiosk-1", data={"csrf": "guessed"}).status_code == 403
            client.cookies.clear()
        assert log_in(client, "admin") == 303
        assert client.post("/revoke/kiosk-1", data={"csrf": "guessed"}).status_code == 403
        token = csrf(client.get("/revoke/kiosk-1").text)
        for name in ("server", "kiosk-9"):
            assert client.get(f"/revoke/{name}").status_code == 404
            assert client.post(f"/revoke/{name}", data={"csrf": token}).status_code == 404
    assert {standing.state for standing in register.standings().values()} == {"good"}


def test_where_the_broker_is_elsewhere_the_page_says_so_and_has_no_button(hall: WebHall, register: Register) -> None:
    with browser(hall, None) as client:
        assert log_in(client, "admin") == 303
        page = client.get("/revoke/kiosk-1").text
    assert "消息代理在另一台机器上" in page and 'id="revoke"' not in page


def test_a_hall_without_certificates_has_nothing_to_revoke(tmp_path: Path) -> None:
    hall = WebHall(tmp_path)
    with TestClient(hall.open(), client=("127.0.0.1", 1234), follow_redirects=False) as client:
        assert log_in(client, "admin") == 303
        assert "证书" not in client.get("/fleet").text
        assert client.get("/revoke/kiosk-1").status_code == 404
    hall.close()


def test_an_older_list_never_replaces_a_newer_one(hall: WebHall, register: Register, nobody: BrokerHere) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from cryptography import x509

    names = [f"kiosk-{number}" for number in range(2, 14)]
    for name in names:
        give(hall, register, name, datetime.now(UTC))

    def shut_out(name: str) -> None:
        register.revoke(name)
        write_revoked(nobody.folder, register, datetime.now(UTC))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(shut_out, names))
    listed = x509.load_pem_x509_crl((nobody.folder / "revoked" / "list.pem").read_bytes())
    assert {entry.serial_number for entry in listed} == set(register.revoked())
    assert len(register.revoked()) == len(names)
