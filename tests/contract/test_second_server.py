"""A second queue server is started for a hall by mistake, on a ledger of its own: a real broker, real servers."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.programs import PrivateBroker, RunningServer, ok, wait_until
from tests.secure_hall import SecureHall


def ends_by_itself(second: RunningServer) -> None:
    """The second one is started and ends with a word of what to do."""
    with contextlib.closing(second):
        second.start()
        assert second.wait() == 1
    assert "another queue server" in second.log and "one PostgreSQL with --database" in second.log


def test_a_second_server_with_a_ledger_of_its_own_ends_and_the_first_one_serves_on(
    server: RunningServer, broker: PrivateBroker, hall_folder: Path, tmp_path: Path
) -> None:
    ends_by_itself(RunningServer(hall_folder, tmp_path / "second", broker.address))
    link = broker.link()
    link.open()
    ok(link, "issue-ticket", queue="household", channel="web")
    link.close()
    assert "another queue server" in server.log, "the first one says so too"


@pytest.mark.slow
def test_of_two_servers_with_one_certificate_the_second_ends_and_the_first_comes_back(
    secure_hall: SecureHall, tmp_path: Path
) -> None:
    shown = ("--credentials", str(secure_hall.state / "credentials"))
    first = RunningServer(secure_hall.hall, secure_hall.state, secure_hall.address, *shown)
    with contextlib.closing(first):
        first.open()
        ends_by_itself(RunningServer(secure_hall.hall, tmp_path / "second", secure_hall.address, *shown))
        wait_until(lambda: first.log.count("connected to the broker") >= 2)
        assert first.stop() == 0
