"""Bytes in, bytes out: one thread that reads what is waiting, runs it as one group, answers, then publishes what changed.

Web pages put their requests into the same group through `hand_over`. Two servers on one PostgreSQL share the commands by a
shared subscription, so that one of them handles each.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from contract.wire import codec, messages
from contract.wire.requests import VERBS
from contract.wire.topics import Topics, type_of
from link.address import Broker
from link.systemd_notify import notify
from queue_server.broker.alerts import Alerts
from queue_server.broker.command_reader import Clients, CommandReader, subject
from queue_server.broker.connection import BrokerConnection
from queue_server.broker.incoming import Incoming
from queue_server.broker.intake import Intake
from queue_server.broker.other_servers import OtherServers
from queue_server.broker.publisher import Publisher
from queue_server.broker.retained import RetainedTopics
from queue_server.broker.server_identity import ServerIdentity
from queue_server.broker.sources import sources
from queue_server.domain.hall_clock import HallClock
from queue_server.ledger.asked import LedgerRequest
from queue_server.ledger.ledger import Ledger
from queue_server.store.database import ERRORS

LOG = logging.getLogger(__name__)
TICK_S = 0.5
GROUP, LOOKS, LOOKS_BESIDE = 64, 8, 2
"""Requests that run together, how many looks of web pages do, and how many of those run beside anything else: a hall full of
phones never stands before a number or a call."""
MARKS_S = 60.0
MESSAGES_AHEAD = 600_000
"""More than a server sends in MARKS_S, and more than the milliseconds of that time; `seq` counts those at least."""
LEFT_STATES = ("alert/+", "catalogue/version", "server/status")
"""What an earlier run of the server has left at the broker."""
SHARED_STATES = ("queue/+/state", "window/+/state", "rating/+/ask", "display/+/desired", "announce")
"""What another server on the same ledger publishes, so that this one's pages see it too."""
KEPT_STATES = ("alert/", "catalogue/", "configuration")
"""What is published from memory after a reconnect; everything else follows from the ledger."""


class Server:
    """The hall's authority on the wire. `run` blocks until `stop`."""

    def __init__(
        self,
        *,
        broker: Broker,
        topics: Topics,
        identity: ServerIdentity,
        ledger: Ledger,
        retained: RetainedTopics,
        clock: HallClock,
        monotonic: Callable[[], float],
    ) -> None:
        self.topics = topics
        self._identity = identity
        self._ledger = ledger
        self._retained = retained
        self._hall_clock = clock
        self._monotonic = monotonic
        self._connection = BrokerConnection(
            broker,
            topics,
            f"server-{identity.session}",
            will=identity.status("lost"),
            states=LEFT_STATES + (SHARED_STATES if ledger.database.shared else ()),
            sources=sources(ledger.hall.config, certified=broker.is_certified),
            take=lambda message: self._incoming.take(message),
            unreadable=lambda topic, retained, why: self._incoming.unreadable(topic, retained, why),
            monotonic=monotonic,
        )
        self.connected = self._connection.connected
        self._publisher = Publisher(ledger, retained, self._send, clock=clock.now, monotonic=monotonic)
        self._alerts = Alerts(ledger.hall.config, retained, self._publish_kept, clock=clock.now, is_open=ledger.hall.is_open)
        mute, hear = (self._connection.mute, self._connection.hear) if broker.is_certified else (None, None)
        self._intake = Intake(ledger.hall.config, mute=mute, hear=hear)
        clients = Clients(ledger.hall.terminals, broker.is_certified)
        commands = CommandReader(topics, clients, self._connection.reply)
        self._incoming = Incoming(
            topics, self._intake, commands, empty=self._connection.empty, illegal=self._illegal, monotonic=monotonic
        )
        self._inbox, self._states = self._incoming.requests, self._incoming.states
        self._looks: deque[LedgerRequest] = deque()
        self._others = OtherServers(identity.says("ready"), shared=ledger.database.shared)
        self._given: deque[tuple[str, bytes, int | None]] = deque()
        self._stopping = threading.Event()
        self._marks_at = float("-inf")

    # --- from other threads -----------------------------------------------------------------------------------------

    def hand_over(self, request: LedgerRequest) -> None:
        """Take a request from another thread; its answer is called in the server's thread."""
        verb = VERBS.get(request.verb)
        (self._looks if verb is not None and verb.reads_only else self._inbox).append(request)
        self._connection.wake()

    def show(self, topic: str, payload: bytes) -> None:
        """Publish a retained state that another thread has made; it is published again after every reconnect."""
        self._given.append((topic, payload, None))
        self._connection.wake()

    def say(self, topic: str, payload: bytes, expiry_s: int) -> None:
        """Publish, from another thread, something for now: not retained, and worth nothing after `expiry_s` seconds."""
        self._given.append((topic, payload, expiry_s))
        self._connection.wake()

    def stop(self) -> None:
        """Let `run` end, from any thread or a signal handler."""
        self._stopping.set()
        self._connection.wake()

    # --- the loop ---------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until `stop`; reconnect for as long as it takes. Raise AnotherServer."""
        self._publisher.count_on(self._ledger.seq())
        self._publisher.everything()
        next_tick = self._monotonic()
        notify("STATUS=waiting for the broker")
        try:
            while not self._stopping.is_set():
                self._connection.connect_if_due()
                self._connection.read(self._may_sleep_s(next_tick), lambda: len(self._inbox) >= GROUP)
                self._serve()
                if self._monotonic() >= next_tick:
                    next_tick = self._monotonic() + TICK_S
                    self._tick()
                self._pass_time()
                self._connection.flush()
            self._send("server/status", self._identity.status("stopped"), True, None)
        finally:
            self._connection.close()

    def _may_sleep_s(self, next_tick: float) -> float:
        """Until the next moment at which something is due, unless requests are waiting."""
        if self._inbox or self._looks:
            return 0.0
        due = self._publisher.due_in()
        until_tick = max(0.0, next_tick - self._monotonic())
        return until_tick if due is None else min(until_tick, due)

    def _serve(self) -> None:
        """Run one group of what has come in; messages are read between two groups, and answers go out at once."""
        if group := self._next_group():
            changes = self._ledger.handle(group)
            self._connection.flush()
            self._publisher.publish(changes)
            for verb in changes.unreadable:
                self._illegal(subject(verb))
            for terminal in changes.flooding:
                self._alerts.flooded(terminal, self._monotonic())
            self._connection.flush()
        while self._states:
            topic, payload, retained = self._states.popleft()
            self._incoming.guarded(topic, self._take_state, topic, payload, retained)
        while self._given:
            topic, payload, expiry_s = self._given.popleft()
            if expiry_s is None:
                self._publish_kept(topic, payload)
            else:
                self._send(topic, payload, False, expiry_s)

    def _next_group(self) -> list[LedgerRequest]:
        """The commands that have waited longest, and some looks of the web pages."""
        commands = [self._inbox.popleft() for _ in range(min(len(self._inbox), GROUP))]
        return commands + [self._looks.popleft() for _ in range(min(len(self._looks), LOOKS_BESIDE if commands else LOOKS))]

    def _tick(self) -> None:
        notify("WATCHDOG=1")
        self._connection.keep_alive()
        try:
            self._publisher.publish(self._ledger.pass_time())
            self._keep_marks()
        except ERRORS as error:
            LOG.error("the ledger cannot be used just now: %s", error)
        self._alerts.ledger(writable=self._ledger.writable)
        self._alerts.broker(silent=self._connection.is_silent)
        self._alerts.unserved(self._ledger.wait_times.unserved())
        self._alerts.clock(self._hall_clock.doubt, self._hall_clock.wall)
        self._alerts.pass_time(self._monotonic())
        for client in self._intake.pass_time(self._monotonic()):
            self._alerts.flooded(client, self._monotonic())

    def _keep_marks(self) -> None:
        """Once a minute: by what the numbers of messages can grow until the next time is noted beforehand. Also tells whether a
        PostgreSQL is back: what it was asked last it may have done without an answer, so every state is told again."""
        was_away = self._ledger.database.shared and not self._ledger.writable
        if was_away or self._monotonic() >= self._marks_at:
            self._marks_at = self._monotonic() + MARKS_S
            self._ledger.keep_marks(self._publisher.seq + MESSAGES_AHEAD)
        if was_away:
            self._publisher.everything()

    def _pass_time(self) -> None:
        if self._connection.came_up():
            self._announce()
        try:
            self._publisher.pass_time()
        except ERRORS as error:
            LOG.error("the ledger cannot be read, states stay as they were: %s", error)

    def _announce(self) -> None:
        """After a connect: birth, then every retained state afresh."""
        self._connection.announced()
        self._send("server/status", self._identity.status("ready"), True, None)
        self._others.announced()
        try:
            self._publisher.everything()
        except ERRORS as error:
            LOG.error("the ledger cannot be read, states stay as they were: %s", error)
        for kept in KEPT_STATES:
            for topic, payload in self._retained.under(kept).items():
                self._send(topic, payload, True, None)
        self._alerts.connected(self._monotonic())
        LOG.info("connected to the broker %s", self._connection.broker)
        notify("READY=1")

    # --- messages in ------------------------------------------------------------------------------------------------

    def _take_state(self, topic: str, payload: bytes, retained: bool) -> None:
        """A retained state that another program published."""
        kind, _, rest = topic.partition("/")
        name = rest.partition("/")[0]
        described = type_of(topic)
        if payload and described is not None and codec.read(payload, described) is None:
            self._incoming.drop(topic, "it is not what the contract says")
            return
        if topic == "server/status":
            self._another_server(payload, retained)
            return
        is_report = kind == "terminal" and topic.endswith("/told")
        self._retained.put(topic, payload, retained=topic != "announce" and not is_report)
        if is_report:
            return
        if not topic.endswith(("/shown", "/status")):
            self._publisher.received(topic, payload)
        if kind == "display" and topic.endswith("/shown"):
            self._alerts.display_shown(name, payload)
        elif kind == "terminal":
            self._alerts.terminal_status(name, payload)

    def _another_server(self, payload: bytes, retained: bool) -> None:
        """Another server says how it is. Raise AnotherServer."""
        status = codec.read(payload, messages.ServerStatus)
        if status is not None and self._others.must_answer(status, retained=retained) and self.connected.is_set():
            self._send("server/status", self._identity.status("ready"), True, None)

    def _illegal(self, where: str) -> None:
        self._alerts.illegal(where, self._monotonic())

    # --- messages out -----------------------------------------------------------------------------------------------

    def _send(self, topic: str, payload: bytes, retain: bool, expiry_s: int | None) -> None:
        if topic == "server/status" or topic.startswith("event/"):
            self._retained.put(topic, payload, retained=retain)
        self._connection.publish(topic, payload, retain=retain, expiry_s=expiry_s)

    def _publish_kept(self, topic: str, payload: bytes) -> None:
        self._retained.put(topic, payload)
        self._send(topic, payload, True, None)
