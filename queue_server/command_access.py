"""A hall's ledger for commands that run beside the server: arguments, and one transaction at a time."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from queue_server.codes.signer import Signer
from queue_server.privacy import NoKey, Sealer, key
from queue_server.state_folder import BadState, check_links, give_back
from queue_server.store.database import BadDatabase, Database, sqlite_url
from queue_server.store.hall_key import hall_key


@dataclass(frozen=True)
class LedgerOptions:
    """Which hall and which ledger: folders, and the URL of a database that is not in the state folder."""

    hall: Path
    state: Path
    database: str | None

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> LedgerOptions:
        """What the arguments of `add_arguments` say."""
        return cls(arguments.hall, arguments.state, arguments.database)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that name the hall and its ledger, as for the server itself."""
    parser.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with hall.toml and its neighbours")
    parser.add_argument("--state", type=Path, required=True, metavar="DIR", help="folder in which the server keeps its data")
    parser.add_argument("--database", metavar="URL", help="postgresql://user@host/name instead of DIR/ledger.sqlite")


def database_of(options: LedgerOptions) -> Database:
    """The ledger, with the key that seals the hall's secrets. Raise BadDatabase."""
    return _database(options.state, options.database)


@contextmanager
def beside_server(state: Path, url: str | None) -> Iterator[Database]:
    """The open ledger for a command that runs beside the server, as its user or as root: closed at the end, and what root has
    made is the server's then. Raise BadDatabase, OSError."""
    try:
        check_links(state)
    except BadState as error:
        raise BadDatabase(str(error)) from None
    with _for_its_user():
        state.mkdir(parents=True, exist_ok=True)
    try:
        with _for_its_user():
            database = _database(state, url)
            database.open()
        try:
            yield database
        finally:
            database.close()
    finally:
        give_back(state)


@contextmanager
def _for_its_user() -> Iterator[None]:
    """What is made meanwhile is for its own user alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _database(state: Path, url: str | None) -> Database:
    try:
        sealer = Sealer(key(state))
    except NoKey as error:
        raise BadDatabase(str(error)) from None
    return Database(url or sqlite_url(state), sealer)


@contextmanager
def opened(options: LedgerOptions) -> Iterator[tuple[HallConfig, Database]]:
    """The hall and its ledger, closed at the end. Raise BadHall, BadDatabase, OSError."""
    config = load(options.hall)
    with beside_server(options.state, options.database) as database:
        yield config, database


@contextmanager
def ledger(options: LedgerOptions) -> Iterator[tuple[HallConfig, Connection, Signer]]:
    """The hall, a transaction on its ledger that is committed at the end, and its signer. Raise BadHall or BadDatabase."""
    with opened(options) as (config, database), database.writer.begin() as connection:
        yield config, connection, Signer(hall_key(connection))
