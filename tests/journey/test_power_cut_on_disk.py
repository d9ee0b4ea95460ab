"""Power cuts at random moments, on a disk that loses what it was not told to keep: the real server, and a kiosk's book of
numbers on lease, on a real ext4.

What they write lies on a disk of QEMU's storage daemon, which notes every write and flush. From these notes the disk is made
as a cut at any moment would have left it.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.ticket_kiosk.offline_numbers.book import LeaseBook
from tests.image.data_partition import sound_folder
from tests.image.forgetful import ForgetfulDisk
from tests.image.server_bench import Citizens, faults
from tests.programs import PrivateBroker, RunningServer, wait_until
from tests.unit.kiosk.ticket_kiosk.offline_numbers.test_book import answer, wish

pytestmark = pytest.mark.slow
SIZE = 96 << 20
TICKETS = 150
MOMENTS = 20
STARTS = 3
SEED = 20261122
KIOSK = "kiosk-1"


class MountedDisk(ForgetfulDisk):
    """A disk with an empty file system, mounted at `place`. `open` needs root; `close` leaves the notes of what was written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "disk.img")
        self.place, self._device = folder / "mounted", folder / "device"
        self._ending = ExitStack()

    def open(self) -> None:
        """Raise CalledProcessError or AssertionError where loop devices or mounts are not allowed."""
        with self.disk.open("wb") as disk:
            disk.truncate(SIZE)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", self.disk], check=True)
        self._device.touch()
        self.place.mkdir()
        export = f"type=fuse,id=export,node-name=disk,mountpoint={self._device},writable=on"
        daemon = subprocess.Popen(["qemu-storage-daemon", *self.nodes(), "--export", export])
        self._ending.callback(daemon.wait, 30)
        self._ending.callback(daemon.terminate)
        wait_until(lambda: daemon.poll() is not None or self._device.stat().st_size == SIZE, timeout_s=60)
        assert daemon.poll() is None
        loop = subprocess.run(["losetup", "--find", "--show", self._device], check=True, capture_output=True, text=True)
        self._ending.callback(subprocess.run, ["losetup", "--detach", loop.stdout.strip()], check=True)
        subprocess.run(["mount", loop.stdout.strip(), self.place], check=True)
        self._ending.callback(subprocess.run, ["umount", self.place], check=True)

    def close(self) -> None:
        self._ending.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[MountedDisk]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk that forgets")
    if not os.access("/dev/fuse", os.W_OK):
        pytest.skip("the kernel does not allow FUSE here: there is no /dev/fuse")
    disk = MountedDisk(tmp_path)
    try:
        disk.open()
    except (subprocess.CalledProcessError, AssertionError):
        disk.close()
        pytest.skip("the kernel does not allow FUSE, loop devices and mounts here")
    yield disk
    disk.close()


def take_tickets(disk: MountedDisk, hall: Path, broker: PrivateBroker) -> Citizens:
    """A server on the disk, and citizens until enough have a ticket."""
    server = RunningServer(hall, disk.place / "state", broker.address)
    (disk.place / "state").mkdir()
    citizens = Citizens(mark=disk.mark)
    link = broker.link(client_id=KIOSK)
    server.open()
    try:
        link.open()
        citizens.come(link)
        wait_until(lambda: len(citizens.answered) >= TICKETS or bool(citizens.refused), timeout_s=240)
        citizens.go(link)
    finally:
        server.kill()
    assert citizens.refused == []
    return citizens


def test_after_a_power_cut_at_any_moment_every_answered_ticket_is_there(
    disk: MountedDisk, hall_folder: Path, broker: PrivateBroker, tmp_path: Path
) -> None:
    citizens = take_tickets(disk, hall_folder, broker)
    disk.close()
    first = min(citizens.noted.values())
    chance, starts = random.Random(SEED), 0
    for end, past in disk.moments(chance, MOMENTS, since=first):
        due = {request: ticket for request, ticket in citizens.answered.items() if citizens.noted[request] <= end}
        copy = Path(shutil.copyfile(past, tmp_path / "cut.img"))
        state = sound_folder(copy, "/state", tmp_path / f"cut-{end}")
        assert faults(state, due) == [], f"cut after {end} entries, seed {SEED}"
        if due and starts < STARTS:
            starts += 1
            goes_on(state, hall_folder, broker, due)
    assert starts == STARTS


def goes_on(state: Path, hall: Path, broker: PrivateBroker, due: dict[str, str]) -> None:
    """A server that starts on what a cut has left answers as before, and gives no number that was given."""
    server, link, again = RunningServer(hall, state, broker.address), broker.link(client_id=KIOSK), Citizens()
    server.open()
    try:
        link.open()
        request = max(due)
        assert again.answered_by(link, request) == due[request]
        assert again.answered_by(link, "after the cut") not in due.values()
    finally:
        link.close()
        server.close()


def test_no_number_that_a_kiosk_took_is_free_again_after_a_power_cut(disk: MountedDisk, tmp_path: Path) -> None:
    book, taken = LeaseBook(disk.place / "kiosk/numbers.db"), {}
    book.open()
    book.add(answer(*(f"A{900 + count}" for count in range(90))))
    for _ in range(60):
        given = book.take(wish())
        assert given is not None
        taken[given.ticket] = disk.mark()
        book.settle(given.ticket, "printed")
    book.close()
    disk.close()
    for end, past in disk.moments(random.Random(SEED), MOMENTS, since=min(taken.values())):
        folder = sound_folder(Path(shutil.copyfile(past, tmp_path / "cut.img")), "/kiosk", tmp_path / f"cut-{end}")
        left = LeaseBook(folder / "numbers.db")
        left.open()
        free = set()
        while (number := left.take(wish())) is not None:
            free.add(number.ticket)
        left.close()
        assert free and not free & {ticket for ticket, at in taken.items() if at <= end}, f"cut after {end} entries"
