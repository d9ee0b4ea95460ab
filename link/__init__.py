"""The MQTT connection that every program of the hall uses: kiosk roles, device agent, crowd and server."""

from link.address import BadBroker, Broker
from link.connection import Link, new_session
from link.requests import NoAnswer

__all__ = ["BadBroker", "Broker", "Link", "NoAnswer", "new_session"]
