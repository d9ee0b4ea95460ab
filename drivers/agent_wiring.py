"""From devices.toml to tasks: which threads a terminal's devices need, and which topics they follow."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from contract.configuration.call_texts import announcement
from contract.configuration.hall import Device, HallConfig
from contract.wire import codec, messages
from contract.wire.topics import Topics, expiry_s
from drivers import registry
from drivers.address import BadAddress
from drivers.bus import Bus, SharedDeviceSite, line_of
from drivers.device_health import USUAL, DeviceHealth, Timing
from drivers.display.keeper import DisplayKeeper
from drivers.display.speaking_keeper import SpeakingKeeper
from drivers.keypad.keypad_logic import KeypadLogic, RaterLogic
from drivers.keypad.line import KeyLine, KeypadUnit, RaterUnit, WindowUnit
from drivers.options import BadOption
from drivers.ports import DeviceError, SpeakingDisplay
from drivers.voice.announcer import Announcer
from drivers.voice.call_watch import CallWatch
from drivers.voice.line import AnnouncementQueue
from link import Link

LOG = logging.getLogger(__name__)
KINDS = ("display", "voice", "keypad", "rater")
FILE = "devices.toml: "
T = TypeVar("T")


class BadDevices(ValueError):
    """Devices of the configuration that cannot be used; one problem a line, with file, key and remedy."""


class Task(Protocol):
    """Something with a thread of its own."""

    def open(self) -> None: ...

    def close(self) -> None: ...


class Wiring:
    """Builds the tasks of one terminal and subscribes their topics."""

    def __init__(
        self,
        hall: HallConfig,
        link: Link,
        site: SharedDeviceSite,
        *,
        device_is: Callable[[str, DeviceHealth], None],
        display_is: Callable[[str, DeviceHealth, int | None, bool], None],
        bad_message: Callable[[str, str], None],
        timing: Timing = USUAL,
    ) -> None:
        self.hall, self.link, self.site = hall, link, site
        self.topics = Topics(hall.hall.id)
        self._device_is, self._display_is, self._bad_message = device_is, display_is, bad_message
        self._timing = timing
        self._keepers: dict[str, list[tuple[Device, DisplayKeeper]]] = {}
        self._units: dict[str, list[WindowUnit]] = {}
        self._voices: list[Announcer] = []
        self._lines: list[AnnouncementQueue] = []

    def tasks(self, devices: Iterable[Device]) -> list[Task]:
        """The tasks for these devices, not yet started. A device that cannot be used is reported and left out, so that the
        rest of the hall goes on; raise BadDevices, naming all of them, when no other is there."""
        devices = list(devices)
        wrong: dict[str, str] = {}
        for device in devices:
            try:
                self._add(device)
            except (DeviceError, BadAddress) as error:
                wrong[device.id] = str(error)
        for line in self._keepers.keys() & self._units.keys():
            wrong |= {unit.name: f"displays have the port {line}; give it a port of its own" for unit in self._units.pop(line)}
        wrong = {name: text if text.startswith(FILE) else f"{FILE}[[device]] {name}: {text}" for name, text in wrong.items()}
        if wrong and not (self._keepers or self._units or self._voices):
            raise BadDevices("\n".join(wrong.values()))
        for device in devices:
            if device.id in wrong:
                self._leave_out(device, wrong[device.id])
        if self._lines:
            self._watch_calls()
        buses = [self._bus(name, kept) for name, kept in self._keepers.items()]
        lines = [KeyLine(name, units, self._device_is, timing=self._timing) for name, units in self._units.items()]
        return [*buses, *lines, *self._voices]

    def _leave_out(self, device: Device, why: str) -> None:
        LOG.error("%s", why)
        health = DeviceHealth("misconfigured", why)
        if device.kind == "display":
            self._display_is(device.id, health, None, True)
        else:
            self._device_is(device.id, health)

    def _add(self, device: Device) -> None:
        if device.kind not in KINDS:
            raise BadOption(
                f"devices.toml: [[device]] {device.id}: an agent owns no {device.kind}, only: {', '.join(KINDS)}",
                "remove `agent`, and name the device in `devices` of the terminal that opens it",
            )
        if device.kind == "display":
            keeper = self._display(device)
            self._keepers.setdefault(line_of(device), []).append((device, keeper))
        elif device.kind == "voice":
            self._voices.append(self._voice(device))
        else:
            unit = self._keypad(device) if device.kind == "keypad" else self._rater(device)
            self._units.setdefault(line_of(device), []).append(unit)

    # --- displays and voices ----------------------------------------------------------------------------------------------

    def _display(self, device: Device) -> DisplayKeeper:
        driver = registry.display(device, self.site)

        def report(health: DeviceHealth, seq: int | None) -> None:
            self._display_is(device.id, health, seq, driver.answers)

        if not isinstance(driver, SpeakingDisplay):
            return DisplayKeeper(device.id, driver, report, timing=self._timing)
        window = None if device.serves == "board" else device.serves
        keeper = SpeakingKeeper(device.id, driver, report, window=window, brief=self._brief, timing=self._timing)
        self._lines.append(keeper.line)
        return keeper

    def _brief(self, call: messages.Announce) -> messages.Text:
        return announcement(self.hall, call.window, call.number, brief=True)

    def _voice(self, device: Device) -> Announcer:
        driver = registry.voice(device, self.site)
        voice = Announcer(
            device.id,
            driver,
            lambda health: self._device_is(device.id, health),
            brief=self._brief,
            saying=lambda calls: self._voice_says(device.id, calls),
            timing=self._timing,
        )
        self._lines.append(voice.line)
        return voice

    def _voice_says(self, voice: str, calls: Sequence[messages.Announce]) -> None:
        """Call screens show large what is being said."""
        said = [messages.SpokenCall(call.number, call.window) for call in calls]
        topic = self.topics.voice_saying(voice)
        self.link.publish(topic, codec.encode(messages.VoiceSaying(said)), expiry_s=expiry_s("voice/<id>/saying"))

    def _bus(self, name: str, kept: list[tuple[Device, DisplayKeeper]]) -> Bus:
        bus = Bus(name, [keeper for _, keeper in kept])
        if name in self.site.lines:
            self.site.lines[name].patience_s = bus.patience_s
        for device, keeper in kept:
            if isinstance(keeper, SpeakingKeeper):
                keeper.line.news = bus.wake
            self.link.subscribe(self.topics.display_desired(device.id), self._desired(keeper, bus))
        return bus

    def _desired(self, keeper: DisplayKeeper, bus: Bus) -> Callable[[str, bytes, bool], None]:
        def handle(topic: str, payload: bytes, _retained: bool) -> None:
            desired = self._read(topic, payload, messages.DisplayDesired)
            if desired is not None:
                keeper.want(desired)
                bus.wake()

        return handle

    def _watch_calls(self) -> None:
        """Let the voices hear announcements, and the states of windows, which say what was missed and what is over."""
        watch = CallWatch(self.hall, self._lines)

        def announced(topic: str, payload: bytes, retained: bool) -> None:
            call = None if retained else self._read(topic, payload, messages.Announce)
            if call is not None:
                watch.announced(call)

        def window_is(window: str) -> Callable[[str, bytes, bool], None]:
            def handle(topic: str, payload: bytes, retained: bool) -> None:
                state = self._read(topic, payload, messages.WindowState)
                if state is not None:
                    watch.window_is(window, state, retained=retained)

            return handle

        self.link.on_change(watch.connection_changed)
        self.link.subscribe(self.topics.announce(), announced)
        for window in self.hall.window:
            self.link.subscribe(self.topics.window_state(window.id), window_is(window.id))

    # --- keypads and raters -----------------------------------------------------------------------------------------------

    def _keypad(self, device: Device) -> WindowUnit:
        driver = registry.keypad(device, self.site)
        window = next(w for w in self.hall.window if w.id == self._window(device))
        queues = tuple(self.hall.queues_of(window))
        target = device.options.get("transfer_to")
        to_queue = next((q.id for q in self.hall.queue if q.id == target), None)
        to_window = next((w.id for w in self.hall.window if w.id == target), None) if to_queue is None else None
        if target is not None and to_queue is None and to_window is None:
            raise BadOption(
                f"devices.toml: [[device]] {device.id}: transfer_to = {target!r} is no queue and no window",
                "write the id of one, or leave the key out: the ticket then goes back into its line",
            )
        unit = KeypadUnit(device.id, driver, KeypadLogic(window.id, queues, to_queue, to_window), self.link.request)

        def window_is(topic: str, payload: bytes, _retained: bool) -> None:
            state = self._read(topic, payload, messages.WindowState)
            if state is not None:
                unit.window_is(state)

        def queue_is(topic: str, payload: bytes, _retained: bool) -> None:
            state = self._read(topic, payload, messages.QueueState)
            if state is not None:
                unit.queue_is(topic.split("/")[-2], state)

        self.link.subscribe(self.topics.window_state(window.id), window_is)
        for queue in queues:
            self.link.subscribe(self.topics.queue_state(queue), queue_is)
        return unit

    def _rater(self, device: Device) -> WindowUnit:
        driver = registry.rater(device, self.site)
        window = self._window(device)
        unit = RaterUnit(device.id, driver, RaterLogic(window), self.link.request)
        self.link.subscribe(
            self.topics.rating_ask(window), lambda topic, payload, _: unit.asked(self._read(topic, payload, messages.RatingAsk))
        )
        return unit

    def _window(self, device: Device) -> str:
        if device.serves is None or device.serves == "board":
            raise BadOption(
                f"devices.toml: [[device]] {device.id}: serves is missing", "write the id of the window at which it is"
            )
        return device.serves

    def _read(self, topic: str, payload: bytes, kind: type[T]) -> T | None:
        """The message, or None for one that is empty or illegal."""
        if not payload:
            return None
        try:
            return codec.decode(payload, kind)
        except codec.Illegal as error:
            self._bad_message(topic, str(error))
            return None
