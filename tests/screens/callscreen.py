"""The call screen, lying and upright, in a full hall, an empty one, and without its server."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from contract.configuration.table import TextConfig
from kiosk.call_screen.flow import CallScreenState, NewCall, ShownCall, ShownQueue, step
from kiosk.call_screen.role import watches
from kiosk.flow.hall_view import Presence
from kiosk.ui.theme import Mode
from tests.screens import Shot, shots_of
from tests.screens.hall import HALL
from tests.screens.taps import Walk

if TYPE_CHECKING:
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext

SIZES = {"landscape": (1920, 1080), "portrait": (1080, 1920), "small": (1366, 768)}
NOON = datetime(2026, 11, 21, 9, 41, tzinfo=ZoneInfo("Asia/Shanghai"))


def busy(hall: HallConfig) -> CallScreenState:
    """A hall in full swing."""
    calls = tuple(
        ShownCall(
            f"{hall.queue[i].letter}{12 + i:03}",
            hall.window[(i * 5) % len(hall.window)].id,
            "calling" if i < 3 else "serving" if i < 7 else "missed",
            1,
            (NOON - timedelta(minutes=i), 20 - i),
        )
        for i in range(13)
    )
    lines = {queue.id: ShownQueue((i * 7) % 23, i != 4) for i, queue in enumerate(hall.queue)}
    return CallScreenState(calls=calls, lines=lines, presence=Presence(True, True), now=100, clock=NOON, good_at=NOON)


def calling(state: CallScreenState, count: int) -> CallScreenState:
    """The newest calls made just now, all at once."""
    return replace(state, new=tuple(NewCall(call.key, state.now + 4) for call in state.calls[:count]))


def states(hall: HallConfig) -> Iterator[tuple[str, CallScreenState]]:
    """Every picture, by name."""
    full = busy(hall)
    yield "busy", full
    yield "called", calling(full, 1)
    for count in (2, 3, 4):
        yield f"{count}-called", calling(full, count)
    yield (
        "long-numbers",
        replace(full, calls=tuple(replace(call, number=f"{call.number[0]}1{call.number[1:]}") for call in full.calls)),
    )
    yield "second-notice-and-queues", replace(full, now=112)
    yield "first-call", replace(full, calls=full.calls[:1])
    yield "few-calls", replace(full, calls=full.calls[:4])
    yield "nobody-waits", replace(full, lines={name: replace(line, waiting=0) for name, line in full.lines.items()})
    yield "nobody-called", replace(full, calls=())
    yield "away", replace(full, presence=Presence())
    yield "starting", CallScreenState(clock=NOON)
    yield "failed", replace(full, failed_until=105)


LONG = TextConfig(
    zh="因系统升级，本周六（11月28日）上午暂停办理不动产登记、社会保障卡补领和企业注销业务，下午2点起恢复办理，请合理安排时间，给您带来不便，敬请谅解。",
    en="Because of a system upgrade, real estate registration, replacement of social security cards and company deregistration "
    "are not available this Saturday morning (28 November). They are open again from 2 pm. We are sorry for the trouble.",
)
"""A notice as halls write them."""


def draw(context: PageContext, state: CallScreenState) -> Page:
    """The page of a state."""
    from kiosk.call_screen.page import page

    return page(context, state)


def every() -> Iterator[tuple[str, Callable[[], Page]]]:
    """Every picture in every size: its name, and a function that draws it."""
    from tests.screens.kivy_stage import make_page

    hall = load(HALL)
    for (name, state), (size_name, size) in itertools.product(states(hall), SIZES.items()):
        yield f"callscreen/{size_name}/{name}", partial(make_page, draw, state, hall, size, Mode())
    wordy = hall.model_copy(update={"notice": [LONG]})
    for (turn, now), (size_name, size) in itertools.product(enumerate((0, 12, 24, 36, 48)), SIZES.items()):
        state = replace(busy(hall), now=now)
        yield f"callscreen/{size_name}/long-notice-{turn + 1}", partial(make_page, draw, state, wordy, size, Mode())


def pages() -> Iterator[tuple[str, Page]]:
    """Every page, drawn."""
    return ((name, make()) for name, make in every())


def walks() -> Iterator[tuple[str, Walk]]:
    """The pages in both shapes; there is nothing to tap."""
    hall = load(HALL)
    for name, size in SIZES.items():
        yield name, Walk(dict(states(hall)), step, draw, watches, hall, size, Mode(), lambda state: str(state.failed))


def modes() -> list[str]:
    """The folders of the pictures."""
    return [f"callscreen/{size}" for size in SIZES]


def shots(mode: str) -> Iterator[Shot]:
    """The pictures of a mode."""
    return shots_of(mode, every())


def newest_number_height() -> float:
    """How high the digits of the newest call are on a screen of 1920 x 1080, in pixels."""
    from kiosk.ui.widgets import Words
    from tests.screens.fits import ink
    from tests.screens.kivy_stage import make_page

    hall = load(HALL)
    state = busy(hall)
    page = make_page(draw, state, hall, (1920, 1080), Mode())
    number = next(w for w in page.walk() if isinstance(w, Words) and w.text == state.calls[0].number)
    bottom, top = ink(number)
    return top - bottom


def windows_shown() -> list[int]:
    """Of how many windows a busy hall's screen shows the last call, for each size."""
    from kiosk.ui.widgets import Words
    from tests.screens.kivy_stage import make_page

    hall = load(HALL)
    state = busy(hall)
    numbers = {call.number for call in state.calls}
    pages = [make_page(draw, state, hall, size, Mode()) for size in SIZES.values()]
    return [len(numbers & {w.text for w in page.walk() if isinstance(w, Words) and w.opacity}) for page in pages]
