"""Two machines that use one terminal's name: the broker lets one of them in at a time, and each cuts the other off.

A machine is known by the session in its status, which a program draws at each start: one that comes back after another was
ready is a second machine.
"""

from __future__ import annotations

REMEMBERED = 8
"""Sessions of a terminal: the latest ones. A program that starts again and again has a new one each time."""
QUIET_S = 300.0
"""Two machines take turns within this time, however slowly they try."""


class SharedNames:
    """The terminals whose name two machines use."""

    def __init__(self) -> None:
        self._sessions: dict[str, list[str]] = {}
        self._seen: set[str] = set()
        self._until: dict[str, float] = {}

    def ready(self, terminal: str, session: str) -> None:
        """A terminal says that it is ready, in this session."""
        seen = self._sessions.setdefault(terminal, [])
        if seen[-1:] == [session]:
            return
        if session in seen:
            seen.remove(session)
            self._seen.add(terminal)
        seen.append(session)
        del seen[:-REMEMBERED]

    def changes(self, monotonic: float) -> dict[str, bool]:
        """Terminals of which two machines took turns since the last time, with True, and those that were quiet since, with
        False."""
        found = dict.fromkeys(self._seen, True)
        self._until |= dict.fromkeys(self._seen, monotonic + QUIET_S)
        self._seen.clear()
        for terminal in [name for name, until in self._until.items() if until <= monotonic]:
            del self._until[terminal]
            found[terminal] = False
        return found
