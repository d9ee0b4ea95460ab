"""One MQTT 5 connection: birth and will, subscriptions that survive a reconnect, publishing, requests.

The connection runs in a thread of its own; handlers are called there, one after another, and must be short.
Order on every connect (Sparkplug 3): subscribe first, then announce; the death is published before a clean disconnect.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import ParamSpec

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.wire import answers, codec
from contract.wire.messages import ServerStatus
from contract.wire.topics import LARGEST_PACKET, Topics
from link.address import Broker
from link.bad_messages import BadMessages
from link.credentials import ssl_context, why_refused
from link.network_loop import STOP_TIMEOUT_S, NetworkLoop
from link.requests import Requests
from link.rival import Rival, words
from link.tolerant_client import TolerantClient

LOG = logging.getLogger(__name__)
KEEP_ALIVE_S = 8
"""The broker gives up a client of which it hears nothing for one and a half times as long."""
GONE_S = 5
"""A broker that does not even acknowledge bytes for so long is gone."""
SOCKET_OPTIONS: tuple[SocketOption, ...] = (
    ((socket.IPPROTO_TCP, socket.TCP_NODELAY), 1),
    ((socket.SOL_SOCKET, socket.SO_KEEPALIVE), 1),
    ((socket.IPPROTO_TCP, socket.TCP_KEEPIDLE), 2),
    ((socket.IPPROTO_TCP, socket.TCP_KEEPINTVL), 1),
    ((socket.IPPROTO_TCP, socket.TCP_KEEPCNT), 3),
    ((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT), GONE_S * 1000),
)
"""The kernel asks the other side whether it is there after two idle seconds (tcp(7)): a line that was cut ends in five, however
busy the program is."""
SocketOption = tuple[tuple[int, int], int]
"""Level and name of an option, and its value."""
LARGEST_HEAD = 1024
"""Bytes of a packet around topic and payload, properties included."""
P = ParamSpec("P")
Handler = Callable[[str, bytes, bool], None]
"""Takes the topic, the payload and whether the message was a retained one."""


def new_session() -> str:
    """A new name for one run of a program, so that a stale will is recognised."""
    return secrets.token_hex(4)


def client(broker: Broker, client_id: str, *options: SocketOption) -> TolerantClient:
    """A paho client for MQTT 5 without Nagle's delay (44 ms an answer otherwise), with more `options` of its socket if given.

    With TLS the broker goes by the name in the certificate and not by `client_id`.
    """
    paho = TolerantClient(client_id)
    paho.on_socket_open = lambda _client, _userdata, sock: _set_up(sock, (*SOCKET_OPTIONS, *options))
    paho.max_inflight_messages_set(1000)
    if broker.ca is not None and broker.certificate is not None and broker.key is not None:
        ca, certificate, key = broker.ca, broker.certificate, broker.key
        context = ssl_context(ca, certificate, key)
        paho.tls_set_context(context)
        paho.on_pre_connect = lambda *_: context.load_cert_chain(certificate, key)  # it may have been renewed
    return paho


def _set_up(sock: object, options: Iterable[SocketOption]) -> None:
    if isinstance(sock, socket.socket):
        for option, value in options:
            sock.setsockopt(*option, value)


def fits(topic: str, payload: bytes) -> bool:
    """Whether the broker takes this message. One that it does not would end the connection, and again after each reconnect,
    since what was published is sent until it is confirmed."""
    return len(topic.encode()) + len(payload) + LARGEST_HEAD <= LARGEST_PACKET


class Link:
    """A program's connection to its hall. Nothing happens before `open`. `bad_messages` counts what was dropped because it
    cannot be read."""

    def __init__(self, *, broker: Broker, topics: Topics, client_id: str, bad_messages: BadMessages | None = None) -> None:
        self.broker = broker
        self.topics = topics
        self.client_id = broker.client or client_id
        self.connected = threading.Event()
        self.bad_messages = bad_messages or BadMessages()
        self._handlers: list[tuple[str, Handler]] = []
        self._subscribing = threading.Lock()  # so that nothing is left out that is added while a connection comes up
        self._on_change: list[Callable[[bool], None]] = []
        self._birth: tuple[str, bytes] | None = None
        self._announcing = threading.Lock()  # so that an older birth never goes out behind a newer one
        self._death: bytes = b""
        self._paho = client(broker, self.client_id)
        self._newest: mqtt.MQTTMessageInfo | None = None
        """What was published last; the broker confirms in order."""
        self._loop = NetworkLoop(self._paho, failed=self._explain)
        self._explained = False
        self._rival, self._up_since = Rival(), 0.0
        self._server_session = ""
        self._requests = Requests(self._send_request)

    def announce(self, topic: str, *, birth: bytes, will: bytes, death: bytes) -> None:
        """Publish `birth` retained on `topic` after every connect, `death` before a clean end; `will` is left to the broker."""
        self._birth, self._death = (topic, birth), death
        self._paho.will_set(topic, will, qos=1, retain=True)

    def another_is_here(self) -> None:
        """Somebody else was seen under this program's name: give way to it when the connection ends."""
        self._rival.seen()

    def update_birth(self, birth: bytes) -> None:
        """Replace the birth message (a device changed its state) and publish it."""
        assert self._birth is not None, "announce() comes before update_birth()"
        with self._announcing:
            self._birth = (self._birth[0], birth)
            self.publish(*self._birth, retain=True)

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        """Call `handler` for every message on `topic_filter`, now and after each reconnect."""
        with self._subscribing:
            self._handlers.append((topic_filter, handler))
            if self.connected.is_set():
                self._subscribe(topic_filter)

    def on_change(self, handler: Callable[[bool], None]) -> None:
        """Call `handler` with True when the connection is up and with False when it is lost."""
        self._on_change.append(handler)

    def open(self) -> None:
        """Start to connect, in the background, for as long as it takes."""
        self._paho.on_connect = self._connected
        self._paho.on_disconnect = self._disconnected
        self._paho.on_message = self._message
        self._paho.on_unreadable = lambda topic, _retained, why: self.bad_messages.add(topic.decode(errors="replace"), why)
        self.subscribe(self.topics.server_status(), self._server_is)
        self._paho.connect_async(self.broker.host, self.broker.port, keepalive=KEEP_ALIVE_S, clean_start=True)
        self._loop.open()
        self._requests.open()

    def close(self) -> None:
        """Announce the end, let what was published go out, disconnect, stop the thread; 4 seconds at most."""
        self._requests.close()
        if self._birth is not None and self.connected.is_set():
            self.publish(self._birth[0], self._death, retain=True)
        if self._newest is not None and self.connected.is_set():
            with contextlib.suppress(RuntimeError):  # it was published while the connection was away
                self._newest.wait_for_publish(STOP_TIMEOUT_S)
        self._loop.close()

    @property
    def alive(self) -> bool:
        """Whether the threads that keep the connection up still run."""
        return self._requests.alive and self._loop.alive

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> None:
        """Send at QoS 1; what is sent while the connection is away goes out when it is back. A message that is too large for
        the broker is dropped and logged."""
        if not fits(topic, payload):
            LOG.error("a message of %d bytes on %s is too large for the broker and was not sent", len(payload), topic)
            return
        properties = None
        if expiry_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expiry_s
        self._newest = self._paho.publish(topic, payload, qos=1, retain=retain, properties=properties)

    def request(
        self, verb: str, body: Mapping[str, object], *, timeout_s: float = 10, request_id: str | None = None
    ) -> Future[answers.Answer]:
        """Ask the server; the answer, or NoAnswer after `timeout_s`. Sent again with the same id until answered."""
        return self._requests.ask(verb, body, timeout_s=timeout_s, request_id=request_id)

    def _send_request(self, verb: str, payload: bytes, request_id: str) -> None:
        if not self.connected.is_set():
            return
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = self.topics.reply(self.client_id)
        properties.CorrelationData = request_id.encode()
        self._paho.publish(self.topics.command(verb, self.client_id), payload, qos=1, properties=properties)

    def _subscribe(self, topic_filter: str) -> None:
        self._paho.subscribe(topic_filter, options=SubscribeOptions(qos=1))

    def _connected(self, _c: mqtt.Client, _u: object, _flags: object, reason: ReasonCode, _p: object) -> None:
        if reason.is_failure:
            LOG.warning("the broker %s refuses %s: %s", self.broker, self.client_id, reason)
            return
        self._subscribe(self.topics.reply(self.client_id))
        with self._subscribing:
            for topic_filter in dict.fromkeys(topic_filter for topic_filter, _ in self._handlers):
                self._subscribe(topic_filter)
            self.connected.set()
        self._up_since = time.monotonic()
        self._loop.connected()
        self._explained = False
        with self._announcing:
            if self._birth is not None:
                self.publish(*self._birth, retain=True)
        self._requests.send_again()
        for handler in self._on_change:
            handler(True)

    def _disconnected(self, _c: mqtt.Client, _u: object, _flags: object, reason: ReasonCode, _p: object) -> None:
        if self.connected.is_set():
            self.connected.clear()
            LOG.info("connection of %s to the broker ended: %s", self.client_id, reason)
            self._make_way(reason)
            for handler in self._on_change:
                handler(False)
        else:
            self._explain()

    def _make_way(self, reason: ReasonCode) -> None:
        """Try more slowly when it was another machine of this name that the broker let in."""
        pause_s = self._rival.pause_s(reason, time.monotonic() - self._up_since)
        if pause_s is not None:
            self._loop.pause(pause_s)
            LOG.log(logging.ERROR if self._rival.is_certain else logging.INFO, "%s", words(self.client_id, pause_s))

    def _server_is(self, _topic: str, payload: bytes, _retained: bool) -> None:
        """A server that has just started knows nothing of what was sent while there was none: it is asked again at once."""
        status = codec.read(payload, ServerStatus)
        if status is None or status.state != "ready" or status.session == self._server_session:
            return
        self._server_session = status.session
        self._requests.send_again()

    def _explain(self) -> None:
        """Say once why the broker cannot be reached; with TLS the reason takes a look of its own."""
        if self._explained:
            return
        self._explained = True
        reason = "trying again"
        if self.broker.ca is not None and self.broker.certificate is not None and self.broker.key is not None:
            context = ssl_context(self.broker.ca, self.broker.certificate, self.broker.key)
            reason = why_refused(self.broker.host, self.broker.port, context)
        LOG.error("the broker %s cannot be reached as %s: %s", self.broker, self.client_id, reason)

    def _message(self, _c: mqtt.Client, _u: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            self.bad_messages.add("a topic that cannot be read", str(error))
            return
        if topic == self.topics.reply(self.client_id):
            correlation = getattr(message.properties, "CorrelationData", b"")
            self._hand_over(topic, self._requests.answered, correlation.decode("ascii", "replace"), bytes(message.payload))
            return
        for topic_filter, handler in self._handlers:
            if mqtt.topic_matches_sub(topic_filter, topic):
                self._hand_over(topic, handler, topic, bytes(message.payload), message.retain)

    def _hand_over(self, topic: str, take: Callable[P, None], *content: P.args, **more: P.kwargs) -> None:
        """Whatever goes wrong with a message ends with it: this thread has the next one to read."""
        try:
            take(*content, **more)
        except Exception as error:
            LOG.debug("a message on %s could not be handled", topic, exc_info=True)
            self.bad_messages.add(topic, f"{type(error).__name__}: {error}")
