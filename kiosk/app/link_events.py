"""The terminal's side of the wire: retained states and answers become events, effects become requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from contract.wire import answers, codec, messages
from contract.wire.messages import DeviceStatus, LeaseStatus, TerminalStatus
from contract.wire.topics import Topics, type_of
from kiosk.flow.event import Answered, Ask, Connected, Received, Unanswered
from link import Broker, Link, new_session
from link.machine_status import machine
from link.orders import OrderHandler, Orders
from link.update import Updater

LOG = logging.getLogger(__name__)
VERSION = "0.1.0"


class TerminalLink:
    """Connects one terminal to its hall. `send` gets events, from other threads too."""

    def __init__(
        self, *, broker: Broker, hall: str, terminal: str, kind: str, send: Callable[[Any], None], updates: Path | None = None
    ) -> None:
        """`updates` is the folder in which systems to install are left; None where this machine is not updated so."""
        self.topics = Topics(hall)
        self.kind = kind
        self.session = new_session()
        self._send = send
        self._devices: list[DeviceStatus] = []
        self._lease: LeaseStatus | None = None
        self._announced = False
        self._telling = threading.Lock()
        self.terminal = terminal
        self._status_topic = self.topics.terminal_status(terminal)
        self._orders: Orders | None = None
        self._link = Link(broker=broker, topics=self.topics, client_id=f"{terminal}-{self.session}")
        self._updater = Updater(updates, terminal, self._refresh, ca=broker.ca)

    def open(self, topics: tuple[str, ...], acts: Mapping[messages.Act, OrderHandler] | None = None) -> None:
        """Announce the terminal, follow the topics (filters without the hall's root), do what the desk asks by `acts`."""
        self._announced = True
        self._link.announce(
            self._status_topic, birth=self._status("ready"), will=self._status("lost"), death=self._status("stopped")
        )
        for topic in topics:
            self._link.subscribe(self.topics.root + topic, self._heard)
        self._link.on_change(lambda up: self._send(Connected(up)))
        self._orders = Orders(self._link, self.terminal, acts or {}, self._refresh, self._updater)
        self._orders.open()
        self._updater.open()
        self._link.open()

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
        return self._orders.lines if self._orders is not None else ()

    def round_trip_ms(self, verb: str, timeout_s: float = 3) -> float | None:
        """How long the server takes to answer a request without a body, whatever it says; None for no answer in time."""
        begun = time.perf_counter()
        try:
            self._link.request(verb, {}, timeout_s=timeout_s).result(timeout_s + 1)
        except TimeoutError:
            return None
        return (time.perf_counter() - begun) * 1000

    def close(self) -> None:
        """Say that the terminal stops, and disconnect."""
        if self._orders is not None:
            self._orders.close()
        self._updater.close()
        self._link.close()

    def tell(self, devices: list[DeviceStatus], lease: LeaseStatus | None = None) -> None:
        """Publish the state of the terminal's devices, and of the numbers it may give out by itself, when it has changed."""
        if (devices, lease) != (self._devices, self._lease):
            self._devices, self._lease = devices, lease
            self._refresh()

    def _refresh(self) -> None:
        with self._telling:  # several threads have news: the last one to tell says how things stand then
            if self._announced:
                self._link.update_birth(self._status("ready"))

    def ask(self, effect: Ask) -> None:
        """Send a request; its answer comes as an event."""
        future = self._link.request(effect.verb, dict(effect.body), timeout_s=effect.timeout_s, request_id=effect.request_id)
        future.add_done_callback(lambda done: self._answered(effect.request_id, done))

    def _answered(self, request_id: str, done: Future[answers.Answer]) -> None:
        error = done.exception()
        if error is None:
            self._send(Answered(request_id, done.result()))
        else:
            LOG.warning("request %s: %s", request_id, error)
            self._send(Unanswered(request_id))

    def _heard(self, topic: str, payload: bytes, retained: bool) -> None:
        relative = self.topics.relative(topic) or ""
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
            LOG.warning("a message on %s is dropped: %s", topic, error)

    def _status(self, state: Any) -> bytes:
        now = machine() if state == "ready" else None  # what is left as a will says nothing of the moment it is published
        update = self._updater.status if state == "ready" else None
        lease = self._lease if state == "ready" else None
        return codec.encode(TerminalStatus(state, self.session, self.kind, VERSION, self._devices, now, update, lease))
