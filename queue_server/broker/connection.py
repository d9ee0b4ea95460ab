"""The server's own connection to the broker: one thread reads, writes and reconnects, and sleeps in between."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from copy import copy

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.backoff import Backoff
from contract.wire.topics import Topics
from link.address import Broker
from link.connection import KEEP_ALIVE_S, client, fits
from link.rival import Rival, words
from link.socket_wait import SocketWait, readable
from link.tolerant_client import Unreadable
from queue_server.broker.pulse import Pulse
from queue_server.broker.sources import Source

LOG = logging.getLogger(__name__)
READ_S = 0.05
"""Time for what has come in, before answers go out."""
FIRST_RETRY_S, LONGEST_RETRY_S = 0.2, 2.0
CONNECT_TIMEOUT_S = 2.0
STOP_TIMEOUT_S = 2.0
RECEIVE_BUFFER = (socket.SOL_SOCKET, socket.SO_RCVBUF), 64 << 10
"""What the kernel may hold of whoever floods, in front of what others ask: by itself it makes that megabytes."""
FILTERS_AT_ONCE = 200
"""Topic filters in one packet."""
Filter = tuple[str, SubscribeOptions]
_COMMAND = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
_STATE = SubscribeOptions(qos=1, noLocal=True)
_BARE = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]


class BrokerConnection:
    """Commands come by a shared subscription, states by one of their own. `connected` is set from `announced` to the end of a
    connection; until then nothing is published."""

    def __init__(
        self,
        broker: Broker,
        topics: Topics,
        client_id: str,
        *,
        will: bytes,
        states: Iterable[str],
        sources: Mapping[str, Source],
        take: Callable[[mqtt.MQTTMessage], None],
        unreadable: Unreadable,
        monotonic: Callable[[], float],
    ) -> None:
        """`will` is the payload of server/status when this program dies, `states` are topic filters behind the hall's root,
        `sources` what each client writes, `take` is called with every message that comes,
        `unreadable` with the topic of one that is dropped for its properties."""
        self.broker = broker
        self.connected = threading.Event()
        self._topics = topics
        self._states = tuple(states)
        self._sources, self._muted = sources, set[str]()
        self._monotonic = monotonic
        self._wait = SocketWait()
        self._is_new = self._is_closing = False
        self._next_try, self._backoff = 0.0, Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
        self._name = broker.client or client_id
        self._rival, self._up_since = Rival(), 0.0
        self._paho = client(broker, client_id, RECEIVE_BUFFER)
        self._paho.connect_timeout = CONNECT_TIMEOUT_S
        self._paho.on_connect = self._on_connect
        self._paho.on_disconnect = self._on_disconnect
        self._take, self._pulse = take, Pulse(self._ask_broker)
        self._paho.on_message = self._on_message
        self._paho.on_publish = self._on_confirmed
        self._paho.on_unreadable = unreadable
        self._paho.on_socket_register_write = _write_later
        self._paho.will_set(topics.server_status(), will, qos=1, retain=True)
        self._paho.connect_async(broker.host, broker.port, keepalive=KEEP_ALIVE_S, clean_start=True)

    def wake(self) -> None:
        """End the sleep of the server's thread; from any thread or a signal handler."""
        self._wait.wake()

    # --- reading ----------------------------------------------------------------------------------------------------

    def connect_if_due(self) -> None:
        """Try the broker again when there is no connection and the last try is long enough ago."""
        if self._paho.socket() is not None or self._monotonic() < self._next_try:
            return
        wait_s = self._backoff.next()
        self._next_try = self._monotonic() + wait_s
        try:
            self._paho.reconnect()
        except OSError as error:
            if wait_s == FIRST_RETRY_S:
                LOG.warning("the broker %s cannot be reached (%s); trying again", self.broker, error)

    def read(self, timeout_s: float, enough: Callable[[], bool]) -> None:
        """Sleep until bytes, a wake-up or the time-out; then read what is there, until it is `enough` or READ_S have passed: a
        flood cannot hold the answers back. One read of paho takes as many messages as it waits for confirmations."""
        if not self._wait.wait(timeout_s, self._paho.socket(), writes=self._paho.want_write()):
            return
        until = self._monotonic() + READ_S
        while self._monotonic() < until:
            sock = self._paho.socket()
            if sock is None or enough():
                return
            self._paho.loop_read()
            if self._paho.socket() is None or not readable(sock):
                return

    def mute(self, source: str) -> None:
        """Listen no more to what a client writes: the broker drops it, from now on."""
        self._muted.add(source)
        self._paho.unsubscribe([topic for topic, _ in self._filters(self._sources[source])])
        self.flush()

    def hear(self, source: str) -> None:
        """Listen to a client again; its retained states come afresh."""
        self._muted.discard(source)
        self._paho.subscribe(self._filters(self._sources[source]))

    def _filters(self, source: Source) -> list[Filter]:
        commands = [(f"$share/server/{self._topics.root}{topic}", _COMMAND) for topic in source.commands]
        return commands + [self._state(topic) for topic in source.states]

    def _state(self, topic: str) -> Filter:
        return self._topics.root + topic, _STATE

    def keep_alive(self) -> None:
        """Let the broker know that this program lives, and look whether the broker does; called twice a second."""
        self._paho.loop_misc()
        self._pulse.look()

    @property
    def is_silent(self) -> bool:
        """Whether the broker is away, or takes messages and passes none on, for some seconds now."""
        return self._pulse.is_silent

    def _ask_broker(self) -> None:
        """The broker confirms an answer to this server itself, which nobody reads."""
        if self.connected.is_set():
            self._paho.publish(self._topics.reply(self._name), b"", qos=1)
            self.flush()

    # --- writing ----------------------------------------------------------------------------------------------------

    def publish(self, topic: str, payload: bytes, *, retain: bool, expiry_s: int | None = None) -> None:
        """Publish on a topic behind the hall's root at QoS 1. While the broker is away nothing is sent: all retained states
        follow after the next connect."""
        if not self.connected.is_set() or not self._fits(topic, payload):
            return
        properties = None
        if expiry_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expiry_s
        self._paho.publish(self._topics.root + topic, payload, qos=1, retain=retain, properties=properties)

    def reply(self, topic: str, content: bytes, correlation: bytes) -> None:
        """Publish an answer on a whole topic."""
        if self.connected.is_set() and self._fits(topic, content):
            properties = copy(_BARE)  # making one costs more than all else here
            properties.CorrelationData = correlation
            self._paho.publish(topic, content, qos=1, properties=properties)

    @staticmethod
    def _fits(topic: str, payload: bytes) -> bool:
        if fits(topic, payload):
            return True
        LOG.error("a message of %d bytes on %s is too large for the broker and was not sent", len(payload), topic)
        return False

    def empty(self, topic: str) -> None:
        """Take a retained message away from a whole topic."""
        self._paho.publish(topic, b"", qos=1, retain=True)

    def flush(self) -> None:
        """Write what was published."""
        if self._paho.want_write():
            self._paho.loop_write()

    # --- the life of a connection -----------------------------------------------------------------------------------

    def came_up(self) -> bool:
        """Whether there is a new connection since the last time; asked in the loop, for paho first sends what was left."""
        is_new, self._is_new = self._is_new, False
        return is_new

    def announced(self) -> None:
        """From now on everything is published on the new connection."""
        self._backoff.reset()
        self._up_since = self._monotonic()
        self.connected.set()

    def close(self) -> None:
        """Disconnect and write what is left, within a bounded time."""
        self._is_closing = True
        if self.connected.is_set():
            self._paho.disconnect()
        deadline = self._monotonic() + STOP_TIMEOUT_S
        while self._paho.socket() is not None and self._paho.want_write() and self._monotonic() < deadline:
            self._paho.loop_write()
        self._wait.close()

    def _on_message(self, _client: object, _userdata: object, message: mqtt.MQTTMessage) -> None:
        self._pulse.heard()
        self._take(message)

    def _on_confirmed(self, _c: object, _u: object, _mid: int, _reason: ReasonCode, _p: object) -> None:
        self._pulse.heard()

    def _on_connect(self, _c: object, _u: object, _flags: object, reason: ReasonCode, _p: object) -> None:
        if reason.is_failure:
            LOG.error("the broker %s refuses this server: %s", self.broker, reason)
            return
        self._pulse.heard()
        heard = [source for name, source in self._sources.items() if name not in self._muted]
        filters = [self._state(topic) for topic in self._states]
        for source in heard:
            filters += self._filters(source)
        for at in range(0, len(filters), FILTERS_AT_ONCE):
            self._paho.subscribe(filters[at : at + FILTERS_AT_ONCE])
        self._is_new = True

    def _on_disconnect(self, _c: object, _u: object, _flags: object, reason: ReasonCode, _p: object) -> None:
        if self.connected.is_set() and not self._is_closing:
            LOG.warning("the connection to the broker %s ended: %s", self.broker, reason)
            pause_s = self._rival.pause_s(reason, self._monotonic() - self._up_since)
            if pause_s is not None:
                self._next_try = self._monotonic() + pause_s
                LOG.error("%s", words(self._name, pause_s))
        self.connected.clear()


def _write_later(_client: object, _userdata: object, _sock: object) -> None:
    """Paho hands over packets one by one; the loop writes them together."""
