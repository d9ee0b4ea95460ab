"""What many tests need: a private broker, a small hall, a running server, a ledger on either database.

Property tests try the same examples everywhere; with JIAOHAO_SEARCH=1 they try others at every run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, settings

from contract import durable
from contract.texts import LOCALE
from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.postgres import PrivatePostgres
from tests.programs import PrivateBroker, RunningServer
from tests.secure_hall import SecureHall
from tests.small_hall import write_hall

EVERYWHERE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # how long one takes tells how busy it is


def pytest_configure(config: pytest.Config) -> None:
    """Compile catalogues of texts that were changed since the set-up, once and before any program of a test starts."""
    if not hasattr(config, "workerinput"):
        for source in LOCALE.rglob("*.po"):
            compiled = source.with_suffix(".mo")
            if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
                with source.open("rb") as catalogue, durable.replacement(compiled) as file:
                    write_mo(file, read_po(catalogue))


settings.register_profile("the-same-everywhere", EVERYWHERE, derandomize=True)
settings.register_profile("search", EVERYWHERE)
settings.load_profile("search" if os.environ.get("JIAOHAO_SEARCH") else "the-same-everywhere")


@pytest.fixture(autouse=True)
def _umask_as_before() -> Iterator[None]:
    """Programs that a test runs in this process keep what they write for their own user; the next test does not."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def hall_folder(tmp_path: Path) -> Path:
    """A small hall, id testhall: queues household (A), tax (B), enterprise (C); windows 01 to 04; clerks 0101 and 0102."""
    return write_hall(tmp_path / "hall")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[PrivateBroker]:
    """A mosquitto on a free port of loopback; `.address`, `.link()`."""
    broker = PrivateBroker(tmp_path)
    broker.open()
    yield broker
    broker.close()


@pytest.fixture(scope="module")
def secure_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureHall]:
    """A hall whose broker demands certificates, for all tests of a module: `.broker(credentials)`, `.credentials(name)`."""
    hall = SecureHall(tmp_path_factory.mktemp("secure"))
    hall.open()
    yield hall
    hall.close()


@pytest.fixture
def server(tmp_path: Path, hall_folder: Path, broker: PrivateBroker) -> Iterator[RunningServer]:
    """A queue server process for `hall_folder` on `broker`, always open, on SQLite."""
    server = RunningServer(hall_folder, tmp_path / "state", broker.address)
    server.open()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A private PostgreSQL for this test process; `.new_database()`."""
    postgres = PrivatePostgres()
    postgres.open()
    yield postgres
    postgres.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A ledger in which nothing has happened, once of either kind."""
    if request.param == "sqlite":
        return ledger_in(tmp_path)
    url: str = request.getfixturevalue("postgres").new_database()
    return url


@pytest.fixture
def make_bed(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Bed]]:
    """Makes the ledger of the small hall with other rules: `make_bed(rules="recall_limit = 1")`."""
    beds: list[Bed] = []

    def make(*, rules: str = "", hall: str = "", queues: str = "", **options: Any) -> Bed:
        folder = write_hall(tmp_path / f"hall-{len(beds)}", rules=rules, hall=hall, queues=queues)
        beds.append(Bed(folder, database_url, **options).open())
        return beds[-1]

    yield make
    for bed in beds:
        bed.close()


@pytest.fixture
def bed(make_bed: Callable[..., Bed]) -> Bed:
    """The ledger of the small hall on a Monday at nine, with windows 01 to 03 open."""
    bed = make_bed()
    for window in ("01", "02", "03"):
        bed.ok("open-window", window=window, clerk=f"01{window}")
    return bed
