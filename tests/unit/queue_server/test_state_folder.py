"""Root works in the server's folder without being led elsewhere, and leaves everything to the server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from queue_server.command_access import beside_server
from queue_server.enrolment.command import broker_config
from queue_server.store.database import BadDatabase
from queue_server.web.auth.command import main as account
from tests.small_hall import write_hall

SERVER_USER = 4711
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(0o700)
    os.chown(folder, SERVER_USER, SERVER_USER)
    return folder


def test_what_root_makes_beside_the_server_is_the_servers_also_after_an_error(state: Path) -> None:
    with pytest.raises(RuntimeError, match="in between"), beside_server(state, None):
        raise RuntimeError("in between")
    made = list(state.rglob("*"))
    assert made and {path.stat().st_uid for path in made} == {SERVER_USER}


def test_root_follows_no_link_in_the_servers_folder(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    hall = write_hall(tmp_path / "hall")
    common = ["--hall", str(hall), "--state", str(state)]
    for name in ("ledger.sqlite", "ca", "credentials"):
        (state / name).symlink_to(elsewhere / name)
        with pytest.raises(BadDatabase, match=f"{name} is a link"), beside_server(state, None):
            pass
        assert broker_config([*common, "--out", str(tmp_path / "broker")]) == 1
        assert account(["reset", *common, "admin"]) == 1
        assert capsys.readouterr().err.count("is a link") == 2
        (state / name).unlink()
    assert not list(elsewhere.iterdir())
