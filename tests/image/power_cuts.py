"""Pulls the plug of a virtual terminal at random moments and looks whether it always comes back.

    JIAOHAO_IMAGES=build/image .venv/bin/python -m tests.image.power_cuts --times 20

Every round switches the machine on and cuts it after 5 to 150 seconds: in GRUB, in the initial RAM disk, while it enrols, while an
update is written (every other round asks for one), while the kiosk draws. The last round is left alone and has to reach its screen.
A cut loses what the guest had not written to its disk; a disk that loses what it said was written is not imitated.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.image.bench import GOOD, Bench, newest

SHORTEST_S, LONGEST_S = 5, 150


def main(arguments: list[str] | None = None) -> int:
    """Run it; exit status 1 when the machine did not come back."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="makes the moments repeatable")
    parser.add_argument("--longest", type=int, default=LONGEST_S, metavar="SECONDS", help="the latest moment of a cut")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        bench.open()
        try:
            return _rounds(bench, chance, options.times, options.longest)
        finally:
            bench.close()


def _rounds(bench: Bench, chance: random.Random, times: int, longest: int) -> int:
    bench.write(bench.token("kiosk-1"))
    for number in range(1, times + 1):
        if number % 2 == 0 and bench.read("/var/lib/jiaohao-appliance/proven.json"):
            bench.ask_for_update(newest("*.raucb"))
        after = chance.uniform(SHORTEST_S, longest)
        began = len(bench.machine.said)
        bench.machine.open()
        time.sleep(after)
        bench.machine.cut()
        words = [line for line in bench.machine.said[began:].splitlines() if line.strip()]
        print(f"cut {number} after {after:.0f} s: {words[-1][-100:] if words else 'nothing said yet'}", flush=True)
    began = len(bench.machine.said)
    bench.machine.open()
    try:
        bench.machine.wait_for(GOOD, timeout_s=2400, since=began)
    except AssertionError as error:
        print(f"the terminal did not come back after {times} cuts: {error}", file=sys.stderr)
        return 1
    print(f"after {times} cuts the terminal came back: {bench.machine.grub()}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
