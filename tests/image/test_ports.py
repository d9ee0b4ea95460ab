"""What a running terminal answers to from the network: every TCP port, and the UDP ports that appliances often leave open."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from appliance.terminal_file import TerminalFile
from tests.image.bench import newest
from tests.image.machine import Machine

pytestmark = [pytest.mark.timeout(7200), pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a network device")]
TAP, HOST, GUEST = "jiaohao-tap", "10.77.0.1", "10.77.0.2"
LISTED: set[int] = set()
"""What a terminal offers to the network: nothing."""
UDP = (53, 67, 68, 69, 111, 123, 137, 161, 323, 500, 514, 546, 631, 1900, 5353, 5355)
AT_ONCE = 400
PATIENCE_S = 4.0


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A terminal with a fixed address on a wire of its own. Its server does not answer: it is there all the same."""
    machine = Machine(tmp_path_factory.mktemp("ports"))
    terminal = TerminalFile("screen-1", "screen", "testhall", f"{HOST}:1883", f"http://{HOST}:8080")
    machine.write(newest("jiaohao-kiosk-*.img.zst"), replace(terminal, address=f"{GUEST}/24", gateway=HOST))
    for words in (("tuntap", "add", TAP, "mode", "tap"), ("addr", "add", f"{HOST}/24", "dev", TAP), ("link", "set", TAP, "up")):
        subprocess.run(["ip", *words], check=True)
    try:
        machine.open(network=f"tap,id=hall,ifname={TAP},script=no,downscript=no")
        machine.wait_for("gives no configuration")
        yield machine
    finally:
        machine.cut()
        subprocess.run(["ip", "link", "del", TAP], check=True)


def test_a_terminal_answers_on_no_port_that_is_not_listed(machine: Machine) -> None:
    answers = asyncio.run(scan(GUEST))
    assert list(answers.values()).count("refused") > 65000, "the terminal is not there"
    assert {port for port, answer in answers.items() if answer == "open"} == LISTED


def test_the_udp_ports_of_common_services_are_closed(machine: Machine) -> None:
    assert [port for port in UDP if not closed(port)] == []


async def scan(host: str) -> dict[int, str]:
    """Port → open, refused or silent, for every TCP port."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def look(port: int) -> tuple[int, str]:
        async with limit:
            for _ in range(3):
                try:
                    _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), PATIENCE_S)
                except ConnectionRefusedError:
                    return port, "refused"
                except (TimeoutError, OSError):
                    continue
                writer.close()
                return port, "open"
            return port, "silent"

    return dict(await asyncio.gather(*(look(port) for port in range(1, 65536))))


def closed(port: int) -> bool:
    """Whether the machine says that nobody listens on a UDP port; it says so about once a second."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.connect((GUEST, port))
        sock.settimeout(2)
        for _ in range(10):
            try:
                sock.send(b"\0" * 8)
                sock.recv(64)
                return False
            except ConnectionRefusedError:
                return True
            except TimeoutError:
                continue
        return False
