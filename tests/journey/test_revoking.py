"""A terminal is revoked on the web page of a real server that has no right over the broker but to leave a list for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from contract.wire.topics import Topics
from link import Broker, Link
from link.credentials import ssl_context, why_refused
from link.enrol import NotEnrolled, enrol, renew
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD
from tests.ports import free_port
from tests.programs import RunningServer, wait_for_port
from tests.secure_hall import SecureHall
from tests.web_hall import csrf

NOBODY = 65534
PATIENCE_S = 60


@pytest.fixture
def hall() -> Iterator[SecureHall]:
    """As root: a hall whose server is another user's, as on an appliance. Its folder is one that user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="jiaohao-revoking-"))
    folder.chmod(0o755)
    hall = SecureHall(folder, owner=NOBODY if os.geteuid() == 0 else None)
    hall.open()
    yield hall
    hall.close()
    shutil.rmtree(folder)


@pytest.fixture
def web(hall: SecureHall) -> Iterator[str]:
    """The address of the server's pages."""
    port = free_port()
    run: tuple[str, ...] = ()
    if os.geteuid() == 0:
        credentials = hall.state / "credentials"
        run = as_nobody()
        assert {path.stat().st_uid for path in credentials.iterdir()} == {NOBODY}
    more = ("--credentials", str(hall.state / "credentials"), "--broker-folder", str(hall.broker_folder))
    server = RunningServer(
        hall.hall, hall.state, hall.address, *more, "--web", f"127.0.0.1:{port}", "--example-accounts", run=run
    )
    server.open()
    wait_for_port(port)
    yield f"http://127.0.0.1:{port}"
    server.close()


def as_nobody() -> tuple[str, ...]:
    """The words that make a program another user's, who may read the project even where only root may (below /root, say), and
    write no more than others."""
    run = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs")
    tried = subprocess.run([*run, sys.executable, "-c", "import queue_server.main"], capture_output=True, check=False)
    if tried.returncode != 0:  # the last one is for access(2), which else asks without these rights
        run += ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--securebits=+no_setuid_fixup")
    return run


@contextmanager
def path_unit(hall: SecureHall) -> Iterator[list[str]]:
    """What jiaohao-revoked.path and its service do, while systemd is not there; what it has seen."""
    seen: list[str] = []
    ended = threading.Event()
    word = hall.broker_folder / "revoked" / "changed"

    def watch() -> None:
        while not ended.wait(0.02):
            if word.exists():
                word.unlink()
                seen.append("changed")
                hall.reload()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def connected(hall: SecureHall, folder: Path) -> Link:
    link = Link(broker=Broker.parse(hall.address, credentials=folder), topics=Topics("testhall"), client_id="any")
    link.open()
    assert link.connected.wait(PATIENCE_S)
    return link


def token_of(client: httpx.Client, terminal: str) -> str:
    page = client.post(f"/token/{terminal}", data={"csrf": csrf(client.get(f"/token/{terminal}").text)}).text
    return page.split('id="token">')[1].split("<")[0]


@pytest.mark.timeout(300)
def test_a_terminal_revoked_on_the_page_is_cut_off_at_once_and_comes_back_only_with_a_new_token(
    hall: SecureHall, web: str, tmp_path: Path
) -> None:
    with httpx.Client(base_url=web, timeout=4 * PATIENCE_S) as client, path_unit(hall) as seen:
        form = {"name": "admin", "password": EXAMPLE_PASSWORD, "csrf": csrf(client.get("/log-in").text)}
        assert client.post("/log-in", data=form).status_code == 303
        for terminal in ("rater-02", "devices-2"):
            enrol(web, token_of(client, terminal), terminal, tmp_path / terminal)
        unused = token_of(client, "rater-02")
        out, other = connected(hall, tmp_path / "rater-02"), connected(hall, tmp_path / "devices-2")
        lost, kept = threading.Event(), threading.Event()
        out.on_change(lambda up: None if up else lost.set())
        other.on_change(lambda up: None if up else kept.set())
        try:
            page = client.get("/revoke/rater-02").text
            answer = client.post("/revoke/rater-02", data={"csrf": csrf(page)})
            assert answer.headers["location"] == "/revoke/rater-02", "it came into effect"
            assert lost.wait(PATIENCE_S)
            files = (tmp_path / "rater-02" / name for name in ("ca.crt", "client.crt", "client.key"))
            assert "revoked" in why_refused("127.0.0.1", hall.port, ssl_context(*files))
            assert not out.connected.is_set() and not kept.is_set()
        finally:
            out.close()
            other.close()
        assert seen == (["changed"] if os.geteuid() == 0 else [])
        if os.geteuid() == 0:
            listed = hall.broker_folder / "revoked" / "list.pem"
            assert (listed.stat().st_uid, listed.group()) == (NOBODY, "mosquitto"), "written by the server, read by the broker"
            assert listed.stat().st_mode & 0o777 == 0o640
        assert 'id="done"' in client.get("/revoke/rater-02").text
        with pytest.raises(NotEnrolled, match="revoked"):
            renew(web, tmp_path / "rater-02", datetime.now(UTC), at_once=True)
        with pytest.raises(NotEnrolled, match="time is over"):
            enrol(web, unused, "rater-02", tmp_path / "again")
        audited = client.get("/audit").text
        assert "<td>吊销证书</td>" in audited

        enrol(web, token_of(client, "rater-02"), "rater-02", tmp_path / "new")
        connected(hall, tmp_path / "new").close()


@pytest.mark.timeout(300)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run the server as somebody else")
def test_a_broker_that_nobody_tells_is_named_and_the_next_try_succeeds(hall: SecureHall, web: str) -> None:
    with httpx.Client(base_url=web, timeout=4 * PATIENCE_S) as client:
        form = {"name": "admin", "password": EXAMPLE_PASSWORD, "csrf": csrf(client.get("/log-in").text)}
        assert client.post("/log-in", data=form).status_code == 303
        terminal = hall.credentials("kiosk-2")
        again = connected(hall, terminal)
        try:
            hall.register.remember("kiosk-2", _certificate(terminal))
            post = {"csrf": csrf(client.get("/revoke/kiosk-2").text)}
            answer = client.post("/revoke/kiosk-2", data=post)
            assert answer.headers["location"] == "/revoke/kiosk-2?trouble=unread" and again.connected.is_set()
            with path_unit(hall):
                assert client.post("/revoke/kiosk-2", data=post).headers["location"] == "/revoke/kiosk-2"
        finally:
            again.close()


def _certificate(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "client.crt").read_bytes())
