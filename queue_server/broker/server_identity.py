"""What a run of the server says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contract.wire import codec, messages


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """This run of the server, as it announces itself."""

    session: str
    version: str
    started_at: datetime
    client: str = ""

    def says(self, state: Literal["ready", "stopped", "lost"]) -> messages.ServerStatus:
        """What it says of itself on server/status."""
        return messages.ServerStatus(state, self.session, self.version, self.started_at, self.client)

    def status(self, state: Literal["ready", "stopped", "lost"]) -> bytes:
        """The payload of server/status."""
        return codec.encode(self.says(state))
