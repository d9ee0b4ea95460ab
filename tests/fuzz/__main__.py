"""`python -m tests.fuzz [--seconds S] [TARGET ...]`: coverage-guided fuzzing by atheris, bounded in time; prints one table.

The reference frames of tests/vectors.json are where it begins. Exit status 1 when a target failed: the bytes that did it are
printed, ready for a test.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import threading
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["drivers", "contract"]):
    from tests.fuzz.targets import TARGETS

VECTORS = Path(__file__).parents[1] / "vectors.json"
LATE_S = 30
"""A target that has not ended so long after its time hangs."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz every reader of bytes from devices.")
    parser.add_argument("target", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=f"one of: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=120, help="for all targets together, at least 1 each (default 120)")
    options = parser.parse_args()
    names = options.target or list(TARGETS)
    each = max(1, options.seconds // len(names))
    failed = [name for name in names if not fuzz(name, each)]
    print(
        f"{len(names)} targets, {each} s each: " + (f"{len(failed)} failed: {', '.join(failed)}" if failed else "none failed")
    )
    return 1 if failed else 0


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one target in a process of its own and print its line; whether it held."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, kept, log = Path(folder, "corpus"), Path(folder, "kept"), Path(folder, "log")
        kept.mkdir()
        _begin(corpus)
        status = _run(name, seconds, corpus, kept, log)
        said = log.read_text(errors="replace")
        culprits = [path.read_bytes() for path in sorted(kept.iterdir())]
    runs, coverage = re.search(r"number_of_executed_units: (\d+)", said), re.findall(r"cov: (\d+)", said)
    count, reached = int(runs[1]) if runs else 0, int(coverage[-1]) if coverage else 0
    held = status == 0 and not culprits and count > 0
    print(f"{name:28} {count:>9,} inputs, {reached:>5} places reached  {'holds' if held else 'FAILS'}", flush=True)
    if not held:
        print("\n".join(f"    bytes.fromhex({culprit.hex()!r})" for culprit in culprits) or "    no input was kept")
        print("\n".join("    " + line for line in said.splitlines()[-25:]))
    return held


def _begin(corpus: Path) -> None:
    """Write the reference frames as the first inputs; their first byte says where a stream is cut."""
    corpus.mkdir()
    frames = [frame for device in json.loads(VECTORS.read_text("utf-8")) for frame in device["frames"]]
    for place, frame in enumerate(frames):
        (corpus / str(place)).write_bytes(b"\x03" + bytes.fromhex(frame["hex"]))


def _run(name: str, seconds: int, corpus: Path, kept: Path, log: Path) -> int:
    """Fork, fuzz, wait; the exit status. libFuzzer ends its process itself, so it needs one of its own."""
    child = os.fork()
    if child == 0:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        options = [
            f"-max_total_time={seconds}",
            "-max_len=600",
            "-timeout=5",
            "-rss_limit_mb=2048",
            f"-artifact_prefix={kept}/",
            "-print_final_stats=1",
            str(corpus),
        ]
        try:
            atheris.Setup([sys.argv[0], *options], TARGETS[name])
            atheris.Fuzz()
        finally:
            os._exit(1)
    alarm = threading.Timer(seconds + LATE_S, os.kill, (child, signal.SIGKILL))
    alarm.start()
    _, status = os.waitpid(child, 0)
    alarm.cancel()
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
