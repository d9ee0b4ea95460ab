"""Finding and reading guides: lists, search, one guide, and from it to a number. Works while the server is away.

guides ─┬ guide-groups ─ guide-list ─┐
        ├ guide-list ────────────────┼ guide ─TakeNumberFor→ confirm (with the item, in its queue)
        └ search ────────────────────┘
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contract.wire.messages import CatalogueVersion
from kiosk.flow.event import Heard
from kiosk.ticket_kiosk.guides.state import (
    LONGEST_QUERY,
    ContentsAre,
    Fetch,
    ItemIs,
    Listed,
    ListItems,
    Lookup,
    Match,
    Matched,
    OpenGuides,
    OpenSearch,
    PickGroup,
    PickItem,
    PickSection,
    ReadItem,
    TakeNumberFor,
    Type,
)
from kiosk.ticket_kiosk.state import Effects, State

CHOOSING = ("guide-list", "search")


def announced(state: State, event: Heard) -> tuple[State, Effects]:
    """The server has a guide file; when it takes the word back, the copy stays good."""
    version = event.message
    return state, ((Fetch(version),) if isinstance(version, CatalogueVersion) else ())


def contents_are(state: State, event: ContentsAre) -> tuple[State, Effects]:
    """Another copy is open: what the citizen looks at is asked for again, a guide being read stays as it is."""
    state = _look(state, contents=event.contents)
    if state.page == "search" and state.lookup.query.strip():
        return state, (Match(state.lookup.query),)
    if state.page == "guide-list":
        return state, (ListItems(state.lookup.group, state.lookup.key),)
    return state, ()


def closed(state: State) -> State:
    """Nothing looked up; the copy stays."""
    return replace(state, lookup=Lookup(contents=state.lookup.contents), item=None)


def open_guides(state: State, _event: OpenGuides) -> tuple[State, Effects]:
    if state.page != "home" or not state.has_guides:
        return state, ()
    return state.at("guides"), ()


def pick_group(state: State, event: PickGroup) -> tuple[State, Effects]:
    if state.page not in ("guides", "guide-groups"):
        return state, ()
    state = _look(state, group=event.group, key=event.key, entries=(), listed=False)
    if not event.key:
        return state.at("guide-groups"), ()
    return state.at("guide-list"), (ListItems(event.group, event.key),)


def listed(state: State, event: Listed) -> tuple[State, Effects]:
    if (event.group, event.key) != (state.lookup.group, state.lookup.key):
        return state, ()
    return _look(state, entries=event.entries, listed=True), ()


def open_search(state: State, _event: OpenSearch) -> tuple[State, Effects]:
    if state.page != "guides":
        return state, ()
    return _look(state, query="", answered="", results=()).at("search"), ()


def type_(state: State, event: Type) -> tuple[State, Effects]:
    """The query has changed. What was found before stands until the new answer comes, so that nothing flickers."""
    if state.page != "search":
        return state, ()
    query = event.query.lstrip()[:LONGEST_QUERY]
    if not query.strip():
        return _look(state, query="", answered="", results=()), ()
    return _look(state, query=query), (Match(query),)


def matched(state: State, event: Matched) -> tuple[State, Effects]:
    if event.query != state.lookup.query:
        return state, ()
    return _look(state, answered=event.query, results=event.results), ()


def pick_item(state: State, event: PickItem) -> tuple[State, Effects]:
    return (state, (ReadItem(event.item),)) if state.page in CHOOSING else (state, ())


def item_is(state: State, event: ItemIs) -> tuple[State, Effects]:
    if state.page not in CHOOSING or event.item is None:
        return state, ()
    return _look(state, item=event.item, english=event.english, section="summary").at("guide"), ()


def pick_section(state: State, event: PickSection) -> tuple[State, Effects]:
    if state.page != "guide":
        return state, ()
    return replace(_look(state, section=event.section), sheet=0), ()


def take_number_for(state: State, _event: TakeNumberFor) -> tuple[State, Effects]:
    """Straight to the queue of the item, if numbers are given for it now."""
    item = state.lookup.item
    if state.page != "guide" or item is None or not state.gives_numbers(item.queue):
        return state, ()
    return state.at("confirm", queue=item.queue, class_=None, item=item.id), ()


def _look(state: State, **changes: Any) -> State:
    return replace(state, lookup=replace(state.lookup, **changes))


HANDLERS: dict[type, Any] = {
    ContentsAre: contents_are, OpenGuides: open_guides, PickGroup: pick_group, Listed: listed, OpenSearch: open_search,
    Type: type_, Matched: matched, PickItem: pick_item, ItemIs: item_is, PickSection: pick_section,
    TakeNumberFor: take_number_for,
}  # fmt: skip
