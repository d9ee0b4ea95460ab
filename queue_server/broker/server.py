"""Bytes in, bytes out: one thread that reads what is waiting, runs it as one group, answers, then publishes what changed.

Web pages put their requests into the same group through `hand_over`. Two servers on one PostgreSQL share the commands by a
shared subscription, so that one of them handles each.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.backoff import Backoff
from contract.wire import codec, messages
from contract.wire.topics import Topics
from link.address import Broker
from link.connection import client
from link.systemd_notify import notify
from queue_server.broker.alerts import Alerts
from queue_server.broker.command_reader import CommandReader, Dropped, subject
from queue_server.broker.publisher import Publisher
from queue_server.broker.retained import RetainedTopics
from queue_server.broker.socket_wait import SocketWait, readable
from queue_server.ledger.ledger import Ledger, LedgerRequest
from queue_server.store.database import ERRORS

LOG = logging.getLogger(__name__)
_BARE = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
TICK_S = 0.5
GROUP = 64
READS = 256
FIRST_RETRY_S, LONGEST_RETRY_S = 0.2, 2.0
CONNECT_TIMEOUT_S = 2.0
STOP_TIMEOUT_S = 2.0
HEARD = ("terminal/+/status", "terminal/+/told", "display/+/shown", "alert/+", "catalogue/version", "server/status")
SHARED_STATES = ("queue/+/state", "window/+/state", "rating/+/ask", "display/+/desired", "announce")
"""What another server on the same ledger publishes, so that this one's pages see it too."""


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """This run of the server, as it announces itself."""

    session: str
    version: str
    started_at: datetime

    def status(self, state: Any) -> bytes:
        """The payload of server/status."""
        return codec.encode(messages.ServerStatus(state, self.session, self.version, self.started_at))


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
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.broker = broker
        self.topics = topics
        self.connected = threading.Event()
        self.dropped = 0
        """Messages that could be neither read nor answered."""
        self._identity = identity
        self._ledger = ledger
        self._retained = retained
        self._monotonic = monotonic
        self._publisher = Publisher(ledger, retained, self._send, clock=clock, monotonic=monotonic)
        self._alerts = Alerts(ledger.hall.config, retained, self._publish_kept, clock=clock)
        self._commands = CommandReader(topics, self._reply)
        self._inbox: deque[LedgerRequest] = deque()
        self._heard: deque[tuple[str, bytes]] = deque()
        self._given: deque[tuple[str, bytes, int | None]] = deque()
        self._waiting = SocketWait()
        self._stopping = threading.Event()
        self._fresh = False
        self._paho = self._client()
        self._next_try, self._backoff = 0.0, Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)

    # --- from other threads -----------------------------------------------------------------------------------------

    def hand_over(self, request: LedgerRequest) -> None:
        """Take a request from another thread; its answer is called in the server's thread."""
        self._inbox.append(request)
        self._waiting.wake()

    def show(self, topic: str, payload: bytes) -> None:
        """Publish a retained state that another thread has made; it is published again after every reconnect."""
        self._given.append((topic, payload, None))
        self._waiting.wake()

    def say(self, topic: str, payload: bytes, expiry_s: int) -> None:
        """Publish, from another thread, something for now: not retained, and worth nothing after `expiry_s` seconds."""
        self._given.append((topic, payload, expiry_s))
        self._waiting.wake()

    def stop(self) -> None:
        """Let `run` end, from any thread or a signal handler."""
        self._stopping.set()
        self._waiting.wake()

    # --- the loop ---------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until `stop`; reconnect for as long as it takes."""
        self._publisher.everything()
        next_tick = self._monotonic()
        notify("STATUS=waiting for the broker")
        while not self._stopping.is_set():
            self._connect_if_due()
            self._wait(next_tick)
            self._serve()
            if self._monotonic() >= next_tick:
                next_tick = self._monotonic() + TICK_S
                self._tick()
            self._pass_time()
            self._flush()
        self._say_goodbye()
        self._waiting.close()

    def _wait(self, next_tick: float) -> None:
        """Sleep until bytes, a wake-up or a due moment, then read all that is there."""
        timeout = max(0.0, next_tick - self._monotonic())
        due = self._publisher.due_in()
        if due is not None:
            timeout = min(timeout, due)
        if self._inbox:
            timeout = 0.0
        if self._waiting.wait(timeout, self._paho.socket(), writes=self._paho.want_write()):
            self._read()

    def _read(self) -> None:
        """Read packets while there are any, up to a limit, so that a flood cannot hold the answers back."""
        for _ in range(READS):
            sock = self._paho.socket()
            if sock is None or len(self._inbox) >= GROUP:
                return
            self._paho.loop_read()
            if self._paho.socket() is None or not readable(sock):
                return

    def _serve(self) -> None:
        """Run what has come in, in groups; answers go out with the flush that follows."""
        while self._inbox:
            group = [self._inbox.popleft() for _ in range(min(GROUP, len(self._inbox)))]
            changes = self._ledger.handle(group)
            self._flush()
            self._publisher.publish(changes)
            for verb in changes.unreadable:
                self._alerts.illegal(subject(verb), self._monotonic())
            self._flush()
        while self._heard:
            self._take_state(*self._heard.popleft())
        while self._given:
            topic, payload, expiry_s = self._given.popleft()
            if expiry_s is None:
                self._publish_kept(topic, payload)
            else:
                self._send(topic, payload, False, expiry_s)

    def _tick(self) -> None:
        notify("WATCHDOG=1")
        self._paho.loop_misc()
        try:
            self._publisher.publish(self._ledger.pass_time())
        except ERRORS as error:
            LOG.error("the ledger cannot be used just now: %s", error)
        self._alerts.ledger(writable=self._ledger.writable)
        self._alerts.pass_time(self._monotonic())

    def _pass_time(self) -> None:
        if self._fresh:
            self._fresh = False
            self._announce()
        try:
            self._publisher.pass_time()
        except ERRORS as error:
            LOG.error("the ledger cannot be read, states stay as they were: %s", error)

    def _flush(self) -> None:
        if self._paho.want_write():
            self._paho.loop_write()

    # --- the connection ---------------------------------------------------------------------------------------------

    def _client(self) -> mqtt.Client:
        paho = client(self.broker, f"server-{self._identity.session}")
        paho.connect_timeout = CONNECT_TIMEOUT_S
        paho.on_connect = self._on_connect
        paho.on_disconnect = self._on_disconnect
        paho.on_message = self._on_message
        paho.on_socket_register_write = _write_later
        paho.will_set(self.topics.server_status(), self._identity.status("lost"), qos=1, retain=True)
        paho.connect_async(self.broker.host, self.broker.port, keepalive=15, clean_start=True)
        return paho

    def _connect_if_due(self) -> None:
        if self._paho.socket() is not None or self._monotonic() < self._next_try:
            return
        wait_s = self._backoff.next()
        self._next_try = self._monotonic() + wait_s
        try:
            self._paho.reconnect()
        except OSError as error:
            if wait_s == FIRST_RETRY_S:
                LOG.warning("the broker %s cannot be reached (%s); trying again", self.broker, error)

    def _on_connect(self, _c: Any, _u: Any, _flags: Any, reason: ReasonCode, _p: Any) -> None:
        if reason.is_failure:
            LOG.error("the broker %s refuses this server: %s", self.broker, reason)
            return
        command = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        self._paho.subscribe(f"$share/server/{self.topics.root}cmd/+", options=command)
        heard = HEARD + (SHARED_STATES if self._ledger.database.shared else ())
        for topic_filter in heard:
            self._paho.subscribe(self.topics.root + topic_filter, options=SubscribeOptions(qos=1, noLocal=True))
        self._fresh = True

    def _announce(self) -> None:
        """After a connect: birth, then every retained state afresh. Later than on_connect: paho first sends what was left."""
        self._backoff.reset()
        self.connected.set()
        self._send("server/status", self._identity.status("ready"), True, None)
        try:
            self._publisher.everything()
        except ERRORS as error:
            LOG.error("the ledger cannot be read, states stay as they were: %s", error)
        for kept in ("alert/", "catalogue/", "configuration"):
            for topic, payload in self._retained.under(kept).items():
                self._send(topic, payload, True, None)
        self._alerts.connected(self._monotonic())
        LOG.info("connected to the broker %s", self.broker)
        notify("READY=1")

    def _on_disconnect(self, _c: Any, _u: Any, _flags: Any, reason: ReasonCode, _p: Any) -> None:
        if self.connected.is_set() and not self._stopping.is_set():
            LOG.warning("the connection to the broker %s ended: %s", self.broker, reason)
        self.connected.clear()

    def _say_goodbye(self) -> None:
        """Publish the death and disconnect, within a bounded time."""
        if self.connected.is_set():
            self._send("server/status", self._identity.status("stopped"), True, None)
            self._paho.disconnect()
        deadline = self._monotonic() + STOP_TIMEOUT_S
        while self._paho.socket() is not None and self._paho.want_write() and self._monotonic() < deadline:
            self._paho.loop_write()

    # --- messages in ------------------------------------------------------------------------------------------------

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = self.topics.relative(message.topic)
        except UnicodeDecodeError:
            topic = None
        if topic is None:
            self._drop("topic", "a topic that cannot be read")
        elif topic.startswith("cmd/"):
            self._command(topic.removeprefix("cmd/"), message)
        else:
            self._heard.append((topic, bytes(message.payload)))

    def _command(self, verb: str, message: mqtt.MQTTMessage) -> None:
        if message.retain:
            if not message.payload:
                return
            self._paho.publish(message.topic, b"", qos=1, retain=True)
        try:
            request = self._commands.read(verb, message)
        except Dropped as error:
            self._drop(subject(verb), str(error))
            return
        if request is None:
            self._alerts.illegal(subject(verb), self._monotonic())
        else:
            self._inbox.append(request)

    def _reply(self, topic: str, content: bytes, correlation: bytes) -> None:
        if self.connected.is_set():
            properties = copy(_BARE)  # making one costs more than all else here
            properties.CorrelationData = correlation
            self._paho.publish(topic, content, qos=1, properties=properties)

    def _take_state(self, topic: str, payload: bytes) -> None:
        """A retained state that somebody else published."""
        kind, _, rest = topic.partition("/")
        name = rest.partition("/")[0]
        if topic == "server/status":
            self._another_server(payload)
            return
        told = kind == "terminal" and topic.endswith("/told")
        self._retained.put(topic, payload, retained=topic != "announce" and not told)
        if told:
            return
        if not topic.endswith(("/shown", "/status")):
            self._publisher.received(topic, payload)
        if not payload:
            return
        if kind == "display" and topic.endswith("/shown"):
            self._alerts.display_shown(name, payload)
        elif kind == "terminal":
            self._alerts.terminal_status(name, payload)

    def _another_server(self, payload: bytes) -> None:
        """Another server on this ledger has gone: this one is still there."""
        status = codec.read(payload, messages.ServerStatus)
        if status is None:
            return
        if status.session != self._identity.session and status.state != "ready" and self.connected.is_set():
            self._send("server/status", self._identity.status("ready"), True, None)

    def _drop(self, where: str, what: str) -> None:
        self.dropped += 1
        LOG.debug("dropped: %s (%d so far)", what, self.dropped)
        self._alerts.illegal(where, self._monotonic())

    # --- messages out -----------------------------------------------------------------------------------------------

    def _send(self, topic: str, payload: bytes, retain: bool, expiry_s: int | None) -> None:
        """Publish at QoS 1. While the broker is away nothing is sent: all retained states follow after the next connect."""
        if topic == "server/status" or topic.startswith("event/"):
            self._retained.put(topic, payload, retained=retain)
        if not self.connected.is_set():
            return
        properties = None
        if expiry_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expiry_s
        self._paho.publish(self.topics.root + topic, payload, qos=1, retain=retain, properties=properties)

    def _publish_kept(self, topic: str, payload: bytes) -> None:
        self._retained.put(topic, payload)
        self._send(topic, payload, True, None)


def _write_later(_client: Any, _userdata: Any, _sock: Any) -> None:
    """Paho hands over packets one by one; the loop writes them together."""
