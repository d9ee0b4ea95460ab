"""Who sends what to the server, as topic filters: so that one client can be left unheard without leaving others."""

from __future__ import annotations

from dataclasses import dataclass

from contract.configuration.hall import HallConfig
from queue_server.enrolment.access import writes

EVERYBODY = ""
"""Without certificates nobody knows who writes a topic: all are one source."""


@dataclass(frozen=True)
class Source:
    """What one client writes, as filters behind the hall's root: its commands, which servers share, and its states."""

    commands: tuple[str, ...]
    states: tuple[str, ...]


def sources(config: HallConfig, *, certified: bool) -> dict[str, Source]:
    """The sources of a hall by the client's name."""
    if not certified:
        return {EVERYBODY: Source(("cmd/+", "cmd/+/+"), ("terminal/+/status", "terminal/+/told", "display/+/shown"))}
    found = {}
    for terminal in config.terminal:
        topics = writes(config, terminal)
        asks = any(topic.startswith("cmd/") for topic in topics)
        states = tuple(topic for topic in topics if not topic.startswith("cmd/"))
        found[terminal.id] = Source((f"cmd/+/{terminal.id}",) if asks else (), states)
    return found
