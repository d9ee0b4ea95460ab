"""A private PostgreSQL 15 for tests: its own folder, loopback only, gone with the test run."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from queue_server.store.database import Database
from tests.ports import free_port

BIN = Path("/usr/lib/postgresql/15/bin")
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=127.0.0.1", "max_connections=60")


class PrivatePostgres:
    """One cluster. `new_database` gives the URL of an empty database."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jiaohao-pg-"))
        self.port = free_port()
        self._numbers = itertools.count()
        self._migrated = False
        self._as = _user()
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Make the cluster and start it."""
        if self._as:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        data = str(self.folder / "data")
        initdb = [
            str(BIN / "initdb"),
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run([*self._as, *initdb], check=True, capture_output=True, cwd="/")
        options = [
            part for option in (*FAST, f"port={self.port}", f"unix_socket_directories={self.folder}") for part in ("-c", option)
        ]
        self._process = subprocess.Popen(
            [*self._as, str(BIN / "postgres"), "-D", data, *options], stderr=subprocess.DEVNULL, cwd="/"
        )
        deadline = time.monotonic() + 240
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=1).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def close(self) -> None:
        """Stop it and remove its folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once: nobody needs its data any more
            self._process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It hangs: its machine takes connections and confirms what is sent, and nothing is answered."""
        assert self._process is not None
        first = self._process.pid
        self._process.send_signal(signal.SIGSTOP)
        children = [int(pid) for pid in Path(f"/proc/{first}/task/{first}/children").read_text().split()]
        for pid in children:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (*children, first):
                os.kill(pid, signal.SIGCONT)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of a database of its own for one test, with the ledger's tables."""
        if not self._migrated:
            ledger = Database(self._create("migrated", "template0"))
            ledger.open()
            ledger.close()
            self._migrated = True
        return self._create(f"test_{next(self._numbers)}", "migrated")

    def empty_database(self) -> str:
        """The URL of a database without any tables."""
        return self._create(f"empty_{next(self._numbers)}", "template0")

    def _create(self, name: str, template: str) -> str:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)


def _user() -> list[str]:
    """PostgreSQL refuses to run as root: the words that make it the user postgres."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
