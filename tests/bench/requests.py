"""issue-ticket and call-next over MQTT beside a bare echo responder on the same broker, then with a million old tickets.

Every cell is a closed loop of clients in processes of their own. call-next is asked in turn with no-show, so that the window
is free again; its latency is that of call-next alone, its rate counts both requests, as both are work of the server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import ledger, stage
from tests.bench.report import Row, percentile

CELL_S = 3.0
CLIENTS = (1, 8, 32)
PROCESSES = 2
PEERS = {"issue": (326, 456), "call": (87, 133)}
"""The best operations a second of any peer with 1 and with 8 clients, measured on 2 cores of the same kind."""
AIM_OF_ECHO, AIM_OF_PEERS, AIM_P99_MS, AIM_OF_YOUNG = 0.5, 4, 20, 0.9


@dataclass
class Cell:
    """What all processes of one cell measured together."""

    rate: float
    measured_rate: float
    p50: float
    p99: float
    cpu_ms: float
    tickets: list[str]
    errors: dict[str, int]

    def __str__(self) -> str:
        return f"{self.rate:.0f}/s, p50 {self.p50:.1f}, p99 {self.p99:.1f}, cpu {self.cpu_ms:.2f} ms"


def rows() -> Iterator[Row]:
    """The young ledger, then the old one."""
    with stage.folder() as at:
        hall = stage.write_hall(at)
        young, echoes = {}, {}
        with stage.broker(at) as port, echo(at, port) as echoing:
            with stage.server(at, hall, port) as server:
                cell(port, 4, "issue", server, 1.0)
                for clients in CLIENTS:
                    echoes[clients] = cell(port, clients, "echo", echoing)
                    young["issue", clients] = cell(port, clients, "issue", server)
                for clients in CLIENTS:
                    young["call", clients] = cell(port, clients, "call", server)
            yield from _young_rows(young, echoes)
            seconds = ledger.grow_old(at / "ledger.sqlite")
            with stage.server(at, hall, port) as server:
                cell(port, 4, "issue", server, 1.0)
                for plan in ("issue", "call"):
                    old = cell(port, 8, plan, server)
                    before = young[plan, 8]
                    yield Row(
                        f"{plan}, 8 clients, a million old tickets",
                        str(old),
                        f"young {before}",
                        old.rate / before.rate,
                        f"{AIM_OF_YOUNG} of young",
                        old.rate >= AIM_OF_YOUNG * before.rate,
                    )
        yield Row("a million old tickets written", f"{seconds:.0f} s")


def _young_rows(young: dict[tuple[str, int], Cell], echoes: dict[int, Cell]) -> Iterator[Row]:
    for (plan, clients), cell_ in young.items():
        beside = echoes[clients]
        ratio = cell_.rate / beside.rate
        met = ratio >= AIM_OF_ECHO and cell_.p99 < AIM_P99_MS
        aim = f"{AIM_OF_ECHO} of echo, p99 {AIM_P99_MS} ms"
        yield Row(f"{plan}, {clients} clients", str(cell_), f"echo {beside}", ratio, aim, met)
        if clients in (1, 8):
            peer = PEERS[plan][clients == 8]
            ratio = cell_.measured_rate / peer
            what = f"{plan}, {clients} clients, beside the best peer"
            yield Row(
                what, f"{cell_.measured_rate:.0f}/s", f"peer {peer}/s", ratio, f"{AIM_OF_PEERS} times", ratio >= AIM_OF_PEERS
            )
    for plan, what in (("issue", "numbers issued"), ("call", "tickets called")):
        got = [ticket for (kind, _), cell_ in young.items() if kind == plan for ticket in cell_.tickets]
        twice = len(got) - len(set(got))
        yield Row(f"{what}: twice", f"{twice} of {len(got)}", aim="0", met=twice == 0 and len(got) > 0)
    errors = {code: n for cell_ in young.values() for code, n in cell_.errors.items()}
    yield Row("requests refused", str(errors or 0), aim="0", met=not errors)


def echo(at: Path, port: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """The responder to compare with."""
    return stage.process([sys.executable, "-m", "tests.bench.echo", str(port)], at / "echo.log")


def cell(port: int, clients: int, plan: str, answering: subprocess.Popen[bytes], seconds: float = CELL_S) -> Cell:
    """Run one cell: its clients shared out to processes, the processor time of the `answering` process taken."""
    cpu_s = stage.cpu_s(answering)
    parts = min(PROCESSES, clients)
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(clients), str(seconds), plan]
    children = [
        subprocess.Popen([*command, f"{part}/{parts}"], stdout=subprocess.PIPE, cwd=stage.ROOT) for part in range(parts)
    ]
    results = [json.loads(child.communicate(timeout=seconds + 60)[0]) for child in children]
    latencies = [ms for result in results for ms in result["latencies_ms"]]
    cpu_s = stage.cpu_s(answering) - cpu_s
    errors: dict[str, int] = {}
    for result in results:
        for code, n in result["errors"].items():
            errors[code] = errors.get(code, 0) + n
    return Cell(
        rate=sum(result["answered"] / result["seconds"] for result in results),
        measured_rate=sum(len(result["latencies_ms"]) / result["seconds"] for result in results),
        p50=percentile(latencies, 0.5),
        p99=percentile(latencies, 0.99),
        cpu_ms=cpu_s * 1000 / sum(result["answered"] for result in results),
        tickets=[ticket for result in results for ticket in result["tickets"]],
        errors=errors,
    )
