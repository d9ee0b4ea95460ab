"""What the length of a line costs whoever asks for a place in it: lookups in a long line beside those in a short one, in turn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from math import inf
from pathlib import Path
from random import Random

from queue_server.store.database import sqlite_url
from tests.bed import Bed
from tests.bench import stage
from tests.bench.report import Row
from tests.small_hall import write_hall

SHORT, LONG = 10, 20_000
ROUNDS, LOOKUPS = 20, 50
TOGETHER = 200
"""So many numbers are given in one transaction while the lines grow."""
AIM = 1.5


def rows() -> Iterator[Row]:
    """One row: the processor time of a lookup in the long line, and in the short one."""
    took: dict[int, float] = {}
    with stage.folder() as at, ExitStack() as stack:
        halls = {waiting: _hall(at / str(waiting), waiting) for waiting in (SHORT, LONG)}
        for bed, _ in halls.values():
            stack.callback(bed.close)
        for _ in range(ROUNDS):
            for waiting, (bed, tickets) in halls.items():
                took[waiting] = min(took.get(waiting, inf), _cpu_ms(bed, tickets))
    of_short, of_long = took[SHORT], took[LONG]
    yield Row(
        f"lookup, {LONG} waiting in one queue",
        f"cpu {of_long:.2f} ms",
        f"{SHORT} waiting {of_short:.2f} ms",
        of_long / of_short,
        f"{AIM} times",
        of_long <= AIM * of_short,
    )


def _hall(at: Path, waiting: int) -> tuple[Bed, list[str]]:
    """A hall in which so many wait, and their tickets."""
    at.mkdir()
    bed = Bed(write_hall(at / "hall"), sqlite_url(at), always_open=True).open()
    tickets: list[str] = []
    while len(tickets) < waiting:
        wanted = [("issue-ticket", {"queue": "household", "channel": "web"})] * min(TOGETHER, waiting - len(tickets))
        tickets += [answer.data["ticket"]["id"] for answer in bed.group(*wanted) if answer.data is not None]
        bed.clock.advance(seconds=1)
    return bed, tickets


def _cpu_ms(bed: Bed, tickets: list[str]) -> float:
    """Milliseconds of processor time that a lookup takes, while numbers are given and called between them."""
    asked = Random(len(tickets)).choices(tickets, k=LOOKUPS)
    spent = 0.0
    for ticket in asked:
        begun = time.process_time()
        bed.ok("lookup", ticket=ticket)
        spent += time.process_time() - begun
        bed.issue()
    return spent / LOOKUPS * 1000
