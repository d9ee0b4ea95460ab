"""A load of clients on the broker, in a process of its own: each asks, waits for the answer, asks again.

    python -m tests.bench.load PORT CLIENTS SECONDS PLAN SHARE

PLAN is echo, issue or call. Writes one JSON object: latencies of the measured verb in milliseconds, how many requests were
answered, how long it took, the tickets got, the errors. SHARE (i/n) says which part of the clients this process plays.
"""

from __future__ import annotations

import json
import selectors
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contract.wire import codec
from contract.wire.topics import Topics
from link import Broker
from link.connection import client
from tests.bench.stage import HALL

TOPICS = Topics(HALL)
ECHO = "echo"


@dataclass
class Result:
    """What one process measured."""

    latencies_ms: list[float] = field(default_factory=list)
    answered: int = 0
    seconds: float = 0.0
    tickets: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


class Asker:
    """One client: a closed loop of requests over MQTT 5, QoS 1, response topic and correlation data."""

    def __init__(self, port: int, number: int, plan: str, result: Result) -> None:
        self.name = f"load-{plan}-{number}"
        self.plan, self.window, self.result = plan, f"{number + 1:02d}", result
        self.paho = client(Broker("127.0.0.1", port), self.name)
        self.paho.on_message = self.answered
        self.paho.on_subscribe = lambda *_: setattr(self, "ready", True)
        self.ready = self.running = False
        self.verb, self.sent, self.waits = "", 0.0, b""
        self.queue = "q" + "abc"[number % 3]
        self.paho.connect("127.0.0.1", port, clean_start=True)

    def ask(self, verb: str, body: dict[str, Any]) -> None:
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = TOPICS.reply(self.name)
        self.waits = str(uuid.uuid4()).encode()
        properties.CorrelationData = self.waits
        self.verb, self.sent = verb, time.perf_counter()
        self.paho.publish(TOPICS.command(verb), codec.encode(body), qos=1, properties=properties)

    def step(self, last: str, answer: dict[str, Any]) -> None:
        """Ask for what comes next after the answer to `last`."""
        if self.plan == "echo":
            self.ask(ECHO, {"queue": self.queue, "channel": "web"})
        elif self.plan == "issue":
            self.ask("issue-ticket", {"queue": self.queue, "channel": "web"})
        elif last == "call-next" and answer.get("error", {}).get("code") in (None, "wrong-state"):
            self.ask("no-show", {"window": self.window})
        else:
            self.ask("call-next", {"window": self.window})

    def answered(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        took = (time.perf_counter() - self.sent) * 1000
        assert message.properties is not None
        if message.properties.CorrelationData != self.waits:
            return
        answer = json.loads(message.payload)
        if self.running:
            self.count(answer, took)
            self.step(self.verb, answer)

    def count(self, answer: dict[str, Any], took: float) -> None:
        self.result.answered += 1
        if self.verb in (ECHO, "issue-ticket", "call-next"):
            self.result.latencies_ms.append(took)
        if answer.get("status") == "error":
            self.result.errors[answer["error"]["code"]] += 1
        elif self.verb in ("issue-ticket", "call-next"):
            self.result.tickets.append(answer["data"]["ticket"]["id"])


def turn(askers: list[Asker], until: Callable[[], bool]) -> None:
    """Serve the sockets of all askers in this one thread until `until` says so."""
    with selectors.DefaultSelector() as selector:
        for asker in askers:
            selector.register(asker.paho.socket(), selectors.EVENT_READ, asker)
        beat = time.monotonic()
        while not until():
            for key, _ in selector.select(0.05):
                key.data.paho.loop_read()
            for asker in askers:
                while asker.paho.want_write():
                    asker.paho.loop_write()
            if time.monotonic() - beat > 1:
                beat = time.monotonic()
                for asker in askers:
                    asker.paho.loop_misc()


def play(port: int, numbers: list[int], seconds: float, plan: str) -> Result:
    """Connect, open the windows where needed, then ask for `seconds`."""
    result = Result()
    askers = [Asker(port, number, plan, result) for number in numbers]
    turn(askers, lambda: all(asker.paho.is_connected() for asker in askers))
    for asker in askers:
        asker.paho.subscribe(TOPICS.reply(asker.name), qos=1)
    turn(askers, lambda: all(asker.ready for asker in askers))
    if plan == "call":
        for asker in askers:
            asker.ask("open-window", {"window": asker.window})
            asker.ask("no-show", {"window": asker.window})  # frees a window that an earlier cell left with a ticket
        end = time.monotonic() + 1
        turn(askers, lambda: time.monotonic() > end)
    begun = time.perf_counter()
    for asker in askers:
        asker.running = True
        asker.step("", {})
    turn(askers, lambda: time.perf_counter() - begun > seconds)
    result.seconds = time.perf_counter() - begun
    for asker in askers:
        asker.running = False
    end = time.monotonic() + 0.5
    turn(askers, lambda: time.monotonic() > end)
    for asker in askers:
        asker.paho.disconnect()
    return result


def main() -> None:
    port, clients, seconds, plan, share = sys.argv[1:6]
    part, parts = (int(number) for number in share.split("/"))
    result = play(int(port), list(range(part, int(clients), parts)), float(seconds), plan)
    json.dump(result.__dict__, sys.stdout)


if __name__ == "__main__":
    main()
