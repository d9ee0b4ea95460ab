"""The real programs as tests start them: a private mosquitto and the queue server."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from contract.wire import answers
from contract.wire.topics import LARGEST_PACKET, Topics
from link import Broker, Link, new_session
from tests.ports import free_port

CONNECTED = "connected to the broker"
PATIENCE_S = 120
"""So long a test waits for real programs: it costs nothing but in a test that fails, and machines are busy."""


class PrivateBroker:
    """A mosquitto of its own on loopback, or behind another address by `run`: words in front of its command line."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", run: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self.host, self._run = host, run
        self.address = f"{host}:{self.port}"
        self._config = folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Start it; returns when it listens."""
        self._config.write_text(
            f"listener {self.port} {self.host}\nallow_anonymous true\nset_tcp_nodelay true\nmax_inflight_messages 0\n"
            f"max_queued_messages 0\nmax_packet_size {LARGEST_PACKET}\nlog_type error\n"
        )
        program = next(p for p in ("/usr/sbin/mosquitto", "/usr/bin/mosquitto") if Path(p).exists())
        self._process = subprocess.Popen([*self._run, program, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        wait_for_port(self.port, host=self.host)

    def close(self) -> None:
        """End it; nothing it retained survives."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It hangs: it keeps its connections, takes everything and passes nothing on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def link(self, hall: str = "testhall", client_id: str | None = None) -> Link:
        """A connection that is not open yet."""
        return Link(broker=Broker.parse(self.address), topics=Topics(hall), client_id=client_id or f"test-{new_session()}")


class RunningServer:
    """A `jiaohao-server` process. `log` is what it has written."""

    def __init__(self, hall: Path, state: Path, broker: str, *more: str, run: tuple[str, ...] = ()) -> None:
        self.state = state
        self._command = [
            *run,
            sys.executable,
            "-m",
            "queue_server.main",
            "--hall",
            str(hall),
            "--state",
            str(state),
            "--broker",
            broker,
        ]
        self._command += ["--always-open", *more]
        self._process: subprocess.Popen[bytes] | None = None
        self._log = state.with_suffix(".log")

    def open(self) -> None:
        """Start it; returns when it is connected to the broker."""
        before = self.log.count(CONNECTED)
        self.start()
        assert self._process is not None
        wait_until(lambda: self.log.count(CONNECTED) > before or self._process.poll() is not None)
        assert self._process.poll() is None, self.log

    def start(self) -> None:
        """Start it and wait for nothing."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, env=os.environ | {"PYTHONUNBUFFERED": "1"})

    def wait(self) -> int:
        """Wait until it ends by itself; its exit code."""
        assert self._process is not None
        return self._process.wait(PATIENCE_S)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_S)

    def close(self) -> None:
        """End it if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE_S)


class Watcher:
    """Collects the messages of a hall and waits for them."""

    def __init__(self, link: Link, *topics: str) -> None:
        self.link = link
        self.messages: list[tuple[str, bytes]] = []
        self.state: dict[str, bytes] = {}
        self._news = threading.Condition()
        for topic in topics or ("#",):
            link.subscribe(link.topics.root + topic, self._take)

    def _take(self, topic: str, payload: bytes, _retained: bool) -> None:
        relative = self.link.topics.relative(topic)
        assert relative is not None
        with self._news:
            self.messages.append((relative, payload))
            self.state[relative] = payload
            self._news.notify_all()

    def wait(self, topic: str, part: str = "", timeout_s: float = PATIENCE_S) -> bytes:
        """The last payload of a topic as soon as it contains `part`."""

        def is_there() -> bool:
            return topic in self.state and part in self.state[topic].decode(errors="replace")

        with self._news:
            assert self._news.wait_for(is_there, timeout_s), f"{topic} never held {part!r}, last {self.state.get(topic)!r}"
            return self.state[topic]


def ok(link: Link, verb: str, request_id: str | None = None, **body: object) -> dict[str, object]:
    """Ask the server; the data of its answer."""
    answer: answers.Answer = link.request(verb, body, timeout_s=PATIENCE_S, request_id=request_id).result()
    assert answer.status == "ok" and answer.data is not None, f"{verb} {body}: {answer.error}"
    return answer.data


def refused(link: Link, verb: str, **body: object) -> str:
    """Ask the server for what it refuses; the code of its answer."""
    answer: answers.Answer = link.request(verb, body, timeout_s=PATIENCE_S).result()
    assert answer.error is not None, f"{verb} {body}: {answer.data}"
    return answer.error.code


def wait_for_port(port: int, timeout_s: float = PATIENCE_S, host: str = "127.0.0.1") -> None:
    """Return when somebody listens on a port."""

    def listens() -> bool:
        with socket.socket() as sock:
            sock.settimeout(0.2)
            return sock.connect_ex((host, port)) == 0

    wait_until(listens, timeout_s=timeout_s)


def wait_until(condition: object, *, timeout_s: float = PATIENCE_S) -> None:
    """Return when `condition()` holds; fail after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
