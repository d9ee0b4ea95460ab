"""How much is said of a call: the longer the line of calls, the less, so that everybody is called in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from contract.wire.messages import Announce, Text
from drivers.voice.line import VoiceTurn

WHOLE = 2
"""While no more calls wait than this, each is said as the hall words it, in every language of the voice."""
COMMA = {"zh": "，", "en": ", "}


def worded(turn: VoiceTurn, languages: Sequence[str], brief: Callable[[Announce], Text]) -> Announce:
    """The calls of a turn as one announcement: as the hall words it while few wait, then in the first of the `languages`
    alone, at last without chime and several in one sentence of their `brief` texts."""
    call = turn.calls[-1]
    if len(turn.calls) == 1:
        if turn.waiting <= WHOLE:
            return call
        return msgspec.structs.replace(call, texts=_in_one(call.texts, languages))
    language, *_ = languages
    said = [_text(brief(one), language) for one in turn.calls]
    several = COMMA[language].join(said)
    texts = Text(several, "") if language == "zh" else Text("", several)
    numbers, windows = ("-".join(parts) for parts in zip(*((one.number, one.window) for one in turn.calls), strict=True))
    return Announce(call.seq, windows, numbers, texts, chime=False)


def _in_one(texts: Text, languages: Sequence[str]) -> Text:
    """The text in the first language that has one."""
    language = next((language for language in languages if _text(texts, language).strip()), languages[0])
    return Text(texts.zh, "") if language == "zh" else Text("", texts.en)


def _text(texts: Text, language: str) -> str:
    return texts.en if language == "en" else texts.zh
