"""Pages come in few bytes over slow lines, but for those whose length would tell a secret, and streams."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from queue_server.web.compression import SECRET
from queue_server.web.rendering import STATIC
from tests.web_hall import WebHall, at_window, log_in


def packed(answer: Response) -> bool:
    return answer.headers.get("content-encoding") == "gzip"


def test_scripts_and_styles_come_compressed(client: TestClient) -> None:
    for path in STATIC.iterdir():
        answer = client.get(f"/static/{path.name}")
        assert packed(answer) == (path.stat().st_size >= 500), path.name
        assert answer.content == path.read_bytes()
        assert client.get(f"/static/{path.name}", headers={"accept-encoding": "identity"}).content == path.read_bytes()


def test_pages_of_everybody_come_compressed_for_whoever_takes_it(hall: WebHall, client: TestClient) -> None:
    token = hall.issue()["token"]
    for path in ("/", "/wall", "/nowhere", f"/t/{token}"):
        answer = client.get(path)
        if SECRET.search(answer.text):
            continue
        assert packed(answer) and "accept-encoding" in answer.headers["vary"].lower(), path
        assert answer.text.endswith("</html>")
        assert int(answer.headers["content-length"]) < len(answer.content) * 0.75, path
        for given, takes in (("gzip;q=0", False), ("br, gzip;q=0.5", True), ("deflate", False), ("identity", False)):
            assert packed(client.get(path, headers={"accept-encoding": given})) is takes, (path, given)
    assert packed(client.get("/wall"))


@pytest.mark.parametrize("who", ["0101", "supervisor", "admin"])
def test_a_page_with_a_secret_never_comes_compressed(client: TestClient, who: str) -> None:
    assert not packed(client.get("/log-in"))
    log_in(client, who)
    for path in ("/", "/console", "/password", "/appointments", "/supervisor", "/fleet", "/accounts", "/nowhere"):
        answer = client.get(path)
        assert not packed(answer), path


def test_no_page_that_came_compressed_has_the_token_of_a_form(hall: WebHall, client: TestClient) -> None:
    at_window(client)
    token = hall.issue()["token"]
    for path in ("/", "/wall", "/c", "/nowhere", "/console", "/cases", "/log-in", f"/t/{token}", f"/t/{token}?why=1"):
        answer = client.get(path)
        assert not (packed(answer) and SECRET.search(answer.text)), path
