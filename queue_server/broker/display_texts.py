"""What each display of the hall should show: pure, from the states of windows to lines of text.

A strip shows its window; a call blinks, then holds. The board shows the latest calls. A display may have texts of its own, in
the options of devices.toml; what its characters are is known to its driver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contract.configuration.call_texts import fill
from contract.configuration.hall import Device, HallConfig
from contract.wire.messages import DisplayLine
from contract.wire.pause_reasons import for_public

BOARD_ROWS = 4
BRIGHTNESS = 80


@dataclass(frozen=True, slots=True)
class ShownWindow:
    """One window as displays see it: `number` of the ticket at it, `fresh` while its call still blinks, `reason` why it is
    paused as it was given."""

    state: str
    number: str | None = None
    queue: str | None = None
    fresh: bool = False
    reason: str | None = None


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


def strip_lines(config: HallConfig, device: Device, window_id: str, shown: ShownWindow, waiting: int) -> list[DisplayLine]:
    """The one line of a window's strip."""
    window = next(w for w in config.window if w.id == window_id)
    pattern = _pattern(config, device, shown.state if shown.state in ("closed", "paused", "calling", "serving") else "idle")
    queue = next((q.name.zh for q in config.queue if q.id == shown.queue), "")
    reason = for_public(shown.reason)
    if reason is None:
        pattern = pattern.replace(" {reason}", "{reason}")
    text = fill(
        pattern,
        number=shown.number or "",
        window=window.number,
        queue=queue,
        waiting=waiting,
        reason=reason.zh if reason else "",
    )
    return [DisplayLine(text, effect="blink" if shown.fresh else "static")]


def board_lines(config: HallConfig, device: Device, calls: Sequence[BoardCall]) -> list[DisplayLine]:
    """The latest calls, the newest first, as many as the board has rows (option `rows`)."""
    rows = int(device.options.get("rows", BOARD_ROWS))
    numbers = {window.id: window.number for window in config.window}
    lines = [
        DisplayLine(
            fill(_pattern(config, device, "board_call"), number=call.number, window=numbers[call.window]),
            effect="blink" if call.fresh else "static",
        )
        for call in calls[:rows]
    ]
    return lines or [DisplayLine(_pattern(config, device, "board_idle"))]


def brightness(device: Device) -> int:
    """How bright a display is to be, 1 to 100 (option `brightness`)."""
    return min(100, max(1, int(device.options.get("brightness", BRIGHTNESS))))


def _pattern(config: HallConfig, device: Device, name: str) -> str:
    """The text called `name` of a display: its own, or the hall's."""
    return str(device.options.get(name, getattr(config.display_texts, name)))
