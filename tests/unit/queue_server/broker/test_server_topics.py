"""What the server listens to is what the contract gives it to read."""

from __future__ import annotations

import re

import paho.mqtt.client as mqtt

from contract.wire.topics import SERVER, TOPICS
from queue_server.broker.server import LEFT_STATES, SHARED_STATES
from queue_server.broker.sources import sources
from queue_server.enrolment.access import writes
from tests.web_hall import CONFIG


def test_the_server_follows_every_topic_that_it_may_read_once() -> None:
    readable = {re.sub("<[^>]+>", "+", pattern) for pattern, topic in TOPICS.items() if SERVER in topic.readers}
    (everybody,) = sources(CONFIG, certified=False).values()
    followed = [*LEFT_STATES, *SHARED_STATES, *everybody.states, *everybody.commands]
    assert len(followed) == len(set(followed))
    assert set(followed) == readable - {"configuration"} | {"cmd/+"}, "its own configuration it has in files"


def test_with_certificates_the_server_follows_what_each_terminal_may_write_and_no_more() -> None:
    for terminal in CONFIG.terminal:
        source = sources(CONFIG, certified=True)[terminal.id]
        filters = [*source.commands, *source.states]
        may_write = writes(CONFIG, terminal)
        for topic in may_write:
            assert [one for one in filters if mqtt.topic_matches_sub(one, topic)], topic
        assert all(any(mqtt.topic_matches_sub(one, topic) for topic in may_write) for one in filters)
        assert not [
            topic for other in CONFIG.terminal if other != terminal for topic in filters if other.id in topic.split("/")
        ]
