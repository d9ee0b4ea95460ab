"""`python -m tests.bench [NAME ...]`: run the benchmarks and print one table. Names: see `--help`."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from importlib.util import find_spec

from tests.bench.report import Row, table

NAMES = (
    "estimate",
    "statements",
    "requests",
    "long_lines",
    "viewers",
    "consoles",
    "calling",
    "kiosk",
    "scanning",
    "displays",
    "search",
    "floods",
)
"""The benchmarks in the order of the table; a module of this package each, with `rows() -> Iterator[Row]`."""


def main() -> int:
    here = [name for name in NAMES if find_spec(f"tests.bench.{name}")]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure, and print one table.")
    parser.add_argument("name", nargs="*", choices=[*here, []], help=f"which ones (default all): {', '.join(here)}")
    names = parser.parse_args().name or here
    rows: list[Row] = []
    for name in names:
        begun = time.monotonic()
        print(f"{name} ...", end=" ", flush=True, file=sys.stderr)
        try:
            rows += importlib.import_module(f"tests.bench.{name}").rows()
        except Exception as error:  # the others are still worth measuring
            rows.append(Row(name, f"not measured: {type(error).__name__}: {error}"[:200], met=False))
        print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
