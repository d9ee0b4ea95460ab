"""The device agent: opens the displays, voices, keypads and raters of one terminal and keeps them as the hall wants them.

Every line has a thread of its own, so that a dead device delays no other; devices on one bus share its thread.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Literal

from contract.configuration.hall import Device, HallConfig
from contract.wire import codec, messages
from contract.wire.device_state import WORKS
from drivers.agent_wiring import BadDevices, Task, Wiring
from drivers.agent_word import AgentWord, AgentWordServer
from drivers.bus import SharedDeviceSite
from drivers.device_health import USUAL, DeviceHealth, Timing
from link import Broker
from link.orders import RESTART_S, OrderResult
from link.systemd_notify import notify
from link.terminal import TerminalPresence

PUBLISH_S = 0.1
"""How long news of devices are gathered before the terminal's status is published."""


def devices_of(hall: HallConfig, terminal: str, only: Collection[str] = ()) -> list[Device]:
    """The devices that `terminal` owns, or those of them named in `only`. Raise BadDevices for ids that are not there."""
    role = next((t.role for t in hall.terminal if t.id == terminal), None)
    if role != "agent":
        known = ", ".join(t.id for t in hall.terminal if t.role == "agent") or "none"
        wrong = "is not there" if role is None else f"is no agent (its role is {role!r})"
        raise BadDevices(f"devices.toml: terminal {terminal!r} {wrong}; known agents: {known}")
    owned = [device for device in hall.device if device.agent == terminal]
    ids = [device.id for device in owned]
    unknown = [name for name in only if name not in ids]
    if unknown:
        raise BadDevices(f"{terminal} has no device {', '.join(unknown)}; it owns: {', '.join(ids) or 'none'}")
    return [device for device in owned if not only or device.id in only]


class Agent:
    """The devices of one terminal. Nothing happens before `open`."""

    def __init__(
        self,
        *,
        hall: HallConfig,
        terminal: str,
        broker: Broker,
        folder: Path | None = None,
        only: Collection[str] = (),
        updates: Path | None = None,
        timing: Timing = USUAL,
        answer_s: float | None = None,
    ) -> None:
        """`folder` is for what emulated devices keep, `updates` for systems to install (None: not updated so). `answer_s`
        is how long a device may take to answer; None: as long as its driver knows that it may."""
        self.hall = hall
        self.devices = devices_of(hall, terminal, only)
        self.terminal = TerminalPresence(broker=broker, hall=hall.hall.id, terminal=terminal, role="agent", updates=updates)
        self.link = self.terminal.link
        self._site = SharedDeviceSite(folder, answer_s, hall.zone)
        self._timing = timing
        self._tasks: list[Task] = []
        self._lock = threading.Lock()
        self._health = {device.id: DeviceHealth() for device in self.devices}
        self._shown: dict[str, bytes] = {}
        self._seq: dict[str, int] = {}
        self._changed = threading.Event()
        self._ended = threading.Event()
        self._word = AgentWordServer(lambda: AgentWord(self.terminal.id, self._device_states()))

    def open(self) -> None:
        """Build every driver, connect, begin. Raise BadDevices, naming all that cannot be used."""
        wiring = Wiring(
            self.hall,
            self.link,
            self._site,
            device_is=self._device_is,
            display_is=self._display_is,
            bad_message=self.terminal.bad_messages.add,
            timing=self._timing,
        )
        self._tasks = wiring.tasks(self.devices)
        self.link.on_change(self._connection_changed)
        self.terminal.report(self._device_states())
        self.terminal.open({"restart": self._restart})
        for task in self._tasks:
            task.open()
        self._word.open()

    def run(self, ended: threading.Event) -> None:
        """Publish how the devices are until `ended`, or until the staff orders a restart: systemd starts it again."""
        notify("READY=1")
        while not ended.wait(PUBLISH_S) and not self._ended.is_set():
            notify("WATCHDOG=1")
            self.terminal.bad_messages.look()
            if self._changed.is_set():
                self._changed.clear()
                self.terminal.report(self._device_states())

    def close(self) -> None:
        """Let every device go and leave the hall."""
        self.terminal.end_orders()
        self._word.close()
        closing = [threading.Thread(target=task.close) for task in self._tasks]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()
        self.terminal.close()

    def _restart(self, _ask: messages.TerminalAsk) -> OrderResult:
        threading.Timer(RESTART_S, self._ended.set).start()
        return OrderResult()

    def health(self) -> dict[str, DeviceHealth]:
        """How each device is now."""
        with self._lock:
            return dict(self._health)

    def _device_is(self, device: str, health: DeviceHealth) -> None:
        with self._lock:
            if self._health[device] == health:
                return
            self._health[device] = health
        self._changed.set()

    def _display_is(self, display: str, health: DeviceHealth, seq: int | None, confirmed: bool) -> None:
        """Report what a display shows; one that cannot be reached is reported with its last `seq`."""
        self._device_is(display, health)
        if seq is not None:
            self._seq[display] = seq
        state: Literal["ok", "unreachable"] = "ok" if health.state in WORKS else "unreachable"
        now = datetime.now(self.hall.zone).replace(microsecond=0)
        shown = codec.encode(messages.DisplayShown(self._seq.get(display, 0), state, now, confirmed))
        self._shown[display] = shown
        self.link.publish(self.link.topics.display_shown(display), shown, retain=True)

    def _device_states(self) -> list[messages.DeviceStatus]:
        health = self.health()
        return [messages.DeviceStatus(d.id, d.kind, health[d.id].state, health[d.id].detail) for d in self.devices]

    def _connection_changed(self, up: bool) -> None:
        """A broker that was restarted has forgotten what was shown."""
        for display, shown in list(self._shown.items()) if up else ():
            self.link.publish(self.link.topics.display_shown(display), shown, retain=True)
