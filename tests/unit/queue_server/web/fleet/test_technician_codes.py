"""Who looks after terminals gets a technician's code from the web pages, and nobody else."""

from __future__ import annotations

import re
import time

from fastapi.testclient import TestClient

from contract.totp import matching_step
from queue_server.technician_codes import repository
from tests.web_hall import WebHall, csrf, log_in, now


def shown(page: str, name: str) -> str:
    found = re.search(rf'id="{name}">([\d ]+)<', page)
    assert found is not None, f"no {name} on the page"
    return found[1].replace(" ", "")


def test_the_codes_on_the_page_open_the_terminal_with_and_without_the_server(hall: WebHall, client: TestClient) -> None:
    assert log_in(client, "admin") == 303
    assert 'href="/technician/kiosk-1"' in client.get("/fleet").text
    page = client.get("/technician/kiosk-1")
    assert 'id="code"' not in page.text and "左上角" in page.text
    made = client.post("/technician/kiosk-1", data={"csrf": csrf(page.text)})
    assert made.headers["cache-control"] == "no-store"
    signer = hall.ledger.signer
    offline = shown(made.text, "offline")
    assert matching_step(repository.secret_of(signer, "kiosk-1"), offline, time.time()) is not None
    with hall.database.writer.begin() as connection:
        assert repository.spend(connection, signer, "kiosk-1", shown(made.text, "code"), now()) == "admin"
    with hall.database.look() as connection:
        audited = connection.exec_driver_sql("SELECT account, action, subject FROM audit ORDER BY id").all()
    assert audited[-1] == ("admin", "technician-code", "kiosk-1")


def test_only_those_who_look_after_terminals_get_codes_and_only_for_terminals_with_a_screen(client: TestClient) -> None:
    assert client.get("/technician/kiosk-1").headers["location"].startswith("/log-in")
    for account in ("0101", "supervisor"):
        assert log_in(client, account) == 303
        assert client.get("/technician/kiosk-1").status_code == 403
        assert client.post("/technician/kiosk-1", data={"csrf": "guessed"}).status_code == 403
        client.cookies.clear()
    assert log_in(client, "admin") == 303
    assert client.post("/technician/kiosk-1", data={"csrf": "guessed"}).status_code == 403
    assert [client.get(f"/technician/{terminal}").status_code for terminal in ("agent-1", "kiosk-9")] == [404, 404]
