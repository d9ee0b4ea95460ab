"""The topics of the wire contract, version 1 (docs/wire-contract.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass

ID = re.compile(r"[a-z0-9-]+")


class BadId(ValueError):
    """An id that would not fit into a topic."""


def checked_id(value: str) -> str:
    """Return `value` if it is an id of the contract, `[a-z0-9-]+`; raise BadId otherwise."""
    if not ID.fullmatch(value):
        raise BadId(f"{value!r} is not an id: use lower-case letters, digits and hyphens")
    return value


@dataclass(frozen=True)
class Topics:
    """Builds and takes apart the topics of one hall."""

    hall: str

    @property
    def root(self) -> str:
        """The prefix of every topic, with its closing slash."""
        return f"hall/{self.hall}/v1/"

    def server_status(self) -> str:
        return f"{self.root}server/status"

    def terminal_status(self, terminal: str) -> str:
        return f"{self.root}terminal/{checked_id(terminal)}/status"

    def terminal_ask(self, terminal: str) -> str:
        return f"{self.root}terminal/{checked_id(terminal)}/ask"

    def terminal_told(self, terminal: str) -> str:
        return f"{self.root}terminal/{checked_id(terminal)}/told"

    def queue_state(self, queue: str) -> str:
        return f"{self.root}queue/{checked_id(queue)}/state"

    def window_state(self, window: str) -> str:
        return f"{self.root}window/{checked_id(window)}/state"

    def display_desired(self, display: str) -> str:
        return f"{self.root}display/{checked_id(display)}/desired"

    def display_shown(self, display: str) -> str:
        return f"{self.root}display/{checked_id(display)}/shown"

    def announce(self) -> str:
        return f"{self.root}announce"

    def rating_ask(self, window: str) -> str:
        return f"{self.root}rating/{checked_id(window)}/ask"

    def catalogue_version(self) -> str:
        return f"{self.root}catalogue/version"

    def configuration(self) -> str:
        return f"{self.root}configuration"

    def alert(self, alert: str) -> str:
        return f"{self.root}alert/{checked_id(alert)}"

    def event(self, kind: str) -> str:
        return f"{self.root}event/{checked_id(kind)}"

    def command(self, verb: str) -> str:
        return f"{self.root}cmd/{checked_id(verb)}"

    def reply(self, client: str) -> str:
        return f"{self.root}reply/{checked_id(client)}"

    def relative(self, topic: str) -> str | None:
        """The part of `topic` behind this hall's root, or None for another hall's or another version's topic."""
        return topic[len(self.root) :] if topic.startswith(self.root) else None
