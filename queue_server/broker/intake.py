"""Lets messages in, as many of each client as its budget has, and stops hearing one that does not stop.

Reading a message and throwing it away costs time too. With certificates the server knows whose a topic is: it unsubscribes from
a client that floods it, so that the broker drops what that one sends, and listens again after a while.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contract.configuration.hall import HallConfig
from queue_server.broker import budget
from queue_server.broker.budget import Allowance, Budget

MUTE_AFTER = 200
"""Messages beyond the budget after which a client is not heard any more."""
FIRST_MUTE_S, LONGEST_MUTE_S = 5.0, 300.0
MOST_TOLD = 100
"""Clients that are told at once."""
FORGIVEN_S = 600.0
"""After so long without a flood the next one is the first."""
_OF_ROLE = {"agent": budget.MANY_WINDOWS, "crowd": budget.MANY_WINDOWS}


@dataclass(slots=True)
class _Flood:
    """How one client behaved: messages beyond its budget since it was last heard, how often it was muted, until when it is."""

    beyond: int = 0
    mutes: int = 0
    until: float = 0.0
    muted: bool = False


class Intake:
    """Decides about each message before it is read. `mute` and `hear` stop and begin listening to a client, None where nobody
    can be told apart."""

    def __init__(
        self, config: HallConfig, *, mute: Callable[[str], None] | None = None, hear: Callable[[str], None] | None = None
    ) -> None:
        self._budget = Budget()
        self._mute, self._hear = mute, hear
        self._roles = {terminal.id: terminal.role for terminal in config.terminal}
        self._agents = {d.id: d.agent or d.id for d in config.device if d.kind == "display"}
        self._agents |= {name: terminal.id for terminal in config.terminal for name in terminal.devices if name in self._agents}
        self._floods: dict[str, _Flood] = {}
        self._beyond: set[str] = set()

    def admits(self, topic: str, reply: str, now: float) -> bool:
        """Whether a message is let in. `topic` is that behind the hall's root, `reply` the client of the response topic."""
        kind, _, rest = topic.partition("/")
        if kind == "cmd":
            verb, _, client = rest.partition("/")
            return self._asks(verb, client or reply, now)
        if kind in ("terminal", "display"):
            name = rest.partition("/")[0]
            client = name if kind == "terminal" else self._agents.get(name, name)
            return self._spent(client, "reports", budget.REPORTS, now)
        return True

    def pass_time(self, now: float) -> frozenset[str]:
        """Listen again to those whose time is over; the clients that sent too much since the last time."""
        for client, flood in self._floods.items():
            if flood.muted and now >= flood.until and self._hear is not None:
                flood.muted, flood.beyond = False, 0
                self._hear(client)
        beyond, self._beyond = frozenset(self._beyond), set()
        return beyond

    def _asks(self, verb: str, client: str, now: float) -> bool:
        if self._mute is None:
            return self._spent(client, "asks", budget.UNKNOWN, now)
        role = self._roles.get(client, "")
        if role == "hall" and verb == "issue-ticket" and not self._spent(client, "numbers", budget.NUMBERS, now):
            return False
        return self._spent(client, "asks", _OF_ROLE.get(role, budget.TERMINAL), now)

    def _spent(self, client: str, purpose: str, allowance: Allowance, now: float) -> bool:
        if self._budget.spend(client, purpose, allowance, now):
            return True
        if len(self._beyond) < MOST_TOLD:
            self._beyond.add(client)
        if self._mute is not None and client in self._roles:
            self._count(client, now, self._mute)
        return False

    def _count(self, client: str, now: float, mute: Callable[[str], None]) -> None:
        """One message beyond the budget; too many of them, and the client is not heard for a while, longer each time."""
        flood = self._floods.setdefault(client, _Flood())
        flood.beyond += 1
        if flood.muted or flood.beyond < MUTE_AFTER:
            return
        flood.mutes = flood.mutes + 1 if now - flood.until < FORGIVEN_S else 1
        flood.until = now + min(FIRST_MUTE_S * 2 ** (flood.mutes - 1), LONGEST_MUTE_S)
        flood.muted = True
        mute(client)
