"""A citizen's way through the guides: lists, search, one guide, a number for it. Pure flow, no screen, no file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.configuration.table import TextConfig as Name
from contract.guides.guide_file import Entry
from contract.wire.answers import Answer
from contract.wire.messages import CatalogueVersion
from kiosk.flow.event import Answered, Ask, Connected, Received, Tick
from kiosk.ticket_kiosk import flow
from kiosk.ticket_kiosk.events import Back, Confirm, GoHome, Turn
from kiosk.ticket_kiosk.guides.state import (
    LONGEST_QUERY,
    Contents,
    ContentsAre,
    Fetch,
    ItemIs,
    Listed,
    ListItems,
    Matched,
    OpenGuides,
    OpenSearch,
    PickGroup,
    PickItem,
    PickSection,
    PinyinCandidate,
    QueryTyped,
    ReadItem,
    SearchGuides,
    TakeNumberFor,
)
from kiosk.ticket_kiosk.state import KioskState
from queue_server.catalogue.load import load
from tests.unit.kiosk.ticket_kiosk.test_flow import CLOCK, FIRST, READY, SEED, SETTING, queue_is

WUSHAN = Path(__file__).parents[5] / "assets" / "halls" / "wushan"
THERE = ContentsAre(Contents("1"))
FOUND = (Entry("item-1", Name(zh="社会保障卡申领", en="Card"), Name(zh="人社局", en="Office"), "社会保障卡申领", 0, 2),)


@pytest.fixture(scope="module")
def item() -> Any:
    return load(WUSHAN).items[0].model_copy(update={"queue": "social"})


class Citizen:
    """Drives the flow and remembers what it asked for."""

    def __init__(self, *first: Any) -> None:
        self.state: KioskState = flow.first(SETTING, SEED)
        self.effects: list[Any] = []
        self.does(Tick(0, CLOCK), Connected(True), READY, queue_is("social"), *first)

    def does(self, *events: Any) -> KioskState:
        for event in events:
            self.state, effects = flow.step(self.state, event)
            self.effects += effects
        return self.state

    def reads(self, item: Any) -> KioskState:
        return self.does(OpenGuides(), OpenSearch(), QueryTyped("sbk"), PickItem(item.id), ItemIs(item.id, item))


def test_an_announced_version_is_fetched_and_one_taken_back_changes_nothing():
    citizen, version = Citizen(THERE), CatalogueVersion("2", "ab", "http://hall/ab.db")
    citizen.does(Received(("catalogue", "version"), version, retained=True))
    assert citizen.effects == [Fetch(version)]
    assert citizen.does(Received(("catalogue", "version"), None)).has_guides


def test_without_a_copy_there_is_no_tile_and_no_way_to_the_guides():
    citizen = Citizen()
    assert "guides" not in citizen.state.tiles
    assert citizen.does(OpenGuides()).page == "home"
    assert "guides" in citizen.does(THERE).tiles


def test_guides_are_there_while_the_server_is_away_but_numbers_are_not(item: Any):
    citizen = Citizen(THERE, Connected(False))
    assert citizen.reads(item).shown == "guide"
    assert citizen.does(TakeNumberFor()).shown == "guide"
    assert citizen.does(Connected(True), READY, TakeNumberFor()).shown == "confirm"


def test_a_list_is_asked_for_and_a_late_answer_of_another_list_is_dropped():
    citizen = Citizen(THERE)
    citizen.does(OpenGuides(), PickGroup("theme"), PickGroup("theme", "family"))
    assert (citizen.state.page, citizen.effects) == ("guide-list", [ListItems("theme", "family")])
    assert citizen.does(Listed("theme", "traffic", FOUND)).lookup.entries == ()
    assert citizen.does(Listed("theme", "family", FOUND)).lookup.entries == FOUND
    assert [citizen.does(Back()).page for _ in range(3)] == ["guide-groups", "guides", "home"]


def test_what_is_for_persons_or_for_enterprises_is_found_by_theme_and_there_is_a_way_back():
    citizen = Citizen(THERE)
    citizen.does(OpenGuides(), PickGroup("person"))
    assert (citizen.state.page, citizen.effects) == ("guide-groups", [])
    citizen.does(PickGroup("person", "family"))
    assert (citizen.state.page, citizen.effects) == ("guide-list", [ListItems("person", "family")])
    assert [citizen.does(Back()).page for _ in range(3)] == ["guide-groups", "guides", "home"]


def test_a_list_that_is_still_to_come_is_not_taken_for_an_empty_one():
    citizen = Citizen(THERE)
    assert not citizen.does(OpenGuides(), PickGroup("person", "social")).lookup.listed
    assert citizen.does(Listed("person", "social", ())).lookup.listed
    assert not citizen.does(Back(), PickGroup("enterprise", "social")).lookup.listed


def test_another_query_begins_with_its_first_results():
    citizen = Citizen(THERE, OpenGuides(), OpenSearch())
    citizen.does(QueryTyped("s"), Matched("s", FOUND), Turn(1))
    assert citizen.state.sheet == 1
    assert citizen.does(QueryTyped("sb")).sheet == 0


def test_every_key_is_searched_and_only_the_answer_to_the_last_one_counts():
    citizen = Citizen(THERE, OpenGuides(), OpenSearch())
    citizen.does(QueryTyped("s"), QueryTyped("sb"), Matched("s", FOUND))
    assert citizen.effects == [SearchGuides("s"), SearchGuides("sb")]
    assert citizen.state.lookup.results == ()
    assert citizen.does(Matched("sb", FOUND)).lookup.results == FOUND
    assert citizen.does(QueryTyped("")).lookup.results == ()


def test_characters_are_offered_with_what_was_found_and_go_with_the_query():
    citizen = Citizen(THERE, OpenGuides(), OpenSearch(), QueryTyped("sb"))
    assert citizen.does(Matched("sb", (), (PinyinCandidate("社保", 2),))).lookup.candidates == (PinyinCandidate("社保", 2),)
    assert citizen.does(QueryTyped("")).lookup.candidates == ()


def test_from_the_search_an_event_of_life_is_one_touch_away_and_back_leads_to_the_search():
    citizen = Citizen(THERE, OpenGuides(), OpenSearch(), PickGroup("life-event", "newborn"))
    assert (citizen.state.page, citizen.effects) == ("guide-list", [ListItems("life-event", "newborn")])
    assert citizen.does(Back()).page == "search"


def test_a_query_has_an_end_and_blanks_alone_are_none():
    citizen = Citizen(THERE, OpenGuides(), OpenSearch(), QueryTyped("   "))
    assert (citizen.state.lookup.query, citizen.effects) == ("", [])
    assert len(citizen.does(QueryTyped("x" * 100)).lookup.query) == LONGEST_QUERY


def test_a_new_copy_is_searched_again_while_a_guide_being_read_stays(item: Any):
    citizen = Citizen(THERE, OpenGuides(), OpenSearch(), QueryTyped("sbk"))
    citizen.does(ContentsAre(Contents("2")))
    assert citizen.effects == [SearchGuides("sbk"), SearchGuides("sbk")]
    citizen.does(PickItem(item.id), ItemIs(item.id, item), ContentsAre(Contents("3")))
    assert (citizen.state.page, citizen.state.lookup.item) == ("guide", item)


def test_a_guide_that_comes_after_its_citizen_has_left_is_not_shown(item: Any):
    citizen = Citizen(THERE, OpenGuides(), OpenSearch(), QueryTyped("sbk"), PickItem(item.id), GoHome())
    assert citizen.effects[-1] == ReadItem(item.id)
    assert citizen.does(ItemIs(item.id, item)).page == "home"


def test_back_from_a_guide_leads_to_what_was_found(item: Any):
    citizen = Citizen(THERE)
    citizen.reads(item)
    assert citizen.does(PickSection("materials")).lookup.section == "materials"
    assert (citizen.does(Back()).page, citizen.state.lookup.query) == ("search", "sbk")


def test_a_number_for_a_guide_is_asked_with_its_item_in_its_queue(item: Any):
    citizen = Citizen(THERE)
    citizen.reads(item)
    citizen.does(TakeNumberFor(), Confirm(on_screen=True))
    ask = citizen.effects[-1]
    assert isinstance(ask, Ask)
    assert (ask.verb, ask.body["queue"], ask.body["item"]) == ("issue-ticket", "social", item.id)


def test_a_number_taken_afterwards_is_not_for_the_item_of_the_citizen_before(item: Any):
    citizen = Citizen(THERE)
    citizen.reads(item)
    citizen.does(TakeNumberFor(), Confirm(on_screen=True), Answered(FIRST, Answer("error")), GoHome())
    assert (citizen.state.taking.item, citizen.state.lookup.item, citizen.state.lookup.query) == (None, None, "")


def test_no_number_is_offered_in_a_queue_that_is_closed_or_not_on_the_kiosk(item: Any):
    citizen = Citizen(THERE, queue_is("social", is_open=False))
    citizen.reads(item)
    assert citizen.does(TakeNumberFor()).page == "guide"
    assert not citizen.state.gives_numbers("unknown")


def test_what_somebody_looked_for_is_gone_when_they_have_left():
    citizen = Citizen(THERE, OpenGuides(), OpenSearch(), QueryTyped("dibao"))
    citizen.does(Tick(61, CLOCK))
    assert (citizen.state.page, citizen.state.lookup.query, citizen.state.has_guides) == ("home", "", True)


def test_whoever_does_not_know_the_business_searches_on_the_way_to_a_number_and_comes_back_to_it():
    for page in ("themes", "businesses"):
        citizen = Citizen(THERE)
        citizen.state = replace(citizen.state, page=page, trail=("home",))
        assert citizen.does(OpenSearch()).page == "search"
        assert citizen.does(Back()).page == page
