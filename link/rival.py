"""Another machine that uses this one's name: the broker lets only one of them in, and ends the other's connection.

Both would try again at once and cut each other off for ever (MQTT 5, 3.1.4-3). Each that notices tries more slowly every time.
"""

from __future__ import annotations

from paho.mqtt.reasoncodes import ReasonCode

from contract.backoff import Backoff

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
OFTEN = 3
"""So many times is no accident: a program that starts again while its old connection lingers is cut off once."""
LONG_S = 180.0
"""A connection that stood so long shows that the other machine has gone."""
TAKEN_OVER = 0x8E
"""The reason with which a broker may end the older of two connections of one client id; mosquitto 2.0 gives none."""


class Rival:
    """What is known of another machine of the same name. Times are seconds."""

    def __init__(self) -> None:
        self._times = 0
        self._seen = False
        self._pauses = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)

    def seen(self) -> None:
        """Somebody else has said something in this name."""
        self._seen = True

    def pause_s(self, reason: ReasonCode, stood_s: float) -> float | None:
        """How long to wait before the next attempt when a connection that stood so long ends; None if it was nobody's doing."""
        if stood_s > LONG_S:
            self._times = 0
            self._pauses.reset()
        was_seen, self._seen = self._seen, False
        if not was_seen and reason.value != TAKEN_OVER:
            return None
        self._times += 1
        return self._pauses.next()

    @property
    def is_certain(self) -> bool:
        """Whether there is another machine, and not only an older connection of this one."""
        return self._times >= OFTEN


def words(name: str, pause_s: float) -> str:
    """What the log says of it."""
    return (
        f"another machine connects to the broker as {name}, and each cuts the other off; look for a disk that was copied, or a "
        f"name that two machines have, and give one of them another name in devices.toml; trying again in {pause_s:.0f} s"
    )
