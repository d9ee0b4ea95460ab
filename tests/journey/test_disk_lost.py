"""The drill: a hall at work is copied, its server's disk is lost, it is put back on an empty one, and its terminals go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.wire.topics import Topics
from link import Broker, Link
from queue_server.backup.command import backup, restore_hall
from queue_server.logs.command import main as audit
from tests.programs import PATIENCE_S, RunningServer, ok, wait_until
from tests.secure_hall import SecureHall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[SecureHall]:
    hall = SecureHall(tmp_path / "machine")
    hall.open()
    yield hall
    hall.close()


def server_of(hall: SecureHall) -> RunningServer:
    server = RunningServer(hall.hall, hall.state, hall.address, "--credentials", str(hall.state / "credentials"))
    server.open()
    return server


def given(link: Link, count: int) -> list[tuple[str, str]]:
    """Numbers and tokens that a kiosk gets."""
    tickets = [ok(link, "issue-ticket", queue="household", channel="web")["ticket"] for _ in range(count)]
    return [(ticket["number"], ticket["token"]) for ticket in tickets if isinstance(ticket, dict)]


def test_a_hall_whose_disk_is_lost_goes_on_from_its_backup_with_its_terminals_and_gives_nothing_twice(
    hall: SecureHall, tmp_path: Path
) -> None:
    disk, words = tmp_path / "second-disk", ["--hall", str(hall.hall), "--state", str(hall.state)]
    disk.mkdir()
    (tmp_path / "passphrase").write_text("horse battery staple\n")
    sealed_with = ["--passphrase-file", str(tmp_path / "passphrase")]
    kiosk = shutil.copytree(hall.credentials("kiosk-1"), tmp_path / "kiosk-1")
    link = Link(broker=Broker.parse(hall.address, credentials=kiosk), topics=Topics("testhall"), client_id="kiosk-1")
    server = server_of(hall)
    link.open()
    try:
        assert link.connected.wait(PATIENCE_S)
        early = given(link, 3)
        assert backup([*words, "--to", str(disk), *sealed_with]) == 0
        late = given(link, 3)
        server.kill()
        hall.close()
        shutil.rmtree(hall.folder)
        wait_until(lambda: not link.connected.is_set())

        assert restore_hall([*words, "--from", str(disk), *sealed_with]) == 0
        hall.open()
        server = server_of(hall)
        assert link.connected.wait(PATIENCE_S), "it comes back with the certificate that it has"
        fresh = given(link, 3)
        everything = [*early, *late, *fresh]
        assert len({number for number, _ in everything}) == len({token for _, token in everything}) == 9
        for _, token in early:
            found = ok(link, "lookup", token=token)["ticket"]
            assert isinstance(found, dict) and found["state"] == "waiting"
        refused = link.request("lookup", {"token": late[0][1]}, timeout_s=PATIENCE_S).result()
        assert refused.error is not None and refused.error.texts is not None and "重新取号" in refused.error.texts.zh
        assert audit(["verify", "--state", str(hall.state)]) == 0
        assert restore_hall([*words, "--from", str(disk), *sealed_with]) == 1, "nothing is put back over a ledger"
    finally:
        link.close()
        server.close()
