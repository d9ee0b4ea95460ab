"""Every page of a window's rater, in both languages and elder mode, lying and upright."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from contract.wire.messages import RatingAsk, WindowClerk, WindowState, WindowTicket
from kiosk.flow.event import Broke, Connected, Received
from kiosk.flow.hall_view import Presence
from kiosk.flow.requests import PendingRequests
from kiosk.ui.theme import Mode
from kiosk.window_rater.flow import step
from kiosk.window_rater.role import watches
from kiosk.window_rater.state import ButtonTapped, RaterState
from tests.screens import Shot, shots_of
from tests.screens.hall import HALL
from tests.screens.taps import Walk

if TYPE_CHECKING:
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext

SIZES = {"landscape": (1280, 800), "portrait": (800, 1280), "large": (1920, 1080)}
MODES = {
    "zh": Mode(),
    "en": Mode("en"),
    "zh-elder": Mode("zh", elder=True),
    "en-elder": Mode("en", elder=True),
}
NOON = datetime(2026, 11, 21, 9, 41, tzinfo=ZoneInfo("Asia/Shanghai"))
CLERK = WindowClerk("0301", "工号 0301", "photos/none.jpg")


def window(state: str, number: str | None = None) -> WindowState:
    """A window in a state."""
    ticket = WindowTicket("20261121-a012", number, "social-security") if number else None
    return WindowState(1, state, ticket, None if state == "closed" else CLERK, 1, NOON)  # type: ignore[arg-type]


def states(mode: Mode) -> Iterator[tuple[str, str, RaterState]]:
    """Every page: its name, the window it belongs to, the state."""
    start = RaterState(
        PendingRequests(UUID(int=0)),
        now=100,
        clock=NOON,
        presence=Presence(True, True),
        language=mode.language,
        elder=mode.elder,
    )
    ask = RatingAsk("20261121-a012-s1", "A012", "社会保障卡申领", CLERK, NOON + timedelta(seconds=60))
    asked = replace(start, ask=ask, page="faces", until=147.0, of_s=60, window=window("rating"))
    yield "idle", "03", replace(start, window=window("idle"))
    yield "idle-unknown", "03", replace(start, presence=Presence())
    yield "calling", "03", replace(start, window=window("calling", "A012"))
    yield "serving-comprehensive", "01", replace(start, window=window("serving", "A1012"))
    yield "paused", "03", replace(start, window=window("paused"))
    yield "paused-reason", "03", replace(start, window=structs.replace(window("paused"), reason="fault"))
    yield "closed", "12", replace(start, window=window("closed"))
    yield "green-channel", "10", replace(start, window=window("calling", "J003"))
    yield "away", "10", replace(start, window=window("serving", "J003"), presence=Presence())
    yield "faces", "03", asked
    yield "faces-without-clerk", "03", replace(asked, ask=replace_ask(ask))
    for level in (5, 4, 3, 2, 1):
        chosen = replace(asked, page="reasons", level=level, counted=level > 2)
        yield f"reasons-{level}", "03", replace(chosen, reasons=(f"{level}10",))
        yield f"reasons-{level}-none", "03", chosen
        yield f"reasons-{level}-more", "03", replace(chosen, more=True)
    yield "reasons-bad-chosen", "03", replace(asked, page="reasons", level=1, reasons=("108", "109"), phrases=("等候时间太长",))
    yield "words-good", "03", replace(asked, page="words", level=5, counted=True)
    yield "words-bad", "03", replace(asked, page="words", level=2, phrases=("等候时间太长",))
    yield "sending", "03", replace(asked, page="sending", level=5, until=None)
    yield "thanks", "03", replace(asked, page="thanks", until=104, of_s=5)
    yield "thanks-later", "03", replace(asked, page="thanks", problem="no-answer", until=104, of_s=5)
    timed_out = replace(asked, page="thanks", problem="time-out", level=1, until=104, of_s=5)
    yield "thanks-timed-out", "03", timed_out
    yield "thanks-timed-out-reasons", "03", replace(timed_out, reasons=("108", "109"))
    yield "trouble", "03", replace(asked, page="trouble", problem="bad-request", until=125, of_s=30)
    yield "trouble-expired", "03", replace(asked, page="trouble", problem="expired", until=125, of_s=30)
    yield "failed", "03", replace(asked, page="failed", until=104, of_s=5)


def replace_ask(ask: RatingAsk) -> RatingAsk:
    """The same question without a clerk."""
    return RatingAsk(ask.service, ask.number, None, None, ask.expires_at)


def drawing(hall: HallConfig, window_id: str) -> Callable[[PageContext, RaterState], Page]:
    """How the rater of a window draws a state."""
    plate = next(w for w in hall.window if w.id == window_id)

    def draw(context: PageContext, state: RaterState) -> Page:
        from kiosk.window_rater.pages import page

        return page(context, state, plate, HALL)

    return draw


def every(only: str = "") -> Iterator[tuple[str, Callable[[], Page]]]:
    """Every page in every mode and size: its name, and a function that draws it; `only` of one mode."""
    from tests.screens.kivy_stage import make_page

    hall = load(HALL)
    for (mode_name, mode), (size_name, size) in itertools.product(MODES.items(), SIZES.items()):
        for name, window_id, state in states(mode) if only in ("", f"rating/{mode_name}/{size_name}") else ():
            yield (
                f"rating/{mode_name}/{size_name}/{name}",
                partial(make_page, drawing(hall, window_id), state, hall, size, mode),
            )


def pages() -> Iterator[tuple[str, Page]]:
    """Every page, drawn."""
    return ((name, make()) for name, make in every())


def walks() -> Iterator[tuple[str, Walk]]:
    """Every way through the pages, lying and upright."""
    hall = load(HALL)
    ask = Received(("rating", "03", "ask"), None)
    served = Received(("window", "03", "state"), window("serving", "A013"))
    for mode, size in (("zh", "portrait"), ("en", "large"), ("zh-elder", "portrait"), ("en-elder", "landscape")):
        given = {name: state for name, window_id, state in states(MODES[mode]) if window_id == "03"} | {
            "first": RaterState(PendingRequests(UUID(int=0)))
        }
        yield (
            f"{mode}/{size}",
            Walk(
                given,
                step,
                drawing(hall, "03"),
                watches,
                hall,
                SIZES[size],
                MODES[mode],
                unasked=(Connected(False), Broke("test"), ask, served),
                grave=(ButtonTapped("decline"),),
            ),
        )


def modes() -> list[str]:
    """The folders of the pictures."""
    return [f"rating/{mode}/{size}" for mode, size in itertools.product(MODES, SIZES)]


def shots(mode: str) -> Iterator[Shot]:
    """The pictures of a mode."""
    return shots_of(mode, every(mode))
