"""The single writer: takes waiting requests, one transaction for all of them, then answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from queue_server.api import messages


@dataclass(frozen=True, slots=True)
class Request:
    """One request on its way to the ledger.

    `id` is the Correlation Data that its sender keeps on every retry, `payload` the JSON of the verb, `actor` who asks
    (an MQTT client id or a staff account), `answer` is called once, in the server's thread, after the commit.
    """

    id: str
    verb: str
    payload: bytes
    actor: str
    answer: Callable[[messages.Answer], None]
