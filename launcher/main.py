"""`jiaohao-hall`: the whole example hall on this machine, until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from contract.configuration.hall_files import BadHall, load
from launcher.broker import NotStarted
from launcher.options import LauncherOptions
from launcher.told import log_in, say
from launcher.whole_hall import WholeHall

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CLOSING_S = 30.0
"""So long at most a hall may take to close before the next start with its state gives up."""


def main(argv: Sequence[str] | None = None) -> int:
    """Start the hall, print its addresses, stay until Ctrl-C; exit status 1 when a part does not come up."""
    options = LauncherOptions.parse(argv)
    os.umask(0o077)  # what it keeps is for its own user, however it was started
    try:
        config = load(options.hall)
    except BadHall as error:
        print(f"{options.hall} is no hall: {error}. Give a folder such as assets/halls/wushan with --hall.", file=sys.stderr)
        return 2
    for number in ENDINGS:
        signal.signal(number, lambda *_: sys.exit(0))
    print(f"{config.hall.name.zh} · {config.hall.name.en}", flush=True)
    hall = WholeHall(options, config)
    try:
        with only_hall(hall.state):
            _run(hall)
    except NotStarted as error:
        print(f"The hall could not be started: {error}", file=sys.stderr)
        return 1
    return 0


def _run(hall: WholeHall) -> None:
    """Until somebody ends it, be it in the middle of its start."""
    try:
        hall.start()
        print(f"\nThe hall is open. Ctrl-C closes it.\n{hall.addresses()}")
        print(log_in(f"http://127.0.0.1:{hall.web_port}"), flush=True)
        hall.watch()
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        print("closing…", flush=True)
        hall.stop()


@contextmanager
def only_hall(state: Path, patience_s: float = CLOSING_S) -> Iterator[None]:
    """Hold the state folder for one hall. One that is just closing is waited for; NotStarted when another one goes on."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "hall.lock").open("a") as lock:
        deadline = time.monotonic() + patience_s
        told = False
        while not _held(lock.fileno()):
            if time.monotonic() > deadline:
                raise NotStarted(f"a hall runs already with {state}. Close it, or give this one its own folder with --state")
            if not told:
                told = True
                say(f"another hall uses {state}: waiting until it is closed")
            time.sleep(0.1)
        yield


def _held(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
