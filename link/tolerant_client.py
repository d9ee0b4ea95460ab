"""Paho's client, made to live with whatever somebody publishes: a message that cannot be read ends with itself, and not the
connection.

The seam is `_handle_publish`, which paho calls with a whole packet in `_in_packet`: it is given only the properties that are
used. tests/unit/link/test_tolerant_client.py holds that of the paho in requirements.lock.
"""

from __future__ import annotations

from collections.abc import Callable

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from link import publish_properties
from link.publish_properties import BadProperties

Unreadable = Callable[[bytes, bool, str], None]
"""Takes the topic, whether the message is retained, and why it cannot be read."""


class TolerantClient(mqtt.Client):
    """A client for MQTT 5. `on_unreadable` is told of a message that is dropped because of its properties."""

    def __init__(self, client_id: str) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5)
        self.on_unreadable: Unreadable = _ignore

    def _handle_publish(self) -> MQTTErrorCode:
        flags, packet = self._in_packet["command"], self._in_packet["packet"]
        qos = flags >> 1 & 3
        topic_end = 2 + int.from_bytes(packet[:2], "big")
        start = topic_end + (2 if qos else 0)
        if start >= len(packet) or packet[start] == 0:  # cut off: paho ends the connection, for the broker has lost its way
            return super()._handle_publish()
        try:
            properties, end = publish_properties.used(packet, start)
        except BadProperties as error:
            self.on_unreadable(bytes(packet[2:topic_end]), bool(flags & 1), str(error))
            if qos == 0:
                return MQTTErrorCode.MQTT_ERR_SUCCESS
            return self._send_puback(int.from_bytes(packet[topic_end:start], "big"))
        self._in_packet["packet"] = packet[:start] + properties + packet[end:]
        return super()._handle_publish()


def _ignore(_topic: bytes, _retained: bool, _why: str) -> None:
    """Nobody asked to be told."""
