"""What the displays of the hall really show.

A display's driver reports the `seq` of what it shows (`display/<id>/shown`); its content is the `desired` with that seq. While
a display lags behind or cannot be reached, the older content stays here, as it stays on the wall. While nothing comes from its
driver, nobody knows what it shows.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from contract.configuration.hall import HallConfig
from contract.wire import codec, messages
from queue_server.hall_access import HallAccess
from queue_server.web import server_trouble

KEPT = 32


@dataclass(frozen=True)
class ShownPanel:
    """One display now: ok, sent (it never answers), behind (something newer is on its way), unreachable, or unknown (nobody
    reports, or not any more)."""

    state: Literal["ok", "sent", "behind", "unreachable", "unknown"]
    lines: tuple[messages.DisplayLine, ...] = ()
    brightness: int = 80


@dataclass
class _Memory:
    """The latest contents of one display by their seq, and the last one that was shown."""

    wanted: OrderedDict[int, messages.DisplayDesired] = field(default_factory=OrderedDict)
    shown: messages.DisplayDesired | None = None


class ShownPanels:
    """Every display by its id."""

    def __init__(self, hall: HallAccess, config: HallConfig) -> None:
        self._hall = hall
        self._agents = {device.id: device.agent for device in config.device if device.agent is not None}
        self._memories: dict[str, _Memory] = {}

    def take(self, topic: str, payload: bytes) -> None:
        """Remember a change of `display/<id>/desired` or `display/<id>/shown`."""
        parts = topic.split("/")
        if parts[0] == "display" and len(parts) == 3 and payload:
            self._remember(parts[1])

    def panel(self, display: str) -> ShownPanel:
        """What `display` shows now."""
        report = self._remember(display)
        if report is None:
            return ShownPanel("unknown")
        memory = self._memories[display]
        wanted = next(reversed(memory.wanted.values()), None)
        if memory.shown is None and not self._is_heard(display):
            return ShownPanel("unknown")
        if memory.shown is None:
            return ShownPanel("unreachable" if report.state == "unreachable" else "behind")
        state: Literal["ok", "sent", "behind", "unreachable", "unknown"] = "ok" if report.confirmed else "sent"
        if memory.shown is not wanted:
            state = "behind"
        if report.state == "unreachable":
            state = "unreachable"
        if not self._is_heard(display):
            state = "unknown"
        return ShownPanel(state, tuple(memory.shown.lines), memory.shown.brightness)

    def _is_heard(self, display: str) -> bool:
        """Whether what is said of the display still holds: the broker passes messages on, and its driver runs."""
        status = codec.read(self._hall.state(f"terminal/{self._agents.get(display, '')}/status"), messages.TerminalStatus)
        if status is not None and status.state not in ("init", "ready"):
            return False
        alerts = (codec.read(payload, messages.Alert) for payload in self._hall.states("alert/").values())
        return server_trouble.is_heard(alert for alert in alerts if alert is not None)

    def _remember(self, display: str) -> messages.DisplayShown | None:
        memory = self._memories.setdefault(display, _Memory())
        wanted = codec.read(self._hall.state(f"display/{display}/desired"), messages.DisplayDesired)
        if wanted is not None and wanted.seq not in memory.wanted:
            memory.wanted[wanted.seq] = wanted
            while len(memory.wanted) > KEPT:
                memory.wanted.popitem(last=False)
        report = codec.read(self._hall.state(f"display/{display}/shown"), messages.DisplayShown)
        if report is not None and report.state == "ok" and report.seq in memory.wanted:
            memory.shown = memory.wanted[report.seq]
        return report
