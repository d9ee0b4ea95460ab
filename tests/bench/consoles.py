"""What a call costs the server while many consoles look on, beside the same with one console in the same run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from math import inf

from link import Link
from tests.bench import stage
from tests.bench.floods import linked
from tests.bench.pages import Staff, open_pages
from tests.bench.report import Row, percentile

MANY = stage.WINDOWS
WAITING = 300
ROUNDS, CALLS = 2, 40
PAUSE_S = 0.3
AIM = 4.0
"""Fifty windows may make a call cost so many times what it costs with one: each has its own answer to look up."""


def rows() -> Iterator[Row]:
    """The processor time of a call with one console and with fifty, then with as many supervisors and walls."""
    with stage.folder() as at, ExitStack() as stack:
        hall, web, for_staff = stage.write_hall(at), stage.free_port(), stage.free_port()
        pages = ("--web", f"127.0.0.1:{web}", "--staff-web", f"127.0.0.1:{for_staff}", "--web-tls", "off", "--example-accounts")
        port = stack.enter_context(stage.broker(at))
        server = stack.enter_context(stage.server(at, hall, port, *pages))
        link = stack.enter_context(linked(port))
        for _ in range(WAITING):
            link.request("issue-ticket", {"queue": "qa", "channel": "web"}).result(60)
        cookies = [_at_window(for_staff, f"{number:02d}") for number in range(1, MANY + 1)]
        kinds = {
            "consoles": (for_staff, [("/console/live", cookie) for cookie in cookies]),
            "supervisors": (for_staff, [("/supervisor/live", cookie) for cookie in cookies]),
            "walls": (web, [("/wall/live", "")] * MANY),
        }
        for kind, (at_port, looked_at) in kinds.items():
            took, cpu = _compared(link, server, at_port, looked_at)
            yield Row(
                f"a call while {MANY} {kind} look on",
                f"cpu {cpu[MANY]:.1f} ms, p50 {percentile(took[MANY], 0.5):.1f}, p99 {percentile(took[MANY], 0.99):.1f} ms",
                f"one: cpu {cpu[1]:.1f} ms, p50 {percentile(took[1], 0.5):.1f}, p99 {percentile(took[1], 0.99):.1f} ms",
                cpu[MANY] / cpu[1],
                f"{AIM:g} times",
                cpu[MANY] <= AIM * cpu[1],
            )


def _at_window(port: int, window: str) -> str:
    staff = Staff(port)
    staff.log_in()
    staff.take_window(window)
    return staff.cookie


def _compared(
    link: Link, server: subprocess.Popen[bytes], port: int, looked_at: list[tuple[str, str]]
) -> tuple[dict[int, list[float]], dict[int, float]]:
    """Milliseconds of each call, and of processor time a call in the best round, with one viewer and with all."""
    took: dict[int, list[float]] = {1: [], len(looked_at): []}
    cpu = dict.fromkeys(took, inf)
    windows = count()
    for _ in range(ROUNDS):
        for viewers in took:
            with open_pages(port, looked_at[:viewers]):
                time.sleep(1)
                before = stage.cpu_s(server)
                for _ in range(CALLS):
                    window = f"{next(windows) % stage.WINDOWS + 1:02d}"
                    begun = time.perf_counter()
                    link.request("call-next", {"window": window}).result(60)
                    took[viewers].append((time.perf_counter() - begun) * 1000)
                    link.request("no-show", {"window": window}).result(60)
                    time.sleep(PAUSE_S)
                cpu[viewers] = min(cpu[viewers], (stage.cpu_s(server) - before) * 1000 / CALLS)
    return took, cpu
