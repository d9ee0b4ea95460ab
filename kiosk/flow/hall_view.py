"""What a terminal knows of its hall from the broker: is anybody there, and the states of queues and windows. Pure.

One reducer for all roles. A server that died while the terminal was cut off has left its will behind, and the terminal gets
it only when it is connected again: so nothing that was known before is trusted until the server says anew that it is ready.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from contract.wire.messages import QueueState, ServerStatus, WindowState
from kiosk.flow.event import Connected, Received

M = TypeVar("M")


@dataclass(frozen=True)
class Presence:
    """Whether broker and server are there. `server_version` is that of the server which was ready last."""

    connected: bool = False
    server_ready: bool = False
    server_version: str = ""

    @property
    def served(self) -> bool:
        """Whether the server can be asked, and what it published last is true."""
        return self.connected and self.server_ready

    def after(self, event: object) -> Presence:
        """The presence after an event; most change nothing."""
        match event:
            case Connected(up):
                return replace(self, connected=up, server_ready=self.server_ready and up)
            case Received(("server", "status"), ServerStatus(state="ready") as status):
                return replace(self, server_ready=True, server_version=status.version)
            case Received(("server", "status")):
                return replace(self, server_ready=False)
        return self


@dataclass(frozen=True)
class HallView:
    """The presence, and the retained states by the ids of queues and windows."""

    presence: Presence = Presence()
    queues: Mapping[str, QueueState] = field(default_factory=dict)
    windows: Mapping[str, WindowState] = field(default_factory=dict)

    def after(self, event: object) -> HallView:
        """The view after an event; most change nothing."""
        match event:
            case Received(("queue", queue, "state"), QueueState() | None as state):
                return replace(self, queues=_kept(self.queues, queue, state))
            case Received(("window", window, "state"), WindowState() | None as state):
                return replace(self, windows=_kept(self.windows, window, state))
        presence = self.presence.after(event)
        return self if presence == self.presence else replace(self, presence=presence)


def _kept(known: Mapping[str, M], key: str, message: M | None) -> Mapping[str, M]:
    """`known` with the message under `key`; without it when the message was taken back."""
    if message is None:
        return {k: v for k, v in known.items() if k != key}
    return {**known, key: message}
