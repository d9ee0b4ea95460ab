"""Requests that wait for their answers: sent again with the same id until answered or out of time."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from contract.wire import answers, codec

RESEND_S = 2.0
TICK_S = 0.25


class NoAnswer(TimeoutError):
    """The server did not answer in time; whether it did what was asked is not known. Ask again with the same id."""


@dataclass
class _Waiting:
    verb: str
    payload: bytes
    answer: Future[answers.Answer]
    deadline: float
    send_at: float


class Requests:
    """The requests of one connection that have no answer yet. `send` puts one on the wire."""

    def __init__(self, send: Callable[[str, bytes, str], None]) -> None:
        self._send = send
        self._waiting: dict[str, _Waiting] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._clock: threading.Thread | None = None

    def open(self) -> None:
        """Start the clock that sends again and gives up."""
        self._clock = threading.Thread(target=self._run, name="requests", daemon=True)
        self._clock.start()

    def close(self) -> None:
        """Stop the clock; requests that still wait end with NoAnswer."""
        self._stop.set()
        if self._clock is not None:
            self._clock.join()
        with self._lock:
            left = list(self._waiting.values())
            self._waiting.clear()
        for waiting in left:
            _give_up(waiting)

    @property
    def alive(self) -> bool:
        """Whether the clock runs."""
        return self._clock is not None and self._clock.is_alive()

    def ask(self, verb: str, body: Mapping[str, object], *, timeout_s: float, request_id: str | None) -> Future[answers.Answer]:
        """Send a request; the future gets the answer or NoAnswer."""
        request_id = request_id or str(uuid.uuid4())
        now = time.monotonic()
        waiting = _Waiting(verb, codec.encode(body), Future(), now + timeout_s, now + RESEND_S)
        with self._lock:
            self._waiting[request_id] = waiting
        self._send(verb, waiting.payload, request_id)
        return waiting.answer

    def answered(self, request_id: str, payload: bytes) -> None:
        """Hand an answer to the request that waits for it; a second answer to the same request is dropped."""
        with self._lock:
            waiting = self._waiting.pop(request_id, None)
        if waiting is None:
            return
        try:
            answer = codec.decode(payload, answers.Answer)
        except codec.Illegal as error:
            waiting.answer.set_exception(error)
        else:
            waiting.answer.set_result(answer)

    def send_again(self) -> None:
        """After a reconnect: everything that has no answer goes out once more, with its old id."""
        with self._lock:
            left = list(self._waiting.items())
        for request_id, waiting in left:
            self._send(waiting.verb, waiting.payload, request_id)

    def _run(self) -> None:
        while not self._stop.wait(TICK_S):
            now = time.monotonic()
            with self._lock:
                late = [request_id for request_id, w in self._waiting.items() if w.deadline <= now]
                given_up = [self._waiting.pop(request_id) for request_id in late]
                again = [(request_id, w) for request_id, w in self._waiting.items() if w.send_at <= now]
            for waiting in given_up:
                _give_up(waiting)
            for request_id, waiting in again:
                waiting.send_at = now + RESEND_S
                self._send(waiting.verb, waiting.payload, request_id)


def _give_up(waiting: _Waiting) -> None:
    waiting.answer.set_exception(NoAnswer(f"no answer to {waiting.verb}"))
