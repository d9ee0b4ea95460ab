"""Somebody at a kiosk whose server is there: events go in, what is asked of the server is kept. No screen, no network."""

from __future__ import annotations

from typing import Any

from kiosk.flow.event import Connected, Tick
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.state import KioskState
from tests.unit.kiosk.ticket_kiosk.test_flow import CLOCK, READY, SEED, SETTING, queue_is


class AtKiosk:
    """Drives the flow and remembers what it asked for."""

    def __init__(self) -> None:
        self.state: KioskState = flow.first(SETTING, SEED)
        self.asked: list[Any] = []
        self.does(Tick(0, CLOCK), Connected(True), READY, queue_is("social"))

    def does(self, *events: Any) -> KioskState:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            self.asked += effects
        return self.state
