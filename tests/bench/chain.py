"""What the hash chain of the events costs: CPU time of an issued ticket with and without it, alternately, in this process."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from queue_server.logs.hash_chain import Chain
from queue_server.store.database import sqlite_url
from tests.bed import Bed
from tests.small_hall import write_hall

GROUPS = 40
ROUNDS = 12


def measure(size: int) -> tuple[float, float]:
    """Microseconds of CPU for one ticket (without the chain, with it), issued in groups of `size`; medians of rounds."""

    def unchained(_chain: Chain, _connection: object, rows: list[dict[str, object]]) -> None:
        for row in rows:
            row["chain"] = row["hash"] = None

    with tempfile.TemporaryDirectory() as folder:
        hall = write_hall(Path(folder) / "hall")
        bed = Bed(hall, sqlite_url(Path(folder)), always_open=True).open()
        asked = [("issue-ticket", {"queue": "household", "channel": "web"})] * size
        times: dict[bool, list[float]] = {True: [], False: []}
        for number in range(2 * ROUNDS + 2):
            chained = number % 2 == 0
            with patch.object(Chain, "link", Chain.link if chained else unchained):
                begun = time.process_time()
                for _ in range(GROUPS):
                    bed.group(*asked)
                used = (time.process_time() - begun) / (GROUPS * size) * 1e6
            if number > 1:
                times[chained].append(used)
        bed.close()
    return statistics.median(times[False]), statistics.median(times[True])


def main() -> None:
    for size in (1, 16, 64):
        without, chained = measure(size)
        print(
            f"groups of {size:>2}: {without:.0f} µs without the chain, {chained:.0f} µs with it ({chained - without:+.1f} µs)"
        )


if __name__ == "__main__":
    main()
