"""What the call screen of the waiting area shows: pure, `step(state, event)` returns the new state.

What is called and who waits comes from retained states, so a screen that was away shows the truth again as soon as it is back;
while the hall's server is away the last good picture stays. Not retained are the numbers that were missed a while ago, and what
is large for a moment: the call that a voice says, or where none speaks, the calls just made. Only numbers, windows and counts
are kept: nothing of a person ever gets in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, TypeVar, get_args

from contract.wire.events import TicketMissed, TicketRequeued, TicketTransferred
from contract.wire.messages import Announce, QueueState, VoiceSaying, WindowState
from kiosk.flow.event import Broke, Connected, Received, Tick
from kiosk.flow.hall_view import Presence

HIGHLIGHT_S = 6.0
SAYING_S = 40.0
"""A voice that has not fallen silent by then has died in the middle of a word."""
LARGE = 4
"""So many calls are large at once at most; a voice says no more in one sentence."""
KEPT = timedelta(minutes=15)
RECENT = 12

Standing = Literal["calling", "serving", "missed"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
NumberAtWindow = tuple[str, str]
"""A ticket's number and the id of the window that called it."""


@dataclass(frozen=True)
class ShownCall:
    """One number called to one window. `rank` orders calls: the server's time, then the order of arrival."""

    number: str
    window: str
    standing: Standing
    calls: int
    rank: tuple[datetime, int]

    @property
    def key(self) -> NumberAtWindow:
        return self.number, self.window


@dataclass(frozen=True)
class NewCall:
    """A call that catches the eye until a time of Tick.now."""

    key: NumberAtWindow
    until: float


@dataclass(frozen=True)
class VoiceSays:
    """The calls that a voice is saying; it must have ended at a time of Tick.now."""

    voice: str
    calls: tuple[NumberAtWindow, ...]
    until: float


@dataclass(frozen=True)
class ShownQueue:
    """One queue as the waiting area sees it."""

    waiting: int
    open: bool


@dataclass(frozen=True)
class CallScreenState:
    """`calls` has the newest first. `good_at` is when the picture was last known to be true."""

    calls: tuple[ShownCall, ...] = ()
    lines: Mapping[str, ShownQueue] = field(default_factory=lambda: MappingProxyType({}))
    open_windows: frozenset[str] = frozenset()
    new: tuple[NewCall, ...] = ()
    said: tuple[VoiceSays, ...] = ()
    presence: Presence = field(default_factory=Presence)
    good_at: datetime | None = None
    arrivals: int = 0
    failed_until: float = float("-inf")
    now: float = 0
    clock: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether what is shown is what is."""
        return self.presence.served

    @property
    def eye_catching(self) -> tuple[NumberAtWindow, ...]:
        """What is being said, in the order of the sentence; while nobody speaks the calls just made, the newest first."""
        said = dict.fromkeys(key for voice in self.said for key in voice.calls)
        return tuple(said) or tuple(call.key for call in self.new)

    @property
    def large(self) -> tuple[ShownCall, ...]:
        """The calls that are shown largest: those that catch the eye, otherwise the newest to which somebody has still to come,
        otherwise the newest of those at a window. Nobody is sent anywhere by a number that was missed."""
        there = sorted((c for c in self.calls if c.standing != "missed"), key=lambda call: STANDINGS.index(call.standing))
        shown = {call.key: call for call in there}
        return tuple(shown[key] for key in self.eye_catching if key in shown)[:LARGE] or tuple(there[:1])

    @property
    def others(self) -> tuple[ShownCall, ...]:
        """All other calls: who is still to come first, then who is at a window, then who was missed, each the newest first."""
        large = self.large
        return tuple(sorted((c for c in self.calls if c not in large), key=lambda call: STANDINGS.index(call.standing)))

    @property
    def highlighted(self) -> bool:
        """Whether the large calls are to catch the eye."""
        return any(call.key in self.eye_catching for call in self.large)

    @property
    def rests(self) -> bool:
        """Whether the hall is closed and the picture stands, perhaps all night."""
        return bool(self.lines) and not self.calls and not any(line.open for line in self.lines.values())

    @property
    def failed(self) -> bool:
        """Whether the fail-safe page is to be shown."""
        return self.now < self.failed_until


def step(state: CallScreenState, event: object) -> tuple[CallScreenState, tuple[()]]:
    """The state after `event`; this screen only shows, so there are no effects. Any event may come in any state."""
    match event:
        case Tick(now, clock):
            state = replace(state, now=now, clock=clock, new=_until(state.new, now), said=_until(state.said, now))
        case Connected():  # what a voice ended while the connection was away is not told
            state = replace(state, presence=state.presence.after(event), said=())
        case Received(("server", "status")):
            state = replace(state, presence=state.presence.after(event))
        case Received(("queue", queue, "state"), QueueState() as line):
            lines = MappingProxyType({**state.lines, queue: ShownQueue(max(0, line.waiting), line.open)})
            state = replace(state, lines=lines)
        case Received(("window", window, "state"), WindowState() as what, retained):
            state = _window_changed(state, window, what, retained)
        case Received(("event", "ticket-missed"), TicketMissed() as missed):
            state = _missed(state, missed)
        case Received(("event", _), TicketRequeued(number=number) | TicketTransferred(number=number)):
            state = replace(state, calls=tuple(c for c in state.calls if c.number != number or c.standing != "missed"))
        case Received(("announce",), Announce() as call):
            if any(shown.key == (call.number, call.window) and shown.standing == "calling" for shown in state.calls):
                state = _catching(state, (call.number, call.window))
        case Received(("voice", voice, "saying"), VoiceSaying(calls)):
            others = tuple(other for other in state.said if other.voice != voice)
            says = VoiceSays(voice, tuple((call.number, call.window) for call in calls), state.now + SAYING_S)
            state = replace(state, said=(*others, says) if calls else others)
        case Broke():
            state = replace(state, failed_until=state.now + 5)
    return _aged(replace(state, good_at=state.clock) if state.live else state), ()


def _window_changed(state: CallScreenState, window: str, what: WindowState, retained: bool) -> CallScreenState:
    opened = state.open_windows - {window} if what.state in ("closed", "paused") else state.open_windows | {window}
    state = replace(state, open_windows=opened)
    ticket = what.ticket if what.state in ("calling", "serving") else None
    before = next((c for c in state.calls if c.window == window and c.standing != "missed"), None)
    others = [c for c in state.calls if c is not before]
    if ticket is None:
        return replace(state, calls=_sorted(others))
    standing: Standing = "calling" if what.state == "calling" else "serving"
    if before is not None and before.number == ticket.number and not (standing == "calling" and what.calls > before.calls):
        return replace(state, calls=_sorted([*others, replace(before, standing=standing, calls=what.calls)]))
    others = [c for c in others if c.number != ticket.number]
    call = ShownCall(ticket.number, window, standing, what.calls, _rank(state, what, retained))
    state = replace(state, calls=_sorted([*others, call]), arrivals=state.arrivals + 1)
    return _catching(state, call.key) if standing == "calling" and not retained else state


def _missed(state: CallScreenState, missed: TicketMissed) -> CallScreenState:
    """Nobody came: the number stays for a while, so that whoever looks for it learns what to do."""
    when = missed.at or state.clock
    if when is None:
        return state
    others = [call for call in state.calls if call.number != missed.number]
    row = ShownCall(missed.number, missed.window, "missed", 0, (when, state.arrivals + 1))
    return replace(state, calls=_sorted([*others, row]), arrivals=state.arrivals + 1)


def _catching(state: CallScreenState, key: NumberAtWindow) -> CallScreenState:
    """A call catches the eye from now on; an earlier one of its window does no longer."""
    others = tuple(call for call in state.new if call.key[1] != key[1])
    return replace(state, new=(NewCall(key, state.now + HIGHLIGHT_S), *others))


Timed = TypeVar("Timed", NewCall, VoiceSays)


def _until(things: tuple[Timed, ...], now: float) -> tuple[Timed, ...]:
    return tuple(thing for thing in things if now < thing.until)


def _rank(state: CallScreenState, what: WindowState, retained: bool) -> tuple[datetime, int]:
    """A live call goes on top even when the clock of the server stood still or went back."""
    top = state.calls[0].rank[0] if state.calls and not retained else what.since
    return (max(top, what.since), state.arrivals + 1)


def _sorted(calls: list[ShownCall]) -> tuple[ShownCall, ...]:
    missed = sorted((c for c in calls if c.standing == "missed"), key=lambda call: call.rank, reverse=True)[:RECENT]
    return tuple(sorted([*missed, *(c for c in calls if c.standing != "missed")], key=lambda call: call.rank, reverse=True))


def _aged(state: CallScreenState) -> CallScreenState:
    """Drop numbers that were missed long ago, but only while the picture is a live one."""
    if not state.live or state.clock is None:
        return state
    clock = state.clock
    calls = tuple(c for c in state.calls if c.standing != "missed" or clock - c.rank[0] < KEPT)
    return state if len(calls) == len(state.calls) else replace(state, calls=calls)
