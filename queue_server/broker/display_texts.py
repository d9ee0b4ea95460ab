"""What each display of the hall should show: pure, from the states of windows to lines of text.

A strip shows its window; a call blinks, then holds. The board shows the latest calls. Displays speak GB2312.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contract.configuration.call_texts import fill
from contract.configuration.hall import Device, HallConfig
from contract.wire.messages import DisplayLine

LOG = logging.getLogger(__name__)
REPLACEMENT = "□"
BOARD_ROWS = 4
BRIGHTNESS = 80
_replaced: set[str] = set()


@dataclass(frozen=True, slots=True)
class ShownWindow:
    """One window as displays see it: `number` of the ticket at it, `fresh` while its call still blinks."""

    state: str
    number: str | None = None
    queue: str | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class BoardCall:
    """One call on the board."""

    window: str
    number: str
    fresh: bool = False


def strips(config: HallConfig, window: str) -> list[Device]:
    """The displays that serve a window."""
    return [device for device in config.device if device.kind == "display" and device.serves == window]


def boards(config: HallConfig) -> list[Device]:
    """The hall's boards."""
    return strips(config, "board")


def strip_lines(config: HallConfig, window_id: str, shown: ShownWindow, waiting: int) -> list[DisplayLine]:
    """The one line of a window's strip."""
    texts = config.display_texts
    window = next(w for w in config.window if w.id == window_id)
    pattern = {
        "closed": texts.closed,
        "paused": texts.paused,
        "calling": texts.calling,
        "serving": texts.serving,
    }.get(shown.state, texts.idle)
    queue = next((q.name.zh for q in config.queue if q.id == shown.queue), "")
    text = fill(pattern, number=shown.number or "", window=window.number, queue=queue, waiting=waiting)
    return [DisplayLine(encodable(text), effect="blink" if shown.fresh else "static")]


def board_lines(config: HallConfig, device: Device, calls: Sequence[BoardCall]) -> list[DisplayLine]:
    """The latest calls, the newest first, as many as the board has rows (option `rows`)."""
    rows = int(device.options.get("rows", BOARD_ROWS))
    numbers = {window.id: window.number for window in config.window}
    lines = [
        DisplayLine(
            encodable(fill(config.display_texts.board_call, number=call.number, window=numbers[call.window])),
            effect="blink" if call.fresh else "static",
        )
        for call in calls[:rows]
    ]
    return lines or [DisplayLine(encodable(config.display_texts.board_idle))]


def brightness(device: Device) -> int:
    """How bright a display is to be, 1 to 100 (option `brightness`)."""
    return min(100, max(1, int(device.options.get("brightness", BRIGHTNESS))))


def encodable(text: str) -> str:
    """The text with every character that GB2312 lacks replaced visibly; each is logged once."""
    return "".join(_checked(text))


def _checked(text: str) -> Iterable[str]:
    for character in text:
        try:
            character.encode("gb2312")
        except UnicodeEncodeError:
            if character not in _replaced:
                _replaced.add(character)
                LOG.warning(
                    "displays cannot show %r (U+%04X, not in GB2312); it becomes %s", character, ord(character), REPLACEMENT
                )
            yield REPLACEMENT
        else:
            yield character
