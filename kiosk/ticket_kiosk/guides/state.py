"""What the kiosk knows of the guides, the events and effects of looking them up. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from contract.configuration.table import TextConfig
from contract.guides.english import English
from contract.guides.guide_file import Entry, FormUse
from contract.guides.item import Form, Item
from contract.wire.messages import CatalogueVersion

Audience = Literal["person", "enterprise"]
Group = Literal["theme", "department", "life-event", Audience]
"""A way into the guides; for persons and for enterprises by theme, too."""
Section = Literal["summary", "materials", "flow", "basis", "questions"]
SECTIONS: tuple[Section, ...] = ("summary", "materials", "flow", "basis", "questions")
LONGEST_QUERY = 30
MOST_RESULTS = 12
"""More results than a page shows are found by typing on, not by leafing."""


@dataclass(frozen=True)
class GuideLifeEvent:
    """Several items that belong together (一件事)."""

    id: str
    name: TextConfig
    icon: str = ""


@dataclass(frozen=True)
class PinyinCandidate:
    """Chinese characters, and for how many letters of the pinyin that was typed they stand."""

    text: str
    letters: int


@dataclass(frozen=True)
class Contents:
    """What an open guide file has besides its items. `example` is the note on example data, which `examples` are, by their ids,
    and all forms; `english` is that of the sentences of the forms, `form_uses` what each of them is for."""

    version: str
    themes: frozenset[str] = frozenset()
    themes_for: Mapping[Audience, frozenset[str]] = field(default_factory=dict)
    departments: tuple[TextConfig, ...] = ()
    life_events: tuple[GuideLifeEvent, ...] = ()
    example: TextConfig | None = None
    examples: frozenset[str] = frozenset()
    forms: Mapping[str, Form] = field(default_factory=dict)
    form_uses: tuple[FormUse, ...] = ()
    english: English = field(default_factory=dict)

    def note_on(self, item: Item) -> TextConfig | None:
        """The note that an item is example data, on one that is."""
        return self.example if item.id in self.examples else None


@dataclass(frozen=True)
class GuideLookup:
    """Where the citizen is among the guides. `contents` is None until a guide file is there; `listed` says that `entries` is
    the answer and not still to come; `english` is that of the sentences of `item`."""

    contents: Contents | None = None
    group: Group = "theme"
    key: str = ""
    entries: tuple[Entry, ...] = ()
    listed: bool = False
    query: str = ""
    answered: str = ""
    results: tuple[Entry, ...] = ()
    candidates: tuple[PinyinCandidate, ...] = ()
    item: Item | None = None
    english: English = field(default_factory=dict)
    section: Section = "summary"


# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenGuides:
    """The tile on the home page."""


@dataclass(frozen=True)
class PickGroup:
    """A way into the guides; with `key` straight to the list of one theme, department or event of life."""

    group: Group
    key: str = ""


@dataclass(frozen=True)
class OpenSearch:
    """The search page, with nothing typed."""


@dataclass(frozen=True)
class QueryTyped:
    """The query as it is now, after a key."""

    query: str


@dataclass(frozen=True)
class PickItem:
    item: str


@dataclass(frozen=True)
class PickSection:
    section: Section


@dataclass(frozen=True)
class TakeNumberFor:
    """Take a number for the item whose guide is open."""


@dataclass(frozen=True)
class ContentsAre:
    """Another guide file is open, from now on."""

    contents: Contents


@dataclass(frozen=True)
class Listed:
    group: Group
    key: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Matched:
    """What a query finds, and the characters that the letters at its end may stand for."""

    query: str
    results: tuple[Entry, ...]
    candidates: tuple[PinyinCandidate, ...] = ()


@dataclass(frozen=True)
class ItemIs:
    """The guide asked for, with the English of its sentences; None if the guide file does not have it."""

    id: str
    item: Item | None
    english: English = field(default_factory=dict)


# --- effects, done by kiosk.ticket_kiosk.guides.guide_store ----------------------------------------------------------


@dataclass(frozen=True)
class Fetch:
    """Make this version the kiosk's copy; ContentsAre comes back when it is."""

    version: CatalogueVersion


@dataclass(frozen=True)
class ListItems:
    group: Group
    key: str


@dataclass(frozen=True)
class SearchGuides:
    """Search; of several asked at once only the last is answered."""

    query: str


@dataclass(frozen=True)
class ReadItem:
    id: str


GuideQuery = Fetch | ListItems | SearchGuides | ReadItem
