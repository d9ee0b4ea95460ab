"""`jiaohao-server backup` and `jiaohao-server restore`."""

from __future__ import annotations

import argparse
import getpass
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from contract.configuration.hall_files import BadHall, load
from queue_server.backup import kept_key
from queue_server.backup.kept_key import BadPassphrase
from queue_server.backup.make import BackupBusy, BackupSource, make, thin_out
from queue_server.backup.restore import NotRestored, Restored, RestoreTarget, newest, restore
from queue_server.backup.sealed_file import NotOpened, PassphraseKey
from queue_server.backup.snapshot import NotWhole
from queue_server.command_access import add_arguments, beside_server
from queue_server.privacy import NoKey, key
from queue_server.state_folder import give_back
from queue_server.store.database import ERRORS, BadDatabase

TROUBLES = (
    BackupBusy,
    BadHall,
    BadDatabase,
    BadPassphrase,
    NoKey,
    NotOpened,
    NotRestored,
    NotWhole,
    OSError,
    sqlite3.Error,
    *ERRORS,
)


def backup(words: list[str]) -> int:
    """Make a backup of a hall, which may be at work; the exit code."""
    parser = argparse.ArgumentParser(
        prog="jiaohao-server backup",
        description="Copy the hall, which may be at work, into one sealed file: ledger, keys, certificate authority, accounts, "
        "items and configuration. The file is opened again before it counts. Keep the passphrase somewhere else.",
    )
    add_arguments(parser)
    parser.add_argument("--to", type=Path, metavar="DIR", help="where the file goes (default: folder of [backup] in hall.toml)")
    _passphrase_argument(parser, "default: the one that was set before, else it is asked for")
    parser.add_argument(
        "--set-passphrase", action="store_true", help="make nothing: the server seals its own backups with it from now on"
    )
    options = parser.parse_args(words)
    return _reported(lambda: _backup(options))


def restore_hall(words: list[str]) -> int:
    """Put a hall back from a backup; the exit code."""
    parser = argparse.ArgumentParser(
        prog="jiaohao-server restore",
        description="Put a hall back from a backup on a machine that has no ledger yet. Then run `jiaohao-server "
        "broker-config` and start the server; terminals go on with their certificates.",
    )
    add_arguments(parser)
    parser.add_argument("--from", dest="source", type=Path, required=True, metavar="FILE", help="one or a folder")
    _passphrase_argument(parser, "else it is asked for")
    options = parser.parse_args(words)
    return _reported(lambda: _restore(options))


def said(done: Restored) -> str:
    """What whoever restores a hall must know, in the time of the hall."""
    hall = "the configuration that was there stays" if done.own_hall else "its configuration was put back"
    when, day = f"{done.made_at:%Y-%m-%d %H:%M}", done.day
    return (
        f"hall {done.about.hall} is as it was at {when}, with {done.about.tickets} tickets; {hall}\n"
        f"what happened later is not there: people with a number of {day} need a new one, terminals revoked later must "
        f"be revoked again, passwords that were changed later changed again. Numbers of {day} go on from "
        f"{done.first + 1}, such as A{done.first + 1}: none that was given is given again"
    )


def _backup(options: argparse.Namespace) -> None:
    config = load(options.hall)
    if options.set_passphrase:
        kept_key.keep(options.state, _passphrase(options, twice=True))
        print("the passphrase holds from the next backup on")
        return
    folder = options.to or (Path(config.backup.folder) if config.backup else None)
    if folder is None:
        raise NotOpened("say with --to where the backup goes, or write a folder under [backup] in hall.toml")
    if not folder.is_dir():
        raise NotOpened(f"there is no folder {folder}; put in the disk or the share, or make the folder, and try again")
    given = options.passphrase_file is not None
    sealing = None if given else kept_key.kept(options.state)
    sealing = sealing or PassphraseKey.of(kept_key.checked(_passphrase(options, twice=True)))
    with beside_server(options.state, options.database) as database:
        source = BackupSource(config.hall.id, options.hall, options.state, key(options.state), database)
        made = make(source, sealing, folder, datetime.now(UTC))
    over = thin_out(folder, config.hall.id, config.backup.keep) if config.backup and options.to is None else 0
    gone = f"; {over} older ones are gone" if over else ""
    print(f"{made} ({made.stat().st_size / 1e6:.1f} MB) was written and read again{gone}")


def _restore(options: argparse.Namespace) -> None:
    source: Path = newest(options.source) if options.source.is_dir() else options.source
    target = RestoreTarget(options.hall, options.state, options.database)
    done = restore(source, _passphrase(options, twice=False), target, datetime.now(UTC))
    give_back(options.state)
    print(said(done))


def _passphrase_argument(parser: argparse.ArgumentParser, otherwise: str) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help=f"file with the passphrase ({otherwise})")


def _passphrase(options: argparse.Namespace, *, twice: bool) -> str:
    if options.passphrase_file is not None:
        return str(options.passphrase_file.read_text(encoding="utf-8").strip())
    if not sys.stdin.isatty():
        raise BadPassphrase("nobody can be asked for the passphrase here; give --passphrase-file FILE")
    passphrase = getpass.getpass("passphrase of the backups: ")
    if twice and getpass.getpass("once more: ") != passphrase:
        raise BadPassphrase("the two were not the same; try again")
    return passphrase.strip()


def _reported(do: Callable[[], None]) -> int:
    try:
        do()
    except TROUBLES as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)
        return 1
    return 0
