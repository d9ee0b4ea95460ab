"""What several journeys begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.emulators.escpos import EscPosEmulator
from drivers.emulators.serve import TcpServer


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[EscPosEmulator]:
    """A ticket printer at `address`; what it prints goes to the folder `papers`."""
    emulator = EscPosEmulator(name="printer-1", out=tmp_path / "papers")
    server = TcpServer(emulator)
    server.open()
    emulator.address = server.address  # type: ignore[attr-defined]
    yield emulator
    server.close()
