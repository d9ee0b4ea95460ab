"""One machine of the network floods a real server, and whoever works in the hall still gets answers. How fast, says
`python -m tests.bench floods`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from link import Link
from tests.bench.flood import KINDS
from tests.bench.floods import Staff, flooded
from tests.ports import free_port
from tests.programs import PrivateBroker, RunningServer, ok, wait_for_port
from tests.small_hall import write_hall


@dataclass
class WorkingHall:
    """A hall with pages for the public and pages for the staff."""

    link: Link
    public: int
    staff: Staff
    server: RunningServer


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkingHall]:
    folder = tmp_path_factory.mktemp("flooded")
    broker = PrivateBroker(folder)
    broker.open()
    public, for_staff = free_port(), free_port()
    pages = ("--web", f"127.0.0.1:{public}", "--staff-web", f"127.0.0.1:{for_staff}", "--web-tls", "off", "--example-accounts")
    server = RunningServer(write_hall(folder / "hall"), folder / "state", broker.address, *pages)
    server.open()
    wait_for_port(for_staff)
    link, staff = broker.link(), Staff(for_staff)
    link.open()
    staff.log_in()
    yield WorkingHall(link, public, staff, server)
    link.close()
    server.close()
    broker.close()


@pytest.mark.parametrize("kind", KINDS)
def test_while_a_machine_floods_the_pages_numbers_are_given_and_the_staff_works_and_logs_in(
    hall: WorkingHall, kind: str
) -> None:
    with flooded(kind, hall.public) as flood:
        for _ in range(10):
            ok(hall.link, "issue-ticket", queue="household", channel="web")
            assert hall.staff.look() == 200
        hall.staff.log_in("admin")
        assert flood.poll() is None, "the flood lasted"


def test_the_questions_of_a_flood_leave_nothing_on_the_disk(hall: WorkingHall) -> None:
    ledger = hall.server.state / "ledger.sqlite"
    with flooded("codes", hall.public):
        for _ in range(50):
            ok(hall.link, "issue-ticket", queue="household", channel="web")
    kept = ledger.read_bytes() + ledger.with_name("ledger.sqlite-wal").read_bytes()
    assert b"made-up-" not in kept
