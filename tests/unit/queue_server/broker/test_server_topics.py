"""What the server listens to is what the contract gives it to read."""

from __future__ import annotations

import re

from contract.wire.topics import SERVER, TOPICS
from queue_server.broker.server import OTHERS_STATES, SHARED_STATES


def test_the_server_follows_every_topic_that_it_may_read_once() -> None:
    readable = {re.sub("<[^>]+>", "+", pattern) for pattern, topic in TOPICS.items() if SERVER in topic.readers}
    followed = [*OTHERS_STATES, *SHARED_STATES, "cmd/+/+"]
    assert len(followed) == len(set(followed))
    assert set(followed) == readable - {"configuration"}, "its own configuration it has in files"
