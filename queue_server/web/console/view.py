"""What a clerk's console shows, from the states of the hall: which keys work, the lists, the health of the devices around."""

from __future__ import annotations

from dataclasses import dataclass

from contract.configuration.hall import HallConfig, Window
from contract.texts import unchanged as N_  # noqa: N812 - the name that text extraction looks for
from contract.wire import messages
from contract.wire.device_state import FINE, NOT_RUNNING, SOON
from queue_server.domain.windows import TRANSITIONS

HALL_WIDE = ("printer", "voice")
"""Kinds of devices that every clerk should know of when they fail: citizens come to the window and ask."""
WORSE = ("fine", "sent", "unknown", "trouble")


@dataclass(frozen=True)
class ConsoleKey:
    """One button of the console. `word` is the msgid of its label, `verb` what it asks the server for."""

    id: str
    key: str
    word: str
    verb: str
    main: bool = False


KEYS = (
    ConsoleKey("next", "F2", N_("下一位"), "call-next", main=True),
    ConsoleKey("recall", "F3", N_("重呼"), "recall"),
    ConsoleKey("start", "F4", N_("开始办理"), "start-service", main=True),
    ConsoleKey("finish", "F6", N_("办结"), "finish-service", main=True),
    ConsoleKey("no-show", "F7", N_("过号"), "no-show"),
    ConsoleKey("hold", "F8", N_("挂起"), "hold"),
    ConsoleKey("transfer", "F9", N_("转移"), "transfer"),
    ConsoleKey("pause", "F10", N_("暂停"), "pause-window"),
)


@dataclass(frozen=True)
class DeviceIndicator:
    """One small coloured word for all devices of a `kind` (strip, rater, printer, voice): the worst `state` (fine, sent to what
    never answers, unknown, trouble), and the `ids` of those in that state."""

    kind: str
    ids: tuple[str, ...]
    state: str


PAUSES = (N_("暂时离开"), N_("午休"), N_("开会"), N_("设备故障"))
"""Why a clerk pauses: msgids."""


def possible(condition: str) -> list[str]:
    """What the clerk may do while the window is in this condition: ids of keys, and the verbs of the lists."""
    can = [key.id for key in KEYS if condition in TRANSITIONS[key.verb] and not (key.id == "pause" and condition == "paused")]
    if condition == "paused":
        can.append("open")
    if condition in TRANSITIONS["close-window"]:
        can.append("close")
    return can + [verb for verb in ("call-ticket", "resume") if condition in TRANSITIONS[verb]]


def health(
    config: HallConfig,
    window: Window,
    shown: dict[str, messages.DisplayShown],
    terminals: dict[str, messages.TerminalStatus],
) -> list[DeviceIndicator]:
    """The devices that matter at this window: its strip and rater, then printers and voices of the hall."""
    found = [
        ("strip", device.id, _shown(shown.get(device.id)))
        for device in config.device
        if device.kind == "display" and device.serves == window.id
    ]
    found += [
        ("rater", terminal.id, _terminal(terminals.get(terminal.id)))
        for terminal in config.terminal
        if terminal.role == "rating" and terminal.window == window.id
    ]
    reported = {device.id: device.state for status in terminals.values() for device in status.devices if _there(status)}
    for device in config.device:
        if device.kind in HALL_WIDE:
            state = reported.get(device.id)
            found.append((device.kind, device.id, "unknown" if state is None else _device(state)))
    return [_together(kind, found) for kind in dict.fromkeys(kind for kind, _, _ in found)]


def _together(kind: str, found: list[tuple[str, str, str]]) -> DeviceIndicator:
    """The devices of one kind as one word."""
    states = {device: state for of, device, state in found if of == kind}
    worst = max(states.values(), key=WORSE.index)
    return DeviceIndicator(kind, tuple(device for device, state in states.items() if state == worst), worst)


def concerning(config: HallConfig, window: Window, alerts: dict[str, messages.Alert]) -> list[messages.Alert]:
    """The alerts a clerk at this window should read: of what is at the window, of what every window is asked about, and that
    the server takes nothing. What only technicians can mend is on their page."""
    subjects = {d.id for d in config.device if d.serves in (window.id, "board") or d.kind in HALL_WIDE}
    subjects |= {terminal.id for terminal in config.terminal if terminal.window == window.id}
    return [
        alert
        for alert in alerts.values()
        if alert.severity != "info" and (alert.subject in subjects or alert.kind == "ledger-unwritable")
    ]


def _shown(shown: messages.DisplayShown | None) -> str:
    if shown is None:
        return "unknown"
    if shown.state == "ok":
        return "fine" if shown.confirmed else "sent"
    return "trouble"


def _terminal(status: messages.TerminalStatus | None) -> str:
    if status is None:
        return "unknown"
    return "fine" if status.state == "ready" else "trouble"


def _there(status: messages.TerminalStatus) -> bool:
    return status.state in ("ready", "init")


def _device(state: str) -> str:
    if state in NOT_RUNNING:
        return "unknown"
    return "fine" if state in FINE | SOON else "trouble"
