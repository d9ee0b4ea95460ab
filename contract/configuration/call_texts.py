"""The hall's own words around a call: placeholders filled in, the same way at the server and at a voice."""

from __future__ import annotations

from contract.configuration.hall import HallConfig
from contract.wire.messages import Text


def fill(pattern: str, **values: str | int) -> str:
    """Fill {number}, {window}, {queue}, {waiting} and {reason} into a text of the hall; other braces stay as they are."""
    for name, value in values.items():
        pattern = pattern.replace("{" + name + "}", str(value))
    return pattern


def announcement(hall: HallConfig, window: str, number: str, *, brief: bool = False) -> Text:
    """What is said when `number` is called to the window with the id `window`; `brief` is for when several calls wait."""
    texts = hall.display_texts.announcement_brief if brief else hall.display_texts.announcement
    shown = next((w.number for w in hall.window if w.id == window), window)
    return Text(fill(texts.zh, number=number, window=shown), fill(texts.en, number=number, window=shown))
