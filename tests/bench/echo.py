"""The barest responder there is: answers every request with its own payload. `python -m tests.bench.echo PORT`"""

from __future__ import annotations

import sys
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from link import Broker
from link.connection import client
from tests.bench.load import ECHO, TOPICS


def answer(paho: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
    """Publish what came where the asker waits for it."""
    properties = Properties(PacketTypes.PUBLISH)
    assert message.properties is not None
    properties.CorrelationData = message.properties.CorrelationData
    paho.publish(message.properties.ResponseTopic, message.payload, qos=1, properties=properties)


def main() -> None:
    port = int(sys.argv[1])
    paho = client(Broker("127.0.0.1", port), "echo")
    paho.on_connect = lambda c, *_: c.subscribe(TOPICS.command(ECHO), qos=1)
    paho.on_message = answer
    paho.connect("127.0.0.1", port)
    paho.loop_forever()


if __name__ == "__main__":
    main()
