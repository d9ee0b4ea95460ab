"""Verify the logs: `jiaohao-server audit --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from queue_server.logs.hash_chain import EVENTS, WEB_ACTIONS, ChainedLog
from queue_server.logs.verify import Verdict, verify
from queue_server.privacy import KEY_NAME, NoKey, Sealer, key
from queue_server.store.database import BadDatabase, Database, sqlite_url

RESTORE = "restore the ledger from a backup and compare"


def main(words: list[str]) -> int:
    """`jiaohao-server audit verify`; the exit code: 0 all well, 1 a broken row, 2 the log cannot be read."""
    parser = argparse.ArgumentParser(prog="jiaohao-server audit", description="Prove that the logs are as they were written.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("verify", help="check every row of both logs and name the first broken row of each")
    check.add_argument("--state", type=Path, metavar="DIR", help="the queue server's data, and the key of the logs")
    check.add_argument("--database", metavar="URL", help="postgresql://user@host/name instead of DIR/ledger.sqlite")
    check.add_argument("--expect", default="", metavar="HASH", help="a hash that an earlier run printed; it must be there")
    options = parser.parse_args(words)
    if not options.database and not (options.state and (options.state / "ledger.sqlite").exists()):
        where = f"there is no ledger in {options.state}" if options.state else "where is the ledger?"
        print(f"jiaohao-server: {where}; give --state DIR or --database URL", file=sys.stderr)
        return 2
    try:
        database = Database(options.database or sqlite_url(options.state), _sealer(options.state))
        database.open()
        with database.look() as connection:
            verdicts = [(log, verify(connection, log, options.expect.lower())) for log in (EVENTS, WEB_ACTIONS)]
    except (BadDatabase, NoKey) as error:
        print(f"jiaohao-server: {error}", file=sys.stderr)
        return 2
    database.close()
    return _report(verdicts, options.expect)


def _sealer(state: Path | None) -> Sealer | None:
    """What opens the hall's key, from which that of the logs is made; none where the state folder has no key. Raise NoKey."""
    return Sealer(key(state)) if state is not None and (state / KEY_NAME).exists() else None


def _report(verdicts: Sequence[tuple[ChainedLog, Verdict]], expect: str) -> int:
    for log, verdict in verdicts:
        if verdict.broken is None:
            before = f" ({verdict.older} older ones have no hash)" if verdict.older else ""
            print(f"{verdict.rows} {log.row}s in {verdict.chains} chains are as they were written{before}")
            print(f"the log of {log.row}s ends at {verdict.end}")
        else:
            print(f"BROKEN at {log.row} {verdict.broken}: {verdict.why}\n{verdict.rows} {log.row}s were read; {RESTORE}")
    well = all(verdict.broken is None for _, verdict in verdicts)
    if well and expect and not any(verdict.found for _, verdict in verdicts):
        print(f"BROKEN at the end of a log: rows are missing, the expected hash is in none of them; {RESTORE}")
        return 1
    return 0 if well else 1
