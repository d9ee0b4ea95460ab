"""`jiaohao-appliance`: what the units of a terminal's image run."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from appliance.boot.place import Place
from appliance.run import run
from appliance.trouble import ApplianceError

KEPT_CLOCK = Path("/var/lib/systemd/timesync/clock")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="jiaohao-appliance", description="What a terminal made from the image does to itself. Run by its units, as root."
    )
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    for name, do, text in (
        ("set-up", set_up, "make name, network and time zone out of the file on the boot partition"),
        ("join", join, "enrol once, fetch the hall's configuration, start the terminal's programs"),
        ("judge", judge, "mark the running system as good once its screen is there, or go back to the one before"),
        ("update", update, "install the bundle that was asked for, and start again"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="the machine's root (for tests)")
        command.set_defaults(do=do)
    return result


def set_up(place: Place) -> bool:
    from appliance.boot.set_up import set_up as do

    do(place)
    return True


def join(place: Place) -> bool:
    from appliance.boot.join import MachineControls
    from appliance.boot.join import join as do

    do(place, MachineControls(say=_say, set_clock=set_clock, start=lambda unit: _systemctl("start", "--no-block", unit)))
    return True


def judge(place: Place) -> bool:
    from appliance.boot import slots
    from appliance.boot.judge import Bench, active
    from appliance.boot.judge import judge as do

    bench = Bench(lambda: slots.slots(place), active, slots.mark_good, slots.stay_here, lambda: _systemctl("reboot"))
    do(place, bench)
    return True


def update(place: Place) -> bool:
    from appliance.boot import slots
    from appliance.boot.update import Installer
    from appliance.boot.update import update as do

    return do(place, Installer(slots.signed_version, slots.install, lambda: _systemctl("reboot")))


def _say(terminal: str, text: str, trouble: bool) -> None:
    from appliance.boot.notice import BootNotice, show

    headline = ("已启动", "Running") if text else ("正在启动……", "Starting ...")
    if trouble:
        headline = ("本终端暂时无法启动，请联系技术人员", "This terminal cannot start yet; call the technician")
    show(BootNotice(terminal, headline, text, trouble))


def set_clock(now: datetime, kept: Path = KEPT_CLOCK) -> None:
    """Set the clock, and `kept`, which systemd-timesyncd keeps of it: a clock behind that is set forward at the next start."""
    time.clock_settime(time.CLOCK_REALTIME, now.timestamp())
    with contextlib.suppress(FileNotFoundError):
        os.utime(kept)
    subprocess.run(["hwclock", "--systohc", "--utc"], check=False)


def _systemctl(*words: str) -> None:
    run("systemctl", *words)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; exit status 1 when it could not be done."""
    options = parser().parse_args(argv)
    logging.basicConfig(level="INFO", format="jiaohao: %(message)s")
    place = Place(options.root)
    try:
        return 0 if options.do(place) else 1
    except (ApplianceError, OSError) as error:
        logging.error("%s", error)
        if options.do is not update:
            _say("", str(error), True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
