"""A broker that hangs is noticed, and a busy server does not blame its broker."""

from __future__ import annotations

from queue_server.broker.pulse import ASK_AFTER, SILENT_AFTER, Pulse


class Broker:
    """Confirms what it is asked for while it works."""

    def __init__(self) -> None:
        self.works, self.asked = True, 0
        self.pulse = Pulse(self._ask)

    def _ask(self) -> None:
        self.asked += 1
        if self.works:
            self.pulse.heard()

    def look(self, times: int) -> list[bool]:
        found = []
        for _ in range(times):
            self.pulse.look()
            found.append(self.pulse.is_silent)
        return found


def test_a_quiet_broker_is_asked_now_and_then_and_is_not_silent() -> None:
    broker = Broker()
    assert not any(broker.look(10 * SILENT_AFTER))
    assert broker.asked == 10 * SILENT_AFTER // ASK_AFTER


def test_a_broker_that_answers_nothing_is_silent_soon_and_until_it_is_heard() -> None:
    broker = Broker()
    broker.works = False
    assert broker.look(SILENT_AFTER).index(True) == SILENT_AFTER - 1
    assert broker.look(100) == [True] * 100 and broker.asked == 1
    broker.pulse.heard()
    assert not broker.pulse.is_silent


def test_a_busy_broker_is_not_asked() -> None:
    broker = Broker()
    for _ in range(5 * SILENT_AFTER):
        broker.look(ASK_AFTER - 1)
        broker.pulse.heard()
    assert broker.asked == 0
