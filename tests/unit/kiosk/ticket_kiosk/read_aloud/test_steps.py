"""A guide read aloud: when it begins, what it follows, and everything that ends it. Pure flow, no voice."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.flow.event import Broke, Tick
from kiosk.ticket_kiosk.events import Back, GoHome, SetLanguage, Switch, Turn
from kiosk.ticket_kiosk.guides.state import OpenGuides, OpenSearch, PickItem, PickSection, QueryTyped, TakeNumberFor
from kiosk.ticket_kiosk.read_aloud.state import Listen, ReadGuide, ReadingEnded, ReadsNow, StopReading, VoiceIs
from tests.unit.kiosk.ticket_kiosk.guides.test_steps import THERE, Citizen, item  # noqa: F401
from tests.unit.kiosk.ticket_kiosk.test_flow import CLOCK


@pytest.fixture
def reader(item: Any) -> Citizen:  # noqa: F811
    """A citizen on a guide, at a terminal that has a voice."""
    citizen = Citizen(THERE, VoiceIs("ok"))
    citizen.reads(item)
    citizen.effects.clear()
    return citizen


def test_without_a_voice_that_works_nothing_is_read(reader: Citizen):
    for condition in ("init", "not-found", "unreachable"):
        assert reader.does(VoiceIs(condition), Listen()).aloud.section is None
    assert reader.effects == []


def test_what_is_read_is_the_section_that_somebody_looks_at(reader: Citizen):
    state = reader.does(PickSection("materials"), Listen())
    (effect,) = reader.effects
    assert isinstance(effect, ReadGuide)
    assert (effect.sections, state.aloud.section) == (("materials",), "materials")
    assert reader.does(ReadsNow(1, "materials")).aloud.section == "materials"
    assert reader.does(ReadingEnded(1)).aloud.section is None


def test_a_second_tap_ends_the_reading_and_a_third_begins_another(reader: Citizen):
    assert reader.does(Listen(), Listen()).aloud.section is None
    assert reader.effects[1:] == [StopReading()]
    assert reader.does(ReadsNow(1, "summary")).aloud.section is None, "late news of the reading that was ended"
    assert reader.does(Listen(), ReadingEnded(1)).aloud.turn == 2
    assert reader.state.aloud.section == "summary", "the end of the first reading does not end the second"


def test_another_section_is_read_as_soon_as_it_is_opened(reader: Citizen):
    reader.does(Listen(), PickSection("questions"))
    assert [effect.sections for effect in reader.effects] == [("summary",), ("questions",)]
    assert reader.does(Turn(1)).aloud.section == "questions", "leafing through what is read changes nothing"


@pytest.mark.parametrize("event", [Back(), GoHome(), TakeNumberFor(), SetLanguage("en"), Switch("elder"), Broke("defect")])
def test_it_ends_with_the_page_and_when_the_words_change(reader: Citizen, event: Any):
    state = reader.does(Listen(), event)
    assert state.aloud.section is None
    assert reader.effects[-1] == StopReading()


def test_the_page_stays_as_long_as_it_is_read_and_goes_when_the_voice_hangs(reader: Citizen):
    reader.does(Listen())
    for now in range(100, 500, 100):
        reader.does(ReadsNow(1, "summary"), Tick(now, CLOCK))
    assert reader.state.page == "guide"
    reader.does(Tick(521, CLOCK))
    assert (reader.state.page, reader.state.aloud.section, reader.effects[-1]) == ("home", None, StopReading())


def test_what_is_read_is_the_guide_that_is_open(reader: Citizen, item: Any):  # noqa: F811
    reader.does(Listen())
    assert reader.effects[0].item == item
    reader.does(GoHome(), OpenGuides(), OpenSearch(), QueryTyped("x"), PickItem("another"), Listen())
    assert reader.state.aloud.section is None, "no guide is open on the search page"
