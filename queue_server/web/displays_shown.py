"""What the displays of the hall really show.

A display's driver reports the `seq` of what it shows (`display/<id>/shown`); its content is the `desired` with that seq. While
a display lags behind or cannot be reached, the older content stays here, as it stays on the wall.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from contract.wire import codec, messages
from queue_server.hall_access import HallAccess

KEPT = 32


@dataclass(frozen=True)
class ShownPanel:
    """One display now: ok, sent (it never answers), behind (something newer is on its way), unreachable, or unknown (nobody has
    reported)."""

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

    def __init__(self, hall: HallAccess) -> None:
        self._hall = hall
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
        if memory.shown is None:
            return ShownPanel("unreachable" if report.state == "unreachable" else "behind")
        state: Literal["ok", "sent", "behind", "unreachable"] = "ok" if report.confirmed else "sent"
        if memory.shown is not wanted:
            state = "behind"
        if report.state == "unreachable":
            state = "unreachable"
        return ShownPanel(state, tuple(memory.shown.lines), memory.shown.brightness)

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
