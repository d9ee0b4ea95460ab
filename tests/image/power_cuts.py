"""Pulls the plug of the hall's server, in a virtual machine, at random moments while citizens take tickets and updates are written.

    JIAOHAO_IMAGES=build/image .venv/bin/python -m tests.image.power_cuts --times 20 [--keep DIR]

Clients on this machine take tickets over TLS and keep every number that was answered. After every cut, looked at from
outside: the file system is without a fault, every answered ticket is in the ledger, none twice, and the hash chains of the
logs hold. Then the machine has to start again by itself, and a request that was answered before gets the same ticket.

Every second cut comes while tickets are taken, the others in turn while an update is written into the other slot, while
the new system starts for the first time, and at any moment of a start; citizens ask all the time. The disk forgets what it
was not told to keep (tests/image/forgetful.py); from what it wrote in every run, --further other moments are looked at as
well, without starting. The moments come from --seed. With --keep a series that was ended goes on after its last cut.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from appliance.boot.place import write_json
from link import Link, NoAnswer
from tests.image.bench import newest
from tests.image.data_partition import DataPartition
from tests.image.forgetful import ForgetfulDisk
from tests.image.server_bench import STATE, Citizens, ServerBench, faults
from tests.programs import wait_until

STARTING, ISSUING = "while it started", "while tickets were taken"
WRITING, FIRST = "while an update was written", "while the new system started for the first time"
CYCLE = (ISSUING, WRITING, ISSUING, FIRST, ISSUING, STARTING)
ISSUING_S = 25.0
"""The latest moment of a cut while tickets are taken. The others are measured by how long a start takes on this machine."""
START_S = 2400.0
WRITTEN = (20e6, 400e6)
"""So many bytes are on their way to the disk when an update is cut; the new system is 400 MB."""
SWITCHED_ON = "Welcome to GRUB!"
NOT_INSTALLED = "the update was not installed"


@dataclass
class Score:
    """What a series has done so far."""

    seed: int
    cuts: int = -1
    """-1 before the first start."""
    start_s: float = 0.0
    looked_at: int = 0
    answered: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Series:
    """The cuts one after the other; `score` stands in the bench's folder after every one."""

    def __init__(self, bench: ServerBench, seed: int, further: int) -> None:
        self.bench, self.further = bench, further
        self.disk = ForgetfulDisk(bench.machine.disk)
        self._file = bench.folder / "series.json"
        self.score = Score(**json.loads(self._file.read_text())) if self._file.exists() else Score(seed)
        self.citizens = Citizens(answered=self.score.answered, mark=self.disk.mark)
        self._chance = random.Random(seed)

    def run(self, times: int) -> None:
        """Install it, let it be cut, and let it start a last time. Raise AssertionError if it does not come back."""
        if self.score.cuts < 0:
            self.bench.write()
            began = time.monotonic()
            self._on()
            self.bench.started(START_S)
            self.score.start_s = time.monotonic() - began
            self._off(f"the first start, {self.score.start_s:.0f} s")
        while self.score.cuts < times:
            self._cut(self.score.cuts + 1)
        self._chance.seed(f"{self.score.seed} last")
        began = time.monotonic()
        self._on()
        link = self._connect()
        self._answers_as_before(link)
        say(f"it answers as before, {time.monotonic() - began:.0f} s after power-on")
        link.close()

    def _cut(self, number: int) -> None:
        kind = CYCLE[(number - 1) % len(CYCLE)]
        self._chance.seed(f"{self.score.seed} {number}")
        if kind in (WRITING, FIRST):
            self.bench.data.ask_for_update(newest("jiaohao-server-*.raucb"))
        before, began = len(self.citizens.answered), time.monotonic()
        self._on()
        link = self._connect()
        when = self._wait_for(kind, link)
        self.bench.machine.cut()
        self.citizens.go(link)
        new, lasted = len(self.citizens.answered) - before, time.monotonic() - began
        self._off(f"cut {number} {kind}, {lasted:.0f} s after power-on{when}, {new} tickets answered")

    def _wait_for(self, kind: str, link: Link) -> str:
        """Return at the moment of the cut, with more about it."""
        machine, began = self.bench.machine, len(self.bench.machine.said)
        if kind == ISSUING:
            self._answers_as_before(link)
            self.citizens.come(link)
            after = self._chance.uniform(2, ISSUING_S)
            time.sleep(after)
            return f" and {after:.0f} s after the server answered"
        self.citizens.come(link)
        if kind == STARTING:
            time.sleep(self._chance.uniform(2, self.score.start_s))
            return ""
        if kind == WRITING:
            written = self._chance.uniform(*WRITTEN)
            self._watch(lambda: self.disk.log.stat().st_blocks * 512 > written, began)
            return f" and {written / 1e6:.0f} MB"
        self._watch(lambda: machine.said[began:].count(SWITCHED_ON) > 1, began)
        after = self._chance.uniform(0, self.score.start_s)
        time.sleep(after)
        return f" and {after:.0f} s after it had started again by itself"

    def _watch(self, there: object, since: int) -> None:
        def reached() -> bool:
            said = self.bench.machine.said[since:]
            assert self.bench.machine.runs and NOT_INSTALLED not in said, said[-2000:]
            return bool(there())  # type: ignore[operator]

        wait_until(reached, timeout_s=START_S)

    def _connect(self) -> Link:
        """A kiosk that tries to reach the server, for as long as it takes."""
        link = self.bench.kiosk()
        link.open()
        return link

    def _answers_as_before(self, link: Link) -> None:
        """Wait for the server; a request that it answered before the cut has to get the same ticket."""
        earlier = dict(self.citizens.answered)
        request = self._chance.choice(sorted(earlier)) if earlier else "first"
        deadline = time.monotonic() + START_S
        while True:
            try:
                ticket = self.citizens.answered_by(link, request)
                break
            except NoAnswer:
                assert self.bench.machine.runs, f"the machine went off: {self.bench.machine.said[-2000:]}"
                assert time.monotonic() < deadline, f"no answer; last words:\n{self.bench.machine.said[-2000:]}"
        if ticket != earlier.get(request, ticket) or not ticket:
            self.score.wrong.append(f"request {request} was answered {earlier.get(request)} and now {ticket}")

    def _moments(self, what: str) -> None:
        """Look at further moments of this run, without starting from them. In the first start there is no ledger yet."""
        if self.score.cuts < 0:
            return
        for end, disk in self.disk.moments(self._chance, self.further):
            noted, answered = self.citizens.noted, self.citizens.answered
            due = {request: ticket for request, ticket in answered.items() if noted.get(request, 0) <= end}
            with tempfile.TemporaryDirectory(dir=self.bench.folder) as folder:
                found = faults(DataPartition(disk).take(STATE, Path(folder)), due)
            self.score.looked_at += 1
            self.score.wrong += [f"{what}, after {end} entries of the disk's log: {fault}" for fault in found]

    def _on(self) -> None:
        self.bench.machine.open(network=self.bench.network, disk=self.disk.options())

    def _off(self, what: str) -> None:
        """Pull the plug, look at what other cuts of the same run would have left, let the disk forget, look at what is left."""
        self.bench.machine.cut()
        self._moments(what)
        self.citizens.noted.clear()
        writes, lost = self.disk.lose(self._chance)
        with tempfile.TemporaryDirectory(dir=self.bench.folder) as folder:
            state = self.bench.state(Path(folder))
            found = faults(state, self.citizens.answered) + self.citizens.refused
            if not self.bench.credentials.exists():
                self.bench.make_credentials(state)
        self.citizens.refused.clear()
        grub = self.bench.machine.grub()
        slots = ", ".join(f"{name}={grub.get(name, '')}" for name in ("ORDER", "A_OK", "A_TRY", "B_OK", "B_TRY"))
        say(f"{what}; of {writes} writes {lost} lost; {slots}; {'; '.join(found) or 'nothing wrong'}")
        self.score.wrong += [f"{what}: {fault}" for fault in found]
        self.score.cuts += 1
        self.keep()

    def keep(self) -> None:
        write_json(self._file, asdict(self.score))


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def series(folder: Path, times: int, seed: int, further: int) -> Score:
    """Run it or go on with it; whether the machine came back stands in the score as well."""
    bench = ServerBench(folder)
    found = Series(bench, seed, further)
    say(f"seed {found.score.seed}, {max(found.score.cuts, 0)} cuts so far")
    try:
        found.run(times)
    except AssertionError as error:
        found.score.wrong.append(f"it did not come back: {error}")
        found.keep()
    finally:
        bench.machine.cut()
    return found.score


def main(arguments: list[str] | None = None) -> int:
    """Run it; exit status 1 when something was lost or the machine did not come back."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=20, help="so many cuts, with those of an earlier run")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="makes the moments repeatable")
    parser.add_argument("--further", type=int, default=10, metavar="N", help="further moments of every run, looked at only")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave disk and score here, and go on with what is here")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        score = series(place, options.times, options.seed, options.further)
    for fault in score.wrong:
        print(fault, file=sys.stderr)
    tickets = f"{len(score.answered)} tickets answered"
    say(f"{score.cuts} cuts and {score.looked_at} further moments, {tickets}, {len(score.wrong)} faults")
    return 1 if score.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
