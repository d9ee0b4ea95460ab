"""What a terminal believes of broker and server, the same in all four roles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from contract.wire.messages import Estimate, QueueState, ServerStatus, Text, WindowState
from kiosk.call_screen import flow as call_screen
from kiosk.flow.event import Connected, Received, Tick
from kiosk.flow.hall_view import HallView, Presence
from kiosk.flow.requests import PendingRequests
from kiosk.service_pages import flow as service_pages
from kiosk.service_pages.state import Own, Technician
from kiosk.ticket_kiosk import flow as ticket_kiosk
from kiosk.ticket_kiosk.state import Setting
from kiosk.window_rater import flow as window_rater

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SEED = UUID(int=1)


def server(state: Any) -> Received:
    return Received(("server", "status"), ServerStatus(state, "s", "1.2", NOON), retained=True)


QUEUE = QueueState(1, Text("社保", "Social"), True, 3, None, None, Estimate(60, 300))
WINDOW = WindowState(1, "idle", None, None, 0, NOON)
GONE = Received(("server", "status"), None)
UP, DOWN = Connected(True), Connected(False)
FOUR: dict[str, tuple[Any, Callable[[Any, Any], Any], Callable[[Any], bool]]] = {
    "ticket kiosk": (ticket_kiosk.first(Setting("kiosk-1", ()), SEED), ticket_kiosk.step, lambda state: state.served),
    "window rater": (
        window_rater.start(window_rater.RaterSettings(), SEED),
        window_rater.step,
        lambda state: state.presence.served,
    ),
    "call screen": (call_screen.CallScreenState(), call_screen.step, lambda state: state.live),
    "service pages": (
        Technician(Own("kiosk-1", "hall-kiosk", "1"), PendingRequests(SEED)),
        service_pages.step,
        lambda state: state.served,
    ),
}


@pytest.mark.parametrize("role", FOUR)
@pytest.mark.parametrize(
    ("events", "served"),
    [
        ([], False),
        ([UP], False),
        ([server("ready")], False),
        ([UP, server("ready")], True),
        ([server("ready"), UP], True),
        ([UP, server("ready"), server("lost")], False),
        ([UP, server("ready"), server("stopped"), server("ready")], True),
        ([UP, server("ready"), GONE], False),
        ([UP, server("ready"), DOWN], False),
        ([UP, server("ready"), DOWN, UP], False),
        ([UP, server("ready"), DOWN, UP, server("lost")], False),
        ([UP, server("ready"), DOWN, UP, server("ready")], True),
    ],
)
def test_the_server_is_there_only_when_it_said_so_since_the_connection_was_made(role: str, events: list[Any], served: bool):
    state, step, is_served = FOUR[role]
    for event in (Tick(1, NOON), *events):
        state, _ = step(state, event)
    assert is_served(state) == served


def test_the_version_of_the_last_server_is_kept_while_it_is_away():
    presence = Presence().after(UP).after(server("ready")).after(DOWN)
    assert presence == Presence(connected=False, server_ready=False, server_version="1.2")


def test_states_of_queues_and_windows_come_and_go_with_their_retained_messages():
    view = HallView()
    for event in (Received(("queue", "social", "state"), QUEUE), Received(("window", "03", "state"), WINDOW)):
        view = view.after(event)
    assert (view.queues, view.windows) == ({"social": QUEUE}, {"03": WINDOW})
    for topic in (("queue", "social", "state"), ("window", "03", "state"), ("queue", "unknown", "state")):
        view = view.after(Received(topic, None))
    assert view == HallView()


@pytest.mark.parametrize(
    "event", [Tick(1, NOON), Received(("announce",), None), Received(("queue", "social", "state"), "?"), object()]
)
def test_whatever_else_comes_changes_nothing(event: Any):
    view = HallView(Presence(True, True), {"social": QUEUE})
    assert view.after(event) is view
