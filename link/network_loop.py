"""The thread behind a connection: it sleeps on the socket, reads, writes, and connects again for as long as it takes.

Paho has a thread of its own, but that one waits with select(), which refuses every file number from 1,024 on: in a program with
many open files it would never reach the broker again after the first loss.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import paho.mqtt.client as mqtt

from contract.backoff import Backoff
from link.socket_wait import SocketWait

LONGEST_SLEEP_S = 1.0
"""Paho sends its keep-alive between two sleeps."""
STOP_TIMEOUT_S = 2.0


class NetworkLoop:
    """Drives one paho client, which knows where to connect to. Nothing happens before `open`."""

    def __init__(self, paho: mqtt.Client, *, failed: Callable[[], None], retry_s: tuple[float, float] = (1.0, 4.0)) -> None:
        """`failed` is called after each attempt in vain; `retry_s`: shortest and longest wait before the next, in seconds."""
        self._paho, self._failed = paho, failed
        self._backoff = Backoff(*retry_s)
        self._pause_s = 0.0
        self._closing = threading.Event()
        self._wait: SocketWait | None = None
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def open(self) -> None:
        """Start the thread; it connects at once."""
        self._closing.clear()
        self._wait = SocketWait()
        self._paho.on_socket_register_write = lambda *_: self._wake()
        self._thread = threading.Thread(target=self._run, name="broker connection", daemon=True)
        self._thread.start()

    def connected(self) -> None:
        """The broker has accepted the connection: after a loss the waits begin again from the shortest."""
        self._backoff.reset()

    def pause(self, pause_s: float) -> None:
        """Wait so long before the next attempt."""
        self._pause_s = pause_s

    def close(self) -> None:
        """Disconnect and stop the thread, in about `STOP_TIMEOUT_S`."""
        self._closing.set()
        self._wake()
        if self._thread is not None and threading.current_thread() is not self._thread:
            self._thread.join(2 * STOP_TIMEOUT_S)

    def _wake(self) -> None:
        if self._wait is not None:
            self._wait.wake()

    def _run(self) -> None:
        assert self._wait is not None
        if not self._connects():
            self._failed()
        while not self._closing.is_set():
            if self._paho.socket() is not None:
                self._turn(self._wait)
            elif not self._closing.wait(self._until_next_try_s()) and not self._connects():
                self._failed()
        self._disconnect(self._wait)
        self._wait.close()

    def _until_next_try_s(self) -> float:
        pause_s, self._pause_s = self._pause_s, 0.0
        return pause_s or self._backoff.next()

    def _connects(self) -> bool:
        """Try once; whether the broker's machine took the connection."""
        try:
            self._paho.reconnect()
        except OSError:
            return False
        return True

    def _turn(self, wait: SocketWait) -> None:
        """Sleep until there is something to do, and do it."""
        if wait.wait(LONGEST_SLEEP_S, self._paho.socket(), writes=self._paho.want_write()):
            self._paho.loop_read()
        if self._paho.want_write():
            self._paho.loop_write()
        self._paho.loop_misc()

    def _disconnect(self, wait: SocketWait) -> None:
        self._paho.disconnect()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while self._paho.socket() is not None and (left_s := deadline - time.monotonic()) > 0:
            self._paho.loop_write()
            if self._paho.want_write():
                wait.wait(left_s, self._paho.socket(), writes=True)
