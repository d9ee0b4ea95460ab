"""The stage of a benchmark: a broker, a hall of fifty windows, a server, all of their own, ended with the benchmark."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contract.wire import codec, messages
from contract.wire.topics import Topics
from link import Broker, Link
from tests.ports import free_port

WINDOWS = 50
ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
HALL = "bench"


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path, timeout_s: float = 120) -> None:
    """Return when somebody listens; raise RuntimeError with the end of the log when the process does not come up."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on {port}: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child that ends with the block."""
    with log.open("ab") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(60)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def cpu_s(child: subprocess.Popen[bytes]) -> float:
    """The processor time that a running child has used, in seconds (proc(5), fields 14 and 15 of stat)."""
    values = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one benchmark, on the disk that holds temporary files."""
    path = Path(tempfile.mkdtemp(prefix="jiaohao-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def broker(at: Path) -> Iterator[int]:
    """mosquitto as a hall runs it; gives its port."""
    port, log, configuration = free_port(), at / "broker.log", at / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n"
        "max_inflight_messages 1000\nmax_queued_messages 100000\nlog_type error\n"
    )
    mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "mosquitto"
    with process([mosquitto, "-c", str(configuration)], log) as child:
        wait_for_port(port, child, log)
        yield port


@contextmanager
def server(at: Path, hall: Path, port: int, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """The queue server on SQLite in `at`, ready for requests; without web pages unless `more` options say so."""
    command = [
        str(PROGRAMS / "jiaohao-server"),
        "--hall",
        str(hall),
        "--state",
        str(at),
        "--broker",
        f"127.0.0.1:{port}",
        "--always-open",
        "--log-level",
        "warning",
        *more,
    ]
    log = at / "server.log"
    with process(command, log) as child:
        if not server_is_ready(port, 120):
            raise RuntimeError(f"the server does not become ready: {log.read_text(errors='replace')[-2000:]}")
        yield child


def server_is_ready(port: int, timeout_s: float) -> bool:
    """Wait until the server says that it is ready."""
    ready, link = threading.Event(), Link(broker=Broker("127.0.0.1", port), topics=Topics(HALL), client_id="stage")

    def status(_topic: str, payload: bytes, _retained: bool) -> None:
        if codec.decode(payload, messages.ServerStatus).state == "ready":
            ready.set()

    link.subscribe(link.topics.server_status(), status)
    link.open()
    try:
        return ready.wait(timeout_s)
    finally:
        link.close()


def write_hall(at: Path, *, devices: str = "") -> Path:
    """A hall with three queues and fifty comprehensive windows."""
    hall = at / "hall"
    hall.mkdir()
    (hall / "hall.toml").write_text(
        f'[hall]\nid = "{HALL}"\nname = {{ zh = "测试大厅", en = "Bench hall" }}\nregion = "620524"\n'
        'address = { zh = "城关镇", en = "Chengguan" }\ntelephone = "0938-0000000"\n'
        '[[hours]]\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nopens = 00:00:00\ncloses = 23:59:59\nholidays = true\n'
    )
    queues = "".join(
        f'[[queue]]\nid = "q{letter.lower()}"\nletter = "{letter}"\nname = {{ zh = "业务{letter}", en = "Business {letter}" }}\ntheme = "all"\n'
        for letter in "ABC"
    )
    (hall / "queues.toml").write_text(f'[[theme]]\nid = "all"\nname = {{ zh = "全部", en = "All" }}\n{queues}')
    (hall / "windows.toml").write_text(
        "".join(
            f'[[window]]\nid = "{i:02d}"\nnumber = "{i:02d}"\nname = {{ zh = "综合窗口", en = "Window" }}\nkind = "comprehensive"\nqueues = ["*"]\n'
            for i in range(1, WINDOWS + 1)
        )
    )
    (hall / "devices.toml").write_text(devices)
    return hall
