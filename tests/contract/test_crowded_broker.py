"""A broker whose port is crowded by connections that say nothing, with the files and the settings of its unit."""

from __future__ import annotations

import contextlib
import resource
import socket
from collections.abc import Iterator

import pytest

from contract.wire.topics import Topics
from link import Link
from tests.secure_hall import SecureHall

SILENT = 1100
"""More than the files of a program for which nobody has set a limit."""
SOON_S = 45
"""mosquitto hangs up on a silent connection after 90 s; a terminal shall not have to wait for that."""
STRANGER = "127.0.0.2"


@pytest.fixture
def room_for_files() -> Iterator[None]:
    """This process may open some thousand files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * SILENT)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("room_for_files")
def test_a_thousand_connections_that_say_nothing_keep_no_terminal_out(secure_hall: SecureHall) -> None:
    link = Link(broker=secure_hall.broker(secure_hall.credentials("kiosk-1")), topics=Topics("testhall"), client_id="kiosk-1")
    with contextlib.ExitStack() as silent:
        for _ in range(SILENT):
            silent.enter_context(
                socket.create_connection(("127.0.0.1", secure_hall.port), SOON_S, source_address=(STRANGER, 0))
            )
        link.open()
        silent.callback(link.close)
        assert link.connected.wait(SOON_S)
