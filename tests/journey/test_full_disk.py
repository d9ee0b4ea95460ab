"""A disk without a byte left, really: nothing that was answered is lost, what cannot be written is refused, and all goes on
as soon as there is room again."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from kiosk.ticket_kiosk.a4_print.job_store import JobStore
from kiosk.ticket_kiosk.guides.guide_store import GuideStore
from kiosk.ticket_kiosk.offline_numbers.state import KeepLease, LeaseIs, NumberGiven, Settle
from kiosk.ticket_kiosk.offline_numbers.worker import LeaseWorker
from link import Link
from link.machine_status import is_read_only
from queue_server.logs.command import main as audit
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, Watcher, wait_until
from tests.unit.kiosk.ticket_kiosk.offline_numbers.test_book import answer, wish

pytestmark = pytest.mark.slow
SIZE = "6m"
MANY = 2000


class SmallDisk:
    """A file system of a few megabytes. `fill` takes every byte that is left, `clear` gives them back."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 16, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"\1" * size) == size:
                        pass
        assert os.statvfs(self.place).f_bavail == 0

    def clear(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("the kernel does not allow mounts here")
    yield SmallDisk(place)
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def server(disk: SmallDisk, hall_folder: Path, broker: PrivateBroker) -> Iterator[RunningServer]:
    """A queue server whose state lies on the small disk; its log does not."""
    server = RunningServer(hall_folder, disk.place, broker.address)
    server.open()
    yield server
    server.close()


@pytest.fixture
def link(broker: PrivateBroker) -> Iterator[Link]:
    link = broker.link()
    link.open()
    yield link
    link.close()


def issue(link: Link, request_id: str) -> str:
    """The number of a ticket, or the code of the refusal."""
    body = {"queue": "household", "channel": "web"}
    answer = link.request("issue-ticket", body, request_id=request_id, timeout_s=PATIENCE_S).result()
    if answer.error is not None:
        return answer.error.code
    assert answer.data is not None
    return str(answer.data["ticket"]["number"])


def until_refused(link: Link, disk: SmallDisk, name: str = "full") -> dict[str, str]:
    """Fill the disk and take tickets until the server refuses; request → what it said, the last is the refusal."""
    said: dict[str, str] = {}
    disk.fill()
    for count in range(MANY):
        said[f"{name}-{count}"] = issue(link, f"{name}-{count}")
        if not said[f"{name}-{count}"].startswith("A"):
            return said
    raise AssertionError("a full disk took every ticket")


def numbers(state: Path) -> list[str]:
    with closing(sqlite3.connect(state / "ledger.sqlite")) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [number for (number,) in ledger.execute("SELECT number FROM tickets ORDER BY number")]


def test_a_full_disk_refuses_tickets_raises_an_alert_and_loses_nothing(
    disk: SmallDisk, server: RunningServer, link: Link
) -> None:
    watcher = Watcher(link, "alert/#")
    given = [issue(link, f"before-{count}") for count in range(5)]
    said = until_refused(link, disk)
    *more, refused = said.values()
    assert refused == "busy"
    watcher.wait("alert/ledger-write", "ledger-unwritable")
    assert issue(link, "before-0") == given[0], "what was answered is answered again, on a full disk too"
    assert issue(link, "still-full") == "busy"
    disk.clear()
    again = [issue(link, request) for request in (list(said)[-1], "still-full", "after")]
    assert all(number.startswith("A") for number in again)
    wait_until(lambda: watcher.state["alert/ledger-write"] == b"")
    wanted = given + more + again
    assert len(set(wanted)) == len(wanted)
    assert server.stop() == 0
    assert numbers(disk.place) == sorted(wanted)
    assert audit(["verify", "--state", str(disk.place)]) == 0


def test_a_server_that_starts_on_a_full_disk_refuses_until_there_is_room_and_keeps_every_ticket(
    disk: SmallDisk, server: RunningServer, link: Link
) -> None:
    given = [issue(link, f"before-{count}") for count in range(5)]
    given += [number for number in until_refused(link, disk).values() if number.startswith("A")]
    server.kill()
    server.open()
    # A server that starts empties its write-ahead log, which may make room for some: they count, until the disk is full again.
    *more, refused = until_refused(link, disk, "started").values()
    assert refused == "busy"
    given += more
    server.kill()
    assert "Traceback" not in server.log
    disk.clear()
    server.open()
    given.append(issue(link, "after"))
    assert server.stop() == 0
    assert numbers(disk.place) == sorted(given) and len(set(given)) == len(given)


class Kiosk:
    """The keeper of a kiosk's numbers on lease, and what it says."""

    def __init__(self, path: Path) -> None:
        self.events: SimpleQueue[Any] = SimpleQueue()
        self.keeper = LeaseWorker(path)
        self.keeper.open(self.events.put)

    def holding(self) -> LeaseIs:
        event = self.events.get(timeout=60)
        assert isinstance(event, LeaseIs)
        return event

    def takes(self) -> str:
        """The ticket that the next citizen gets, empty for none."""
        self.keeper.perform(wish(), self.events.put)
        while isinstance(event := self.events.get(timeout=60), LeaseIs):
            pass
        return event.given.ticket if isinstance(event, NumberGiven) else ""


def test_a_kiosk_on_a_full_disk_gives_no_number_and_none_twice_and_tells_every_paper(disk: SmallDisk) -> None:
    kiosk = Kiosk(disk.place / "numbers.db")
    kiosk.holding()
    kiosk.keeper.perform(KeepLease(answer(*(f"A{900 + count}" for count in range(90)))), kiosk.events.put)
    given = [kiosk.takes(), kiosk.takes()]
    disk.fill()
    while ticket := kiosk.takes():
        given.append(ticket)
    for ticket in given:
        kiosk.keeper.perform(Settle(ticket, "printed"), kiosk.events.put)
    assert kiosk.takes() == ""
    disk.clear()
    assert (later := kiosk.takes()) and later not in given
    told = [ticket["ticket"] for ticket in kiosk.holding().unmerged]
    assert told == given, "papers that came out while the disk was full"
    kiosk.keeper.close()


def test_a_kiosk_that_starts_on_a_full_disk_gives_numbers_as_soon_as_there_is_room(disk: SmallDisk) -> None:
    disk.fill()
    kiosk = Kiosk(disk.place / "numbers.db")
    assert kiosk.takes() == ""
    disk.clear()
    kiosk.keeper.perform(KeepLease(answer("A901")), kiosk.events.put)
    assert kiosk.takes().endswith("a901")
    kiosk.keeper.close()


def test_the_a4_printers_book_goes_on_after_a_full_disk_with_every_sheet_counted_once(disk: SmallDisk) -> None:
    book, today = JobStore(disk.place / "spool.db"), date(2026, 11, 23)
    book.open()

    def add(size: int) -> Any:
        now = datetime.now(UTC)
        return book.add(title="t", document=b"x" * size, pages=3, copies=1, person="p", day=today, now=now)

    job = add(1000)
    disk.fill()
    with pytest.raises(sqlite3.OperationalError, match="full"):
        add(1 << 20)
    for _ in range(MANY):
        try:
            book.came_out(job, 1)
        except sqlite3.OperationalError:
            break
        job = add(10)
    disk.clear()
    used = book.used()
    job = book.came_out(add(10), 3)
    assert (job.printed, book.used()) == (3, used + 3)
    book.close()
    book.open()
    assert book.used() == used + 3
    book.close()


def test_a_disk_that_has_become_read_only_keeps_no_guides_from_being_shown_and_is_told(disk: SmallDisk) -> None:
    assert not is_read_only(disk.place / "state" / "guides")
    subprocess.run(["mount", "-o", "remount,ro", disk.place], check=True)
    said: SimpleQueue[object] = SimpleQueue()
    guides = GuideStore(disk.place / "state" / "guides")
    guides.open(said.put)
    guides.close()
    assert not guides.alive, "it ends in its own time, and not by an error"
    assert is_read_only(disk.place / "state" / "guides")
