"""The terminal's side of the wire: retained states and answers become events, effects become requests."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import cast

from msgspec import Struct

from contract.wire import answers, codec
from contract.wire.messages import Act, DeviceStatus, LeaseStatus
from contract.wire.requests import VERBS
from contract.wire.topics import type_of
from kiosk.flow.event import Answered, Ask, Connected, Received, Unanswered
from link import Broker
from link.orders import OrderHandler
from link.terminal import TerminalPresence

LOG = logging.getLogger(__name__)


class TerminalLink:
    """Connects one terminal to its hall. `send` gets events, from other threads too."""

    def __init__(
        self,
        *,
        broker: Broker,
        hall: str,
        terminal: str,
        kind: str,
        send: Callable[[object], None],
        updates: Path | None = None,
        state: Path | None = None,
    ) -> None:
        """`updates` is the folder in which systems to install are left; None where this machine is not updated so. `state` is
        the folder that the program writes to."""
        self._terminal = TerminalPresence(broker=broker, hall=hall, terminal=terminal, role=kind, updates=updates, state=state)
        self._link = self._terminal.link
        self._send = send

    def open(self, topics: tuple[str, ...], handlers: Mapping[Act, OrderHandler] | None = None) -> None:
        """Announce the terminal, follow the topics (filters without the hall's root), have orders done by `handlers`."""
        for topic in topics:
            self._link.subscribe(self._link.topics.root + topic, self._received)
        self._link.on_change(lambda up: self._send(Connected(up)))
        self._terminal.open(handlers)

    @property
    def terminal(self) -> str:
        """The id of the terminal."""
        return self._terminal.id

    @property
    def alive(self) -> bool:
        """Whether the connection is being kept up, or tried for."""
        return self._link.alive

    @property
    def broker(self) -> Broker:
        """Where the broker is."""
        return self._link.broker

    @property
    def lines(self) -> tuple[str, ...]:
        """The latest lines of the program's log, the oldest first; empty before `open`."""
        return self._terminal.lines

    def round_trip_ms(self, verb: str, timeout_s: float = 3) -> float | None:
        """How long the server takes to answer a request without a body, whatever it says; None for no answer in time."""
        begun = time.perf_counter()
        try:
            self._link.request(verb, {}, timeout_s=timeout_s).result(timeout_s + 1)
        except TimeoutError:
            return None
        return (time.perf_counter() - begun) * 1000

    def close(self) -> None:
        """Report that the terminal stops, and disconnect."""
        self._terminal.close()

    def report(self, devices: Sequence[DeviceStatus], lease: LeaseStatus | None = None) -> None:
        """Publish the state of the terminal's devices, and of the numbers it may give out offline, if it has changed."""
        self._terminal.report(devices, lease)

    def ask(self, effect: Ask) -> None:
        """Send a request; its answer comes as an event."""
        future = self._link.request(effect.verb, dict(effect.body), timeout_s=effect.timeout_s, request_id=effect.request_id)
        future.add_done_callback(lambda done: self._answered(effect, done))

    def _answered(self, asked: Ask, done: Future[answers.Answer]) -> None:
        error = done.exception()
        if error is None:
            if problem := breach(asked.verb, done.result()):
                LOG.error("the answer to %s breaks the contract and changes nothing here: %s", asked.verb, problem)
            self._send(Answered(asked.request_id, done.result()))
        else:
            LOG.warning("request %s: %s", asked.request_id, error)
            self._send(Unanswered(asked.request_id))

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:
        relative = self._link.topics.relative(topic) or ""
        path = tuple(relative.split("/"))
        kind = type_of(relative)
        if kind is None:
            return
        if not payload:
            self._send(Received(path, None, retained))
            return
        try:
            self._send(Received(path, codec.decode(payload, kind), retained))
        except codec.Illegal as error:
            self._link.bad_messages.add(topic, str(error))


def breach(verb: str, answer: answers.Answer) -> str:
    """What the data of an answer have that the contract does not allow; empty for none. The flow sees no data then."""
    if answer.status != "ok" or verb not in VERBS:
        return ""
    if answer.data is None:
        return "no data"
    try:
        codec.convert(answer.data, cast(type[Struct], VERBS[verb].answer))
    except codec.Illegal as error:
        return str(error)
    return ""
