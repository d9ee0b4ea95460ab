"""Reading a guide aloud: it begins and ends with a tap, follows the citizen to another section, and ends with the page.

Every piece that the voice begins counts as a touch, so that the page stays while it is read, and goes when a voice hangs.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow.handlers import Handlers, on
from kiosk.ticket_kiosk.guides.state import Section
from kiosk.ticket_kiosk.read_aloud.state import Listen, ReadAloud, ReadGuide, ReadingEnded, ReadsNow, StopReading, VoiceIs
from kiosk.ticket_kiosk.state import Effect, Effects, KioskState


def listen(state: KioskState, _event: Listen) -> tuple[KioskState, Effects]:
    """The section that is open: what somebody looks at while it is read."""
    if state.aloud.section is not None:
        return _silent(state)
    if state.shown != "guide" or not state.aloud.works:
        return state, ()
    return _begin(state, (state.lookup.section,))


def voice_is(state: KioskState, event: VoiceIs) -> tuple[KioskState, Effects]:
    return _with(state, replace(state.aloud, voice=event.condition)), ()


def reads_now(state: KioskState, event: ReadsNow) -> tuple[KioskState, Effects]:
    if not _is_present(state, event.turn):
        return state, ()
    return replace(_with(state, replace(state.aloud, section=event.section)), idle_since=state.now), ()


def reading_ended(state: KioskState, event: ReadingEnded) -> tuple[KioskState, Effects]:
    if not _is_present(state, event.turn):
        return state, ()
    return replace(_with(state, replace(state.aloud, section=None)), idle_since=state.now), ()


def followed(before: KioskState, after: KioskState, effects: Effects) -> tuple[KioskState, Effects]:
    """What a step means for what is being read: nothing is read of a page that is gone or shown in other words."""
    if after.aloud.section is None or after.aloud.turn != before.aloud.turn:
        return after, effects
    if after.shown != "guide" or after.lookup.item != before.lookup.item or after.mode != before.mode:
        after, more = _silent(after)
    elif after.lookup.section != before.lookup.section:
        after, more = _begin(after, (after.lookup.section,))
    else:
        return after, effects
    return after, (*effects, *more)


def _begin(state: KioskState, sections: tuple[Section, ...]) -> tuple[KioskState, Effects]:
    item, turn = state.lookup.item, state.aloud.turn + 1
    if item is None:
        return state, ()
    effect = ReadGuide(turn, item, sections, state.mode, state.lookup.contents, state.lookup.english, state.working)
    return _with(state, replace(state.aloud, section=sections[0], turn=turn)), (effect,)


def _silent(state: KioskState) -> tuple[KioskState, Effects]:
    return _with(state, replace(state.aloud, section=None)), (StopReading(),)


def _is_present(state: KioskState, turn: int) -> bool:
    return state.aloud.section is not None and turn == state.aloud.turn


def _with(state: KioskState, aloud: ReadAloud) -> KioskState:
    return replace(state, aloud=aloud)


HANDLERS: Handlers[KioskState, Effect] = Handlers(
    on(Listen, listen),
    on(VoiceIs, voice_is),
    on(ReadsNow, reads_now),
    on(ReadingEnded, reading_ended),
)
