"""Terminals of the hall's list that have never said anything: not installed, not enrolled, or not switched on."""

from __future__ import annotations

from contract.configuration.hall import HallConfig

LATE_S = 900.0
"""So long after the hall has opened, or the server was started in it, every terminal should have been heard once."""
MOST_NAMED = 5


class UnseenTerminals:
    """Belongs to the thread that reads the broker. Whoever plays people in an exercise is expected by nobody."""

    def __init__(self, config: HallConfig) -> None:
        self._unseen = [terminal.id for terminal in config.terminal if terminal.role != "crowd"]
        self._open_since: float | None = None

    def seen(self, terminal: str) -> None:
        """A terminal has said how it is."""
        if terminal in self._unseen:
            self._unseen.remove(terminal)

    def late(self, monotonic: float, *, is_open: bool) -> list[str]:
        """The terminals that somebody should look after now; none while the hall is closed."""
        if not is_open:
            self._open_since = None
        elif self._open_since is None:
            self._open_since = monotonic
        elif monotonic - self._open_since >= LATE_S:
            return list(self._unseen)
        return []


def sentence(terminals: list[str]) -> tuple[str, str]:
    """What to do about them, in Chinese and in English."""
    named = terminals[:MOST_NAMED]
    more = len(terminals) - len(named)
    zh = f"从未上线的终端：{'、'.join(named)}{f'等 {len(terminals)} 台' if more else ''}。"
    en = f"Never online: {', '.join(named)}{f' and {more} more' if more else ''}. "
    return (
        zh + "请检查电源和网络，还没有入网的取入网口令入网；大厅没有的请从 devices.toml 里删去。",
        en + "Check power and network, and enrol those that are not; take those that the hall has not out of devices.toml.",
    )
