"""`jiaohao-tech`: disks, flashing, inspecting, images."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance import terminal_file as terminals
from appliance.image import build_command as images
from appliance.image.disks import disks
from appliance.image.write import flash, inspect, personalise
from appliance.terminal_file import ROLES, TerminalFile, fleet
from appliance.trouble import ApplianceError


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="jiaohao-tech", description="Build terminal images, write disks, name terminals.")
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("disks", help="list the disks of this machine")
    listing.set_defaults(do=list_disks)
    write = commands.add_parser("flash", help="write an image to a disk or file, and name the terminal")
    write.add_argument("image", type=Path, help="image (.img or .img.zst) with its .bmap beside it")
    write.add_argument("target", help="a removable disk such as /dev/sdb, or a file")
    write.add_argument("--built-in", action="store_true", help="the target is not removable, and it is meant all the same")
    data = write.add_mutually_exclusive_group()
    data.add_argument("--keep-data", action="store_true", help="write the system only: ledger, keys and certificates stay")
    data.add_argument("--erase", action="store_true", help="the target is a server's disk, and its data may go")
    _terminal_options(write)
    write.set_defaults(do=write_disk)
    name = commands.add_parser("name", help="name the terminal on a disk or file that is written already")
    name.add_argument("target")
    _terminal_options(name)
    name.set_defaults(do=name_disk)
    look = commands.add_parser("inspect", help="tell what a disk or file is")
    look.add_argument("target")
    look.set_defaults(do=look_at)
    images.add(commands)
    return result


def _terminal_options(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("the terminal", "either these, or one line of a fleet file")
    group.add_argument("--terminal", metavar="ID", help="for example kiosk-1")
    group.add_argument("--role", choices=ROLES)
    group.add_argument("--hall", metavar="ID", help="for example wushan")
    group.add_argument(
        "--broker", metavar="HOST:PORT", help="by TLS; mqtt://HOST:PORT for a broker without it, which anybody can listen to"
    )
    group.add_argument("--web", default="", metavar="URL", help="where the server's web pages are")
    group.add_argument("--address", default="", metavar="CIDR", help="fixed address such as 10.0.3.7/24; left out: DHCP")
    group.add_argument("--gateway", default="")
    group.add_argument("--dns", default="")
    group.add_argument("--time-zone", default="Asia/Shanghai")
    group.add_argument("--token", default="", help="one-time token of `jiaohao-server enrol new`")
    group.add_argument(
        "--hall-files", type=Path, metavar="DIR", help="for a server: the hall's folder, such as assets/halls/wushan"
    )
    group.add_argument(
        "--fleet", type=Path, metavar="CSV", help=f"columns {', '.join(terminals.COLUMNS)}; --terminal picks the line"
    )


def terminal_of(options: argparse.Namespace) -> TerminalFile | None:
    """The terminal that the options name, None when they name none. Raise ApplianceError."""
    if options.fleet is not None:
        known = {terminal.terminal: terminal for terminal in fleet(options.fleet)}
        if options.terminal not in known:
            raise ApplianceError(f"give --terminal with one of {', '.join(known)}")
        return known[options.terminal]
    if options.terminal is None:
        return None
    missing = [name for name in ("role", "hall", "broker") if getattr(options, name) is None]
    if missing:
        raise ApplianceError(f"--{missing[0]} is missing; a terminal needs --role, --hall and --broker")
    return TerminalFile(**{name: getattr(options, name) for name in terminals.COLUMNS}).check().with_tls()


def list_disks(_options: argparse.Namespace) -> None:
    for disk in disks():
        print(disk.label)


def write_disk(options: argparse.Namespace) -> None:
    terminal = terminal_of(options)
    flash(options.image, options.target, built_in=options.built_in, keep_data=options.keep_data, erase=options.erase)
    if terminal is not None:
        _personalise(options, terminal)
        print(f"{options.target} is {terminal.terminal} ({terminal.role}) of {terminal.hall}")


def name_disk(options: argparse.Namespace) -> None:
    terminal = terminal_of(options)
    if terminal is None:
        raise ApplianceError("give --terminal with --role, --hall and --broker, or --fleet with --terminal")
    _personalise(options, terminal)
    print(f"{options.target} is {terminal.terminal} ({terminal.role}) of {terminal.hall}")


def _personalise(options: argparse.Namespace, terminal: TerminalFile) -> None:
    personalise(options.target, terminal, options.hall_files)
    if terminal.is_open:
        print(
            f"jiaohao-tech: {terminal.terminal} reaches {terminal.broker} without TLS: anybody in the network can read it and "
            "speak in its name; use mqtts:// and a token outside of a test",
            file=sys.stderr,
        )


def look_at(options: argparse.Namespace) -> None:
    print(json.dumps(inspect(options.target), ensure_ascii=False, indent=2))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; exit status 1 when it cannot be done."""
    options = parser().parse_args(argv)
    try:
        options.do(options)
    except ApplianceError as trouble:
        print(f"jiaohao-tech: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("jiaohao-tech: interrupted; a disk that was being written must be written again", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
