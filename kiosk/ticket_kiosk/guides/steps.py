"""Finding and reading guides: lists, search, one guide, and from it to a number. Works while the server is away.

guides ─┬ guide-groups ─ guide-list ─┐
        ├ guide-list ────────────────┼ guide ─TakeNumberFor→ confirm (with the item, in its queue)
themes ─┴ search ────────────────────┘
"""

from __future__ import annotations

from dataclasses import replace

from contract.wire.messages import CatalogueVersion
from kiosk.flow.event import Received
from kiosk.flow.handlers import Handlers, on
from kiosk.ticket_kiosk.guides.state import (
    LONGEST_QUERY,
    ContentsAre,
    Fetch,
    GuideLookup,
    ItemIs,
    Listed,
    ListItems,
    Matched,
    OpenGuides,
    OpenSearch,
    PickGroup,
    PickItem,
    PickSection,
    QueryTyped,
    ReadItem,
    SearchGuides,
    TakeNumberFor,
)
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState

CHOOSING = ("guide-list", "search")


def announced(state: KioskState, event: Received) -> tuple[KioskState, Effects]:
    """The server has a guide file; when it takes the word back, the copy stays good."""
    version = event.message
    return state, ((Fetch(version),) if isinstance(version, CatalogueVersion) else ())


def contents_are(state: KioskState, event: ContentsAre) -> tuple[KioskState, Effects]:
    """Another copy is open: what the citizen looks at is asked for again, a guide being read stays as it is."""
    state = _look(state, replace(state.lookup, contents=event.contents))
    if state.page == "search" and state.lookup.query.strip():
        return state, (SearchGuides(state.lookup.query),)
    if state.page == "guide-list":
        return state, (ListItems(state.lookup.group, state.lookup.key),)
    return state, ()


def closed(state: KioskState) -> KioskState:
    """Nothing looked up; the copy stays."""
    return replace(state, lookup=GuideLookup(contents=state.lookup.contents))


def open_guides(state: KioskState, _event: OpenGuides) -> tuple[KioskState, Effects]:
    if state.page != "home" or not state.has_guides:
        return state, ()
    return state.at("guides"), ()


def pick_group(state: KioskState, event: PickGroup) -> tuple[KioskState, Effects]:
    if state.page not in ("guides", "guide-groups", "search"):
        return state, ()
    state = _look(state, replace(state.lookup, group=event.group, key=event.key, entries=(), listed=False))
    if not event.key:
        return state.at("guide-groups"), ()
    return state.at("guide-list"), (ListItems(event.group, event.key),)


def listed(state: KioskState, event: Listed) -> tuple[KioskState, Effects]:
    if (event.group, event.key) != (state.lookup.group, state.lookup.key):
        return state, ()
    return _look(state, replace(state.lookup, entries=event.entries, listed=True)), ()


def open_search(state: KioskState, _event: OpenSearch) -> tuple[KioskState, Effects]:
    if state.page not in ("guides", "themes", "businesses", "blank-themes") or not state.has_guides:
        return state, ()
    return _look(state, replace(state.lookup, query="", answered="", results=(), candidates=())).at("search"), ()


def query_typed(state: KioskState, event: QueryTyped) -> tuple[KioskState, Effects]:
    """The query has changed. What was found before stays until the new answer comes, so that nothing flickers."""
    if state.page != "search":
        return state, ()
    query = event.query.lstrip()[:LONGEST_QUERY]
    state = replace(state, sheet=0)
    if not query.strip():
        return _look(state, replace(state.lookup, query="", answered="", results=(), candidates=())), ()
    return _look(state, replace(state.lookup, query=query)), (SearchGuides(query),)


def matched(state: KioskState, event: Matched) -> tuple[KioskState, Effects]:
    if event.query != state.lookup.query:
        return state, ()
    lookup = replace(state.lookup, answered=event.query, results=event.results, candidates=event.candidates)
    return _look(state, lookup), ()


def pick_item(state: KioskState, event: PickItem) -> tuple[KioskState, Effects]:
    return (state, (ReadItem(event.item),)) if state.page in CHOOSING else (state, ())


def item_is(state: KioskState, event: ItemIs) -> tuple[KioskState, Effects]:
    if state.page not in CHOOSING or event.item is None:
        return state, ()
    return _look(state, replace(state.lookup, item=event.item, english=event.english, section="summary")).at("guide"), ()


def pick_section(state: KioskState, event: PickSection) -> tuple[KioskState, Effects]:
    if state.page != "guide":
        return state, ()
    return replace(_look(state, replace(state.lookup, section=event.section)), sheet=0), ()


def take_number_for(state: KioskState, _event: TakeNumberFor) -> tuple[KioskState, Effects]:
    """Straight to the queue of the item, if numbers are given for it now."""
    item = state.lookup.item
    if state.page != "guide" or item is None or not state.gives_numbers(item.queue):
        return state, ()
    taking = replace(state.taking, queue=item.queue, class_=None, item=item.id)
    return replace(state, taking=taking).at("confirm"), ()


def _look(state: KioskState, lookup: GuideLookup) -> KioskState:
    return replace(state, lookup=lookup)


HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(ContentsAre, contents_are),
    on(OpenGuides, open_guides),
    on(PickGroup, pick_group),
    on(Listed, listed),
    on(OpenSearch, open_search),
    on(QueryTyped, query_typed),
    on(Matched, matched),
    on(PickItem, pick_item),
    on(PickSection, pick_section),
    on(TakeNumberFor, take_number_for),
)
