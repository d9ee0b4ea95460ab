"""Who looks after terminals gets an enrolment token from the web pages, with which a terminal really enrols, and nobody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from link.enrolment_token import normal
from queue_server.enrolment import authority
from queue_server.store.tables import enrol_tokens
from tests.web_hall import WebHall, csrf, log_in


def browser(hall: WebHall) -> TestClient:
    return TestClient(hall.open(), client=("127.0.0.1", 1234), follow_redirects=False)


def test_a_token_of_the_page_stands_in_the_register_for_that_terminal_and_a_day(hall: WebHall) -> None:
    authority.make(hall.folder / "ca", "test", datetime.now(UTC))
    with browser(hall) as client:
        assert log_in(client, "admin") == 303
        assert 'href="/token/agent-1"' in client.get("/fleet").text
        page = client.get("/token/agent-1")
        assert 'id="token"' not in page.text
        made = client.post("/token/agent-1", data={"csrf": csrf(page.text)})
    found = re.search(r'id="token">([0-9A-Z-]{24})<', made.text)
    assert found is not None and made.headers["cache-control"] == "no-store"
    with hall.database.look() as connection:
        (row,) = connection.execute(enrol_tokens.select()).all()
        audited = connection.exec_driver_sql("SELECT account, action, subject FROM audit ORDER BY id").all()
    assert (row.terminal, row.name, row.serial) == ("agent-1", normal(found[1])[:4], None)
    assert row.expires_at - row.made_at == timedelta(hours=24)
    assert audited[-1] == ("admin", "enrol-token", "agent-1")
    assert found[1] not in str(audited)


def test_only_those_who_look_after_terminals_get_tokens_and_only_for_terminals_of_the_hall(hall: WebHall) -> None:
    authority.make(hall.folder / "ca", "test", datetime.now(UTC))
    with browser(hall) as client:
        assert client.get("/token/kiosk-1").headers["location"].startswith("/log-in")
        for account in ("0101", "supervisor"):
            assert log_in(client, account) == 303
            assert client.get("/token/kiosk-1").status_code == 403
            assert client.post("/token/kiosk-1", data={"csrf": "guessed"}).status_code == 403
            client.cookies.clear()
        assert log_in(client, "admin") == 303
        assert client.post("/token/kiosk-1", data={"csrf": "guessed"}).status_code == 403
        assert client.get("/token/kiosk-9").status_code == 404


def test_a_hall_without_certificates_says_that_no_token_is_needed(hall: WebHall) -> None:
    with browser(hall) as client:
        assert log_in(client, "admin") == 303
        page = client.get("/token/kiosk-1")
    assert "不需要入网口令" in page.text and 'id="make"' not in page.text
