"""One machine of the network floods a real server, and whoever works in the hall still gets answers. How fast, says
`python -m tests.bench floods`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench.floods import FLOODS, WorkingHall, working_hall
from tests.programs import ok


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkingHall]:
    with working_hall(tmp_path_factory.mktemp("flooded")) as hall:
        yield hall


@pytest.mark.parametrize(("kind", "port"), FLOODS.values(), ids=FLOODS)
def test_while_a_machine_floods_pages_or_broker_numbers_are_given_and_the_staff_works_and_logs_in(
    hall: WorkingHall, kind: str, port: str
) -> None:
    with hall.flooded(kind, port) as flood:
        for _ in range(10):
            ok(hall.link, "issue-ticket", queue="household", channel="web")
            assert hall.staff.look() == 200
        hall.staff.log_in("admin")
        assert flood.poll() is None, "the flood lasted"


def test_the_questions_of_a_flood_leave_nothing_on_the_disk(hall: WorkingHall) -> None:
    ledger = hall.server.state / "ledger.sqlite"
    with hall.flooded("codes", "public"):
        for _ in range(50):
            ok(hall.link, "issue-ticket", queue="household", channel="web")
    kept = ledger.read_bytes() + ledger.with_name("ledger.sqlite-wal").read_bytes()
    assert b"made-up-" not in kept
