"""Renders every screen to PNG, for people to look at: `python -m tests.screenshots [--out DIR] [--only TEXT]`."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import tests.screens


def main() -> int:
    """Render all, or those whose name has the text of --only."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"), metavar="DIR")
    parser.add_argument("--only", default="", metavar="TEXT", help="only pictures with this in their name")
    args = parser.parse_args()
    if "DISPLAY" not in os.environ and shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 1920x1920x24", sys.executable, "-m", "tests.screenshots", *sys.argv[1:]]
        return subprocess.call(command)
    count = 0
    for module in sorted(found.name for found in pkgutil.iter_modules(tests.screens.__path__)):
        shots = getattr(importlib.import_module(f"tests.screens.{module}"), "shots", list)
        for shot in shots():
            if args.only in shot.name:
                path = args.out / f"{shot.name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                shot.draw(path)
                count += 1
    print(f"{count} pictures in {args.out}")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
