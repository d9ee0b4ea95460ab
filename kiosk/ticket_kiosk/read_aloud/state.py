"""A guide read aloud: what is known, the events and the effects. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field

from contract.guides.english import English
from contract.guides.item import Item
from kiosk.ticket_kiosk.guides.state import Contents, Section
from kiosk.ui.theme import Mode


@dataclass(frozen=True)
class ReadAloud:
    """`voice` is the condition of the terminal's voice, None without one; `section` is being read, in reading number `turn`."""

    voice: str | None = None
    section: Section | None = None
    turn: int = 0

    @property
    def works(self) -> bool:
        """Whether something can be read here now."""
        return self.voice == "ok"


# --- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listen:
    """The button: read to me; while something is read: be silent."""


@dataclass(frozen=True)
class VoiceIs:
    """The condition of the voice, whenever it changes."""

    condition: str


@dataclass(frozen=True)
class ReadsNow:
    """The voice begins a piece of this section."""

    turn: int
    section: Section


@dataclass(frozen=True)
class ReadingEnded:
    """The voice is through, or could not go on."""

    turn: int


# --- effects, done by kiosk.ticket_kiosk.read_aloud.voice ------------------------------------------------------------


@dataclass(frozen=True)
class ReadGuide:
    """Read these sections; ReadsNow comes with each piece, ReadingEnded at the end. `working`: the windows that work now."""

    turn: int
    item: Item
    sections: tuple[Section, ...]
    mode: Mode
    contents: Contents | None = None
    english: English = field(default_factory=dict)
    working: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StopReading:
    """Be silent at once."""


ReadingEffect = ReadGuide | StopReading
