"""The kiosk's guide and its voice, the paper, the phone and the ticket send people with one item to the same windows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from contract.documents import make
from contract.guides.english import told
from contract.serving_windows import AT_WORK, at_work, serving_windows
from contract.texts import texts
from contract.wire.messages import WindowCondition, WindowState
from kiosk.ticket_kiosk.guides import speech
from kiosk.ui.page_context import PageContext
from kiosk.ui.theme import Look, Mode
from queue_server.catalogue.load import load as load_catalogue
from queue_server.web.public.guides import facts
from queue_server.web.site import Site
from tests.bed import Bed
from tests.ledgers import ledger_in

FOLDER = Path(__file__).parents[3] / "assets" / "halls" / "wushan"
HALL = load(FOLDER)
CATALOGUE = load_catalogue(FOLDER)
SOMETIME = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOBODY: tuple[str, ...] = ()
MORNING = ("01", "04", "06", "12")


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    made = Bed(FOLDER, ledger_in(tmp_path)).open()
    yield made
    made.close()


def states(hall: HallConfig, working: tuple[str, ...]) -> dict[str, WindowState]:
    """What the broker says of the windows: the others are closed or paused."""
    found = {}
    for place, window in enumerate(hall.window):
        condition: WindowCondition = "idle" if window.id in working else "closed" if place % 2 else "paused"
        found[window.id] = WindowState(1, condition, None, None, 0, SOMETIME)
    return found


def open_windows(bed: Bed, working: tuple[str, ...]) -> None:
    for window in working:
        clerk = next(clerk.id for clerk in HALL.clerk if window in clerk.windows or not clerk.windows)
        bed.ok("open-window", window=window, clerk=clerk)


@pytest.mark.parametrize("working", [NOBODY, MORNING], ids=["nobody", "morning"])
def test_guide_voice_paper_phone_and_ticket_name_the_same_windows_for_every_item(bed: Bed, working: tuple[str, ...]) -> None:
    open_windows(bed, working)
    known = at_work(states(HALL, working))
    site = cast(Site, SimpleNamespace(guides=None, config=HALL, window_states=lambda: states(HALL, working)))
    context = PageContext(Look(1, 1, Mode()), HALL, texts("zh"), lambda _event: None)
    head = make.letterhead(HALL)
    signs = {window.id: window.number for window in HALL.window}
    for item in CATALOGUE.items:
        ticket: dict[str, Any] = bed.ok("issue-ticket", queue=item.queue, channel="desk", item=item.id)
        named = [signs[window] for window in ticket["windows"]]
        assert bed.ok("lookup", token=ticket["ticket"]["token"])["windows"] == ticket["windows"]
        for paper in (make.guide, make.notice):
            assert paper(head, HALL, item, [], at=SOMETIME, working=known).windows == "、".join(named), item.code
        assert [window.number for window in facts(site, item, {}, "zh")["windows"]] == named, item.code
        heard = speech.sentences(context, told(item, {}, "zh"), "summary", None, known)
        assert f"去哪：{'、'.join(named)} 号窗口" in heard, item.code


def test_a_closed_window_is_never_named_while_an_open_one_serves() -> None:
    for queue in HALL.queue:
        planned = [window.id for window in HALL.windows_of(queue.id)]
        assert planned, "every business has a window"
        for open_one in planned:
            assert [window.id for window in serving_windows(HALL, queue.id, {open_one})] == [open_one]
        elsewhere = {window.id for window in HALL.window} - set(planned)
        assert [window.id for window in serving_windows(HALL, queue.id, elsewhere)] == planned


def test_a_paused_window_does_not_work_now() -> None:
    paused = states(HALL, ())
    assert at_work(paused) == frozenset() and "paused" not in AT_WORK


def test_the_catalogue_of_the_example_hall_lists_the_windows_of_the_queue_and_its_texts_name_none() -> None:
    for item in CATALOGUE.items:
        assert item.windows == [window.id for window in HALL.windows_of(item.queue)], item.code
        assert "窗口" not in item.place, item.code
