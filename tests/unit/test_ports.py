"""Ports for tests: nobody else is given one, also among processes that take many at the same time."""

from __future__ import annotations

import socket
import subprocess
import sys

from tests.ports import CHOSEN_BY_THE_KERNEL, free_port

MANY = "from tests.ports import free_port; print(*(free_port() for _ in range(200)), flush=True); input()"


def test_processes_that_take_many_ports_are_never_given_the_same_one():
    command = [sys.executable, "-c", MANY]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    ports = [free_port() for _ in range(200)]
    for other in others:
        assert other.stdout is not None
        ports += map(int, other.stdout.readline().split())
    for other in others:
        other.communicate("\n")
    assert len(set(ports)) == len(ports) == 600


def test_no_connection_and_no_server_that_lets_the_kernel_choose_gets_the_port_of_a_test():
    lowest = int(CHOSEN_BY_THE_KERNEL.read_text().split()[0])
    assert all(free_port() < lowest for _ in range(50))


def test_a_port_that_somebody_listens_on_is_given_to_nobody():
    with socket.create_server(("127.0.0.1", free_port())) as server:
        taken = server.getsockname()[1]
        code = f"from tests import ports; assert not ports._is_free({taken}); print('seen')"
        seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert seen.stdout == "seen\n", seen.stderr
