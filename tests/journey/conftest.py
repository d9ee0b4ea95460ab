"""What several journeys begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from drivers.emulators.escpos import EscPosEmulator
from drivers.emulators.serve import TcpServer
from tests.small_hall import NOON, write_hall

expect.set_options(timeout=60_000)


@pytest.fixture
def hall_folder(tmp_path: Path) -> Path:
    """The small hall, in which it is noon."""
    return write_hall(tmp_path / "hall", hall=f'time_zone = "{NOON}"')


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[EscPosEmulator]:
    """A ticket printer at `address`; what it prints goes to the folder `papers`."""
    emulator = EscPosEmulator(name="printer-1", out=tmp_path / "papers")
    server = TcpServer(emulator)
    server.open()
    emulator.address = server.address  # type: ignore[attr-defined]
    yield emulator
    server.close()
