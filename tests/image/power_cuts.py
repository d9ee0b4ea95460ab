"""Pulls the plug of the hall's server, in a virtual machine, at random moments while citizens take tickets and updates are written.

    JIAOHAO_IMAGES=build/image .venv/bin/python -m tests.image.power_cuts --times 20

Clients on this machine take tickets over TLS and keep every number that was answered. After every cut, looked at from
outside: the file system is without a fault, every answered ticket is in the ledger, none twice, and the hash chains of the
logs hold. Then the machine has to start again by itself, and a request that was answered before gets the same ticket.

Every fourth cut comes at any moment of the start; the others while tickets are taken, every second of these while an
update is written into the other slot or is started for the first time. The disk forgets what it was not told to keep
(tests/image/forgetful.py); from what it wrote in every run, --further other moments are looked at as well, without starting. The moments come from --seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from link import Link
from tests.image.bench import newest
from tests.image.data_partition import DataPartition
from tests.image.forgetful import ForgetfulDisk
from tests.image.server_bench import STATE, Citizens, ServerBench, faults

STARTING, ISSUING, UPDATING = "while it started", "while tickets were taken", "while an update was under way"
ISSUING_S = 25.0
"""The latest moment of a cut while tickets are taken. The others are measured by how long a start takes on this machine."""
START_S = 1800.0


@dataclass
class Series:
    """The cuts one after the other; what was found wrong stays in `wrong`."""

    bench: ServerBench
    chance: random.Random
    citizens: Citizens = field(default_factory=Citizens)
    wrong: list[str] = field(default_factory=list)
    further: int = 0
    """So many further moments of every run are looked at."""
    looked_at: int = 0

    def __post_init__(self) -> None:
        self.disk = ForgetfulDisk(self.bench.machine.disk)
        self.citizens.mark = self.disk.mark
        self.latest: dict[str, float] = {}

    def run(self, times: int) -> None:
        """Install it, let it be cut, and let it start a last time."""
        self.bench.write()
        began = time.monotonic()
        self._on()
        self.bench.started(START_S)
        start = time.monotonic() - began
        self._off(f"the first start, {start:.0f} s")
        self.latest = {STARTING: start, ISSUING: ISSUING_S, UPDATING: 2 * start}
        for number in range(1, times + 1):
            kind = STARTING if number % 4 == 0 else (UPDATING, ISSUING)[number % 2]
            self._cut(number, kind)
        self._on()
        self._answers_as_before()
        self.bench.machine.cut()

    def _cut(self, number: int, kind: str) -> None:
        if kind == UPDATING:
            self.bench.data.ask_for_update(newest("jiaohao-server-*.raucb"))
        before, began = len(self.citizens.answered), time.monotonic()
        after = self.chance.uniform(2, self.latest[kind])
        self._on()
        if kind == STARTING:
            time.sleep(after)
            self._off(f"cut {number} {kind}, {after:.0f} s after power-on")
            return
        link = self._answers_as_before()
        ready = time.monotonic() - began
        self.citizens.come(link)
        time.sleep(after)
        self.bench.machine.cut()
        self.citizens.go(link)
        new = len(self.citizens.answered) - before
        self._off(f"cut {number} {kind}, {after:.0f} s after the server answered ({ready:.0f} s), {new} tickets answered")

    def _answers_as_before(self) -> Link:
        """Wait for the server; a request that it answered before the cut has to get the same ticket."""
        self.bench.started(START_S)
        link = self.bench.kiosk()
        link.open()
        earlier = dict(self.citizens.answered)
        request = self.chance.choice(sorted(earlier)) if earlier else "first"
        ticket = self.citizens.answered_by(link, request)
        if ticket != earlier.get(request, ticket) or not ticket:
            self.wrong.append(f"request {request} was answered {earlier.get(request)} and now {ticket}")
        return link

    def _moments(self, what: str) -> None:
        """Look at further moments of this run, without starting from them. In the first start there is no ledger yet."""
        if not self.latest:
            return
        for end, disk in self.disk.moments(self.chance, self.further):
            noted, answered = self.citizens.noted, self.citizens.answered
            due = {request: ticket for request, ticket in answered.items() if noted.get(request, 0) <= end}
            with tempfile.TemporaryDirectory(dir=self.bench.folder) as folder:
                found = faults(DataPartition(disk).take(STATE, Path(folder)), due)
            self.looked_at += 1
            self.wrong += [f"{what}, after {end} entries of the disk's log: {fault}" for fault in found]

    def _on(self) -> None:
        self.bench.machine.open(network=self.bench.network, disk=self.disk.options())

    def _off(self, what: str) -> None:
        """Pull the plug, look at what other cuts of the same run would have left, let the disk forget, look at what is left."""
        self.bench.machine.cut()
        self._moments(what)
        self.citizens.noted.clear()
        writes, lost = self.disk.lose(self.chance)
        with tempfile.TemporaryDirectory(dir=self.bench.folder) as folder:
            state = self.bench.state(Path(folder))
            found = faults(state, self.citizens.answered)
            if not self.bench.credentials.exists():
                self.bench.make_credentials(state)
        self.wrong += [f"{what}: {fault}" for fault in [*found, *self.citizens.refused]]
        self.citizens.refused.clear()
        grub = self.bench.machine.grub()
        slots = ", ".join(f"{name}={grub.get(name, '')}" for name in ("ORDER", "A_OK", "A_TRY", "B_OK", "B_TRY"))
        say(f"{what}; of {writes} writes {lost} lost; {slots}; {'; '.join(found) or 'nothing wrong'}")


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run it; exit status 1 when something was lost or the machine did not come back."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="makes the moments repeatable")
    parser.add_argument("--further", type=int, default=10, metavar="N", help="further moments of every run, looked at only")
    options = parser.parse_args(arguments)
    say(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        bench = ServerBench(Path(folder))
        series = Series(bench, random.Random(options.seed), further=options.further)
        try:
            series.run(options.times)
        except AssertionError as error:
            series.wrong.append(f"it did not come back: {error}\n{bench.machine.said[-3000:]}")
        finally:
            bench.machine.cut()
    for fault in series.wrong:
        print(fault, file=sys.stderr)
    say(
        f"{options.times} cuts and {series.looked_at} further moments, {len(series.citizens.answered)} tickets answered, {len(series.wrong)} faults"
    )
    return 1 if series.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
