"""Renders every screen to PNG, for people to look at: `python -m tests.screenshots [--out DIR] [--only TEXT] [--modes WORDS]`.

Every mode (a program in one language, type size and orientation; all web pages) has a process of its own, so that none
grows large and they can run beside one another. The same code gives the same pictures.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

MODULES = ("callscreen", "hall", "paper", "rating", "technician", "web")
"""Those of tests.screens that have pictures."""

MOST_MB = 1500
"""So much memory a process may take."""


@dataclass(frozen=True)
class Drawn:
    """What a process has done."""

    pictures: int
    seconds: float
    megabytes: int


def main() -> int:
    """Render all, or those that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"), metavar="DIR")
    parser.add_argument("--only", default="", metavar="TEXT", help="only pictures with this in their name")
    parser.add_argument("--modes", default="", metavar="WORDS", help="only modes with all these in their name: 'hall zh-elder'")
    parser.add_argument(
        "--at-once", type=int, default=1, metavar="N", help="how many modes are rendered at once; 1 unless told"
    )
    args = parser.parse_args()
    if "DISPLAY" not in os.environ and shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 1920x1920x24", sys.executable, "-m", "tests.screenshots", *sys.argv[1:]]
        return subprocess.call(command)
    os.environ["PYTHONHASHSEED"] = "0"
    wanted = [(module, mode) for module, mode in every_mode() if may_have(mode, args.only, args.modes.split())]
    begun = time.monotonic()
    # a process is never used twice: what one mode took is given back whole
    with ProcessPoolExecutor(args.at_once, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        doing = [(mode, pool.submit(draw, module, mode, args.only, args.out)) for module, mode in wanted]
        done = [told(mode, future) for mode, future in doing]
    count = sum(drawn.pictures for drawn in done if drawn)
    print(f"{count} pictures in {args.out}, {time.monotonic() - begun:.0f} s")
    return 0 if count and all(done) and all(drawn.megabytes <= MOST_MB for drawn in done if drawn) else 1


def every_mode() -> Iterator[tuple[str, str]]:
    """Every mode, with the module that renders it."""
    for module in MODULES:
        yield from ((module, mode) for mode in importlib.import_module(f"tests.screens.{module}").modes())


def may_have(mode: str, only: str, words: list[str]) -> bool:
    """Whether a mode is asked for and can have pictures with `only` in their name, which is the mode, a slash and the rest."""
    return only.rpartition("/")[0] in mode and all(word in mode for word in words)


def draw(module: str, mode: str, only: str, out: Path) -> Drawn:
    """Render one mode; runs in its own process."""
    begun, count = time.monotonic(), 0
    for shot in importlib.import_module(f"tests.screens.{module}").shots(mode):
        if only in shot.name:
            path = out / f"{shot.name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            shot.draw(path)
            count += 1
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Drawn(count, time.monotonic() - begun, most // 1024)


def told(mode: str, future: Future[Drawn]) -> Drawn | None:
    """Print what became of a mode; None when it broke."""
    name = mode.replace("/", " ")
    try:
        drawn = future.result()
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return None
    if drawn.pictures:
        much = f", more than {MOST_MB} MB" if drawn.megabytes > MOST_MB else ""
        print(f"{name}: {drawn.pictures} pictures, {drawn.seconds:.0f} s, {drawn.megabytes} MB{much}", flush=True)
    return drawn


if __name__ == "__main__":
    sys.exit(main())
