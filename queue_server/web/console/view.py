"""What a clerk's console shows, from the states of the hall: which keys work, the lists, the health of the devices around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contract.configuration.hall import Device, HallConfig, Window
from contract.texts import unchanged as N_  # noqa: N812 - the name that text extraction looks for
from contract.wire import messages
from contract.wire.device_state import FINE, NOT_RUNNING, SOON
from queue_server.domain.windows import TRANSITIONS
from queue_server.web import alert_readers

WORSE = ("fine", "sent", "unknown", "away", "trouble")


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
    """One small coloured word for all devices of a `kind` (strip, rater, voice): the worst `state` (fine, sent to what never
    answers, unknown while nothing comes from any device, away, trouble), and the `ids` of those in that state."""

    kind: str
    ids: tuple[str, ...]
    state: str


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
    shown: Mapping[str, messages.DisplayShown],
    terminals: Mapping[str, messages.TerminalStatus],
    *,
    heard: bool,
) -> list[DeviceIndicator]:
    """The devices that matter at this window: its strip and rater, and the voices that call. `heard`: whether what devices have
    said last still holds."""
    found = [
        ("rater", terminal.id, _terminal(terminals.get(terminal.id)))
        for terminal in config.terminal
        if terminal.role == "rating" and terminal.window == window.id
    ]
    found += [
        ("strip", device.id, "away" if _is_gone(terminals, device) else _shown(shown.get(device.id)))
        for device in config.device
        if device.kind == "display" and device.serves == window.id
    ]
    reported = {device.id: device.state for status in terminals.values() for device in status.devices if _there(status)}
    found += [("voice", voice.id, _device(reported.get(voice.id, "init"))) for voice in calling_voices(config)]
    if not heard:
        found = [(kind, device, "unknown") for kind, device, _ in found]
    return [_together(kind, found) for kind in ("strip", "rater", "voice") if any(of == kind for of, _, _ in found)]


def calling_voices(config: HallConfig) -> list[Device]:
    """The voices that call numbers: those of device agents. A kiosk's own voice only reads aloud."""
    return [device for device in config.device if device.kind == "voice" and device.agent is not None]


def _together(kind: str, found: list[tuple[str, str, str]]) -> DeviceIndicator:
    """The devices of one kind as one word."""
    states = {device: state for of, device, state in found if of == kind}
    worst = max(states.values(), key=WORSE.index)
    return DeviceIndicator(kind, tuple(device for device, state in states.items() if state == worst), worst)


def concerning(config: HallConfig, window: Window, alerts: Mapping[str, messages.Alert]) -> list[messages.Alert]:
    """The alerts a clerk at this window should read: of what is at the window, of what calls for every window, of the programs
    that drive these, and that the server does not do its work; only what a clerk can do something about. What is of a kiosk is
    on the page of terminals."""
    devices = [device for device in config.device if device.serves in (window.id, "board")] + calling_voices(config)
    subjects = {device.id for device in devices} | {device.agent for device in devices}
    subjects |= {terminal.id for terminal in config.terminal if terminal.window == window.id}
    return alert_readers.read_at({subject for subject in subjects if subject is not None}, alerts)


def _is_gone(terminals: Mapping[str, messages.TerminalStatus], device: Device) -> bool:
    """Whether the program that drives the device is known to be away: what was shown last says nothing about calls to come."""
    status = terminals.get(device.agent or "")
    return status is not None and not _there(status)


def _shown(shown: messages.DisplayShown | None) -> str:
    if shown is None:
        return "away"
    if shown.state == "ok":
        return "fine" if shown.confirmed else "sent"
    return "trouble"


def _terminal(status: messages.TerminalStatus | None) -> str:
    if status is None:
        return "away"
    return "fine" if status.state == "ready" else "away"


def _there(status: messages.TerminalStatus) -> bool:
    return status.state in ("ready", "init")


def _device(state: str) -> str:
    if state in NOT_RUNNING:
        return "away"
    return "fine" if state in FINE | SOON else "trouble"
