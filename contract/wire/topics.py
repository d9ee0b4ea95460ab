"""The topics of the wire contract, version 1: what each carries, and who writes and reads it (docs/wire-contract.md).

`TOPICS` is the whole truth: the broker's access file, the types that programs read and the page of the contract follow from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from msgspec import Struct

from contract.wire import messages
from contract.wire.events import (
    EVENTS,
    TicketMissed,
    TicketRequeued,
    TicketTransferred,
    WindowOpened,
    WindowTakenOver,
)

ID = re.compile(r"[a-z0-9-]+")
Role = Literal["server", "terminal", "hall", "rating", "screen", "agent", "crowd", "display", "voice", "keypad", "rater"]


LARGEST_PACKET = 262_144
"""Bytes of an MQTT packet that a hall's broker takes; whoever sends a larger one is cut off (MQTT 5, 3.2.2.3.6)."""


class BadId(ValueError):
    """An id that would not fit into a topic."""


def checked_id(value: str) -> str:
    """Return `value` if it is an id of the contract, `[a-z0-9-]+`; raise BadId otherwise."""
    if not ID.fullmatch(value):
        raise BadId(f"{value!r} is not an id: use lower-case letters, digits and hyphens")
    return value


class Party(NamedTuple):
    """Who writes or reads: the server, every terminal, a terminal by its role in devices.toml, or a device agent for each
    device of a kind that it owns. With `own`, only the topics of its own id, or of the window that it belongs to; as an asker,
    only about what is its own (`requests.VERBS`)."""

    role: Role
    own: bool = False


SERVER, TERMINAL = Party("server"), Party("terminal")
HALL, RATING, SCREEN, CROWD = Party("hall"), Party("rating"), Party("screen"), Party("crowd")
VOICE, KEYPAD, RATER = Party("voice"), Party("keypad"), Party("rater")
OWN_TERMINAL, OWN_RATING = Party("terminal", own=True), Party("rating", own=True)
OWN_DISPLAY, OWN_VOICE = Party("display", own=True), Party("voice", own=True)
OWN_KEYPAD, OWN_RATER = Party("keypad", own=True), Party("rater", own=True)
OWN_HALL, OWN_SCREEN = Party("hall", own=True), Party("screen", own=True)


@dataclass(frozen=True)
class Topic:
    """A topic: the type of its payload, None where the last level decides; whether it is retained, and for how many seconds
    a message that is not is worth something; who writes and reads it."""

    type: type[Struct] | None
    retained: bool
    writers: tuple[Party, ...]
    readers: tuple[Party, ...] = ()
    expiry_s: int | None = None


def _state(kind: type[Struct], *readers: Party, writers: tuple[Party, ...] = (SERVER,)) -> Topic:
    return Topic(kind, True, writers, readers)


TOPICS: dict[str, Topic] = {
    "server/status": _state(messages.ServerStatus, SERVER, TERMINAL),
    "terminal/<id>/status": _state(messages.TerminalStatus, SERVER, OWN_TERMINAL, writers=(OWN_TERMINAL,)),
    "terminal/<id>/ask": Topic(messages.TerminalAsk, False, (SERVER,), (OWN_TERMINAL,), expiry_s=30),
    "terminal/<id>/told": Topic(messages.TerminalTold, False, (OWN_TERMINAL,), (SERVER,)),
    "queue/<queue>/state": _state(messages.QueueState, SERVER, HALL, SCREEN, KEYPAD, CROWD),
    "window/<window>/state": _state(
        messages.WindowState, SERVER, HALL, OWN_RATING, SCREEN, VOICE, OWN_KEYPAD, OWN_RATER, CROWD
    ),
    "display/<id>/desired": _state(messages.DisplayDesired, SERVER, OWN_DISPLAY),
    "display/<id>/shown": _state(messages.DisplayShown, SERVER, writers=(OWN_DISPLAY,)),
    "announce": Topic(messages.Announce, False, (SERVER,), (SERVER, SCREEN, VOICE), expiry_s=30),
    "voice/<id>/saying": Topic(messages.VoiceSaying, False, (OWN_VOICE,), (SCREEN,), expiry_s=30),
    "rating/<window>/ask": _state(messages.RatingAsk, SERVER, OWN_RATING, OWN_RATER, CROWD),
    "configuration": _state(messages.Configuration, SERVER, TERMINAL),
    "configuration/<part>": _state(messages.ConfigurationPart, TERMINAL),
    "catalogue/version": _state(messages.CatalogueVersion, SERVER, TERMINAL),
    "alert/<id>": _state(messages.Alert, SERVER),
    "event/<type>": Topic(None, False, (SERVER,)),
    "event/ticket-missed": Topic(TicketMissed, False, (SERVER,), (SCREEN,)),
    "event/ticket-requeued": Topic(TicketRequeued, False, (SERVER,), (SCREEN,)),
    "event/ticket-transferred": Topic(TicketTransferred, False, (SERVER,), (SCREEN,)),
    "event/window-opened": Topic(WindowOpened, False, (SERVER,), (CROWD,)),
    "event/window-taken-over": Topic(WindowTakenOver, False, (SERVER,), (CROWD,)),
    "cmd/<verb>": Topic(None, False, ()),
    "cmd/<verb>/<client-id>": Topic(None, False, (SERVER,), (SERVER,)),
    "reply/<client-id>": Topic(None, False, (SERVER,), (OWN_TERMINAL,)),
}
"""Topics behind the hall's root, a word in `<>` is an id. `event/<type>` has the types of `events.EVENTS`. Who else
writes which `cmd/<verb>/<client-id>` is in `requests.VERBS`; the server writes there to empty a retained request. `cmd/<verb>`
is for halls without TLS: a broker that knows its clients gives it to nobody."""
_BY_FILTER = {re.sub("<[^>]+>", "+", pattern): topic for pattern, topic in TOPICS.items()}


def type_of(relative: str) -> type[Struct] | None:
    """The type of what is published on a topic behind the hall's root; None for one that the contract does not have, for
    requests and for replies."""
    first, *rest = relative.split("/")
    if first == "event" and len(rest) == 1:
        return EVENTS.get(rest[0])
    topic = _BY_FILTER.get(relative) or _BY_FILTER.get("/".join((first, "+", *rest[1:])))
    return topic.type if topic is not None else None


def expiry_s(pattern: str) -> int:
    """For how many seconds a message of this topic is worth something."""
    seconds = TOPICS[pattern].expiry_s
    assert seconds is not None, f"messages of {pattern} stay"
    return seconds


@dataclass(frozen=True)
class Topics:
    """Builds and takes apart the topics of one hall."""

    hall: str

    @property
    def root(self) -> str:
        """The prefix of every topic, with its closing slash."""
        return f"hall/{self.hall}/v1/"

    def server_status(self) -> str:
        return f"{self.root}server/status"

    def terminal_status(self, terminal: str) -> str:
        return f"{self.root}terminal/{checked_id(terminal)}/status"

    def terminal_ask(self, terminal: str) -> str:
        return f"{self.root}terminal/{checked_id(terminal)}/ask"

    def terminal_told(self, terminal: str) -> str:
        return f"{self.root}terminal/{checked_id(terminal)}/told"

    def queue_state(self, queue: str) -> str:
        return f"{self.root}queue/{checked_id(queue)}/state"

    def window_state(self, window: str) -> str:
        return f"{self.root}window/{checked_id(window)}/state"

    def display_desired(self, display: str) -> str:
        return f"{self.root}display/{checked_id(display)}/desired"

    def display_shown(self, display: str) -> str:
        return f"{self.root}display/{checked_id(display)}/shown"

    def announce(self) -> str:
        return f"{self.root}announce"

    def voice_saying(self, voice: str) -> str:
        return f"{self.root}voice/{checked_id(voice)}/saying"

    def rating_ask(self, window: str) -> str:
        return f"{self.root}rating/{checked_id(window)}/ask"

    def catalogue_version(self) -> str:
        return f"{self.root}catalogue/version"

    def configuration(self, part: str | None = None) -> str:
        """Where the hall's configuration is, or a part of a large one."""
        return f"{self.root}configuration" if part is None else f"{self.root}configuration/{checked_id(part)}"

    def alert(self, alert: str) -> str:
        return f"{self.root}alert/{checked_id(alert)}"

    def event(self, kind: str) -> str:
        return f"{self.root}event/{checked_id(kind)}"

    def command(self, verb: str, client: str | None = None) -> str:
        """Where a client asks; without `client` the form that a broker with TLS refuses."""
        form = f"{self.root}cmd/{checked_id(verb)}"
        return form if client is None else f"{form}/{checked_id(client)}"

    def reply(self, client: str) -> str:
        return f"{self.root}reply/{checked_id(client)}"

    def relative(self, topic: str) -> str | None:
        """The part of `topic` behind this hall's root, or None for another hall's or another version's topic."""
        return topic[len(self.root) :] if topic.startswith(self.root) else None
