"""A number that is over sends nobody to a window any more: on no display, whichever way it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from contract.configuration.hall import Device
from contract.wire import codec, messages
from contract.wire.messages import ServerStatus
from kiosk.call_screen import flow as call_screen
from kiosk.flow.event import Connected, Received, Tick
from kiosk.window_rater import flow as rater
from kiosk.window_rater.state import RaterSettings
from tests.web_hall import CONFIG, WebHall

BOARD = Device(id="board-1", kind="display", model="virtual", address="emulator://virtual", agent="agent-1", serves="board")
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
Ending = Callable[[WebHall, str], None]


@pytest.fixture
def hall(tmp_path):
    """A hall with a board beside the strips of its windows."""
    hall = WebHall(tmp_path, CONFIG.model_copy(update={"device": [*CONFIG.device, BOARD]}))
    yield hall
    hall.close()


def at_window(*verbs: str, **more: object) -> Ending:
    def end(hall: WebHall, ticket: str) -> None:
        for verb in verbs:
            body = {"ticket": ticket} if verb == "cancel-ticket" else {"window": "01"}
            answer = hall.ask(verb, **body, **(more if verb == verbs[-1] else {}))
            assert answer.status == "ok", (verb, answer.error)

    return end


ENDINGS: dict[str, Ending] = {
    "missed": at_window("no-show"),
    "put back": at_window("requeue"),
    "held when called": at_window("hold"),
    "held in service": at_window("start-service", "hold"),
    "moved to a queue when called": at_window("transfer", to_queue="tax"),
    "moved to a window in service": at_window("start-service", "transfer", to_window="02"),
    "finished": at_window("start-service", "finish-service"),
    "missed and cancelled": at_window("no-show", "cancel-ticket"),
    "held and cancelled": at_window("hold", "cancel-ticket"),
}


class Screens:
    """The call screen and the rater of window 01, which follow the windows as they are published."""

    def __init__(self) -> None:
        self.calls = call_screen.CallScreenState()
        self.rater = rater.start(RaterSettings(), UUID(int=1))
        self._take(Tick(0, NOON), Connected(True), Received(("server", "status"), ServerStatus("ready", "s", "1", NOON), True))

    def _take(self, *events: object) -> None:
        for event in events:
            self.calls, _ = call_screen.step(self.calls, event)
            self.rater, _ = rater.step(self.rater, event)

    def follow(self, hall: WebHall) -> None:
        hall.window("01")
        for topic, payload in hall.retained.under("window/").items():
            state = codec.decode(payload, messages.WindowState)
            self.calls, _ = call_screen.step(self.calls, Received(tuple(topic.split("/")), state, False))
        own = codec.decode(hall.retained.get("window/01/state") or b"", messages.WindowState)
        self.rater, _ = rater.step(self.rater, Received(("window", "01", "state"), own, False))

    def send(self) -> set[str]:
        """The numbers that are sent to a window now."""
        here = self.rater.window.ticket if self.rater.window else None
        return {call.number for call in self.calls.large} | ({here.number} if here else set())


def shown(hall: WebHall) -> str:
    """What all strips and the board should show."""
    desired = [codec.decode(p, messages.DisplayDesired) for t, p in hall.retained.under("display/").items() if "desired" in t]
    return " ".join(line.text for display in desired for line in display.lines)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_number_that_is_over_is_sent_to_no_window_by_any_display(hall: WebHall, client: TestClient, ending: str) -> None:
    for window, clerk in (("01", "0101"), ("02", "0103")):
        assert hall.ask("open-window", window=window, clerk=clerk).status == "ok"
    screens, ticket = Screens(), hall.issue()
    assert hall.ask("call-next", window="01").status == "ok"
    screens.follow(hall)
    number, phone = ticket["number"], f"/t/{ticket['token']}"
    assert number in screens.send() and number in shown(hall) and "请到 01 号窗口" in client.get(phone).text
    ENDINGS[ending](hall, ticket["id"])
    screens.follow(hall)
    assert number not in screens.send() and number not in shown(hall)
    assert "请到 01 号窗口" not in client.get(phone).text and 'id="called"' not in client.get(phone).text
    assert number not in client.get("/wall").text
