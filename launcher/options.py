"""The command line of `jiaohao-hall`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jiaohao-hall", description="Start a whole hall on this machine; Ctrl-C ends it.")
    parser.add_argument("--hall", type=Path, default=PROJECT / "assets/halls/wushan", help="folder of the hall's configuration")
    parser.add_argument("--state", type=Path, help="folder for ledger, logs and papers (default .state/<hall>)")
    parser.add_argument("--web-port", type=int, help="port of the web pages (default that of the last time, or 8080)")
    parser.add_argument(
        "--faces-port",
        type=int,
        help="port of the page that shows the touch programs (default that of the last time, or 6080)",
    )
    parser.add_argument("--no-crowd", action="store_true", help="do not play citizens and clerks")
    parser.add_argument("--citizens-per-hour", type=int, default=90, help="how lively the played crowd is (default 90)")
    parser.add_argument(
        "--leave-windows", default="03", help="windows, each with its first queue, that the crowd leaves to you (default 03)"
    )
    parser.add_argument(
        "--phones", action="store_true", help="let phones of the same network open the code on a ticket: public pages only"
    )
    return parser


@dataclass(frozen=True)
class LauncherOptions:
    """What the command line asks for; `state` is the folder for ledger, logs and papers."""

    hall: Path
    state: Path | None
    web_port: int | None
    screens_port: int | None
    crowd: bool
    citizens_per_hour: int
    leave_windows: str
    phones: bool

    @classmethod
    def parse(cls, argv: Sequence[str] | None) -> LauncherOptions:
        """Read the command line; argparse ends the program for one that it does not understand."""
        given = arguments().parse_args(argv)
        return cls(
            hall=given.hall.resolve(),
            state=given.state,
            web_port=given.web_port,
            screens_port=given.faces_port,
            crowd=not given.no_crowd,
            citizens_per_hour=given.citizens_per_hour,
            leave_windows=given.leave_windows,
            phones=given.phones,
        )
