"""A terminal's presence in its hall: status with birth, will and death, orders of the staff, updates of its system."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from contract.version import version
from contract.wire import codec
from contract.wire.messages import Act, DeviceStatus, LeaseStatus, TerminalStatus
from contract.wire.topics import Topics
from link.address import Broker
from link.bad_messages import BadMessages
from link.connection import Link, new_session
from link.machine_status import is_read_only, machine
from link.orders import OrderHandler, Orders
from link.update import Updater

DETAIL = 500
"""Characters of what a device's driver says of its trouble; the contract takes no more."""


class TerminalPresence:
    """One terminal. Nothing happens before `open`; `link` may be subscribed before.

    `role` is what the status calls the kind of terminal. `updates` is the folder in which systems to install are left; None
    where this machine is not updated so. `state` is the folder that the program writes to, if it does.
    """

    def __init__(
        self, *, broker: Broker, hall: str, terminal: str, role: str, updates: Path | None = None, state: Path | None = None
    ) -> None:
        self.id, self.role = terminal, role
        self._state = state
        self.session = new_session()
        self.bad_messages = BadMessages(self.refresh)
        client = f"{terminal}-{self.session}"
        self.link = Link(broker=broker, topics=Topics(hall), client_id=client, bad_messages=self.bad_messages)
        self._devices: list[DeviceStatus] = []
        self._lease: LeaseStatus | None = None
        self._announced = False
        self._connections = 0
        self._reporting = threading.RLock()
        self._updater = Updater(updates, terminal, self.refresh, ca=broker.ca)
        self._orders = Orders(self.link, terminal, self._now_and_then, self._updater)

    def open(self, handlers: Mapping[Act, OrderHandler] | None = None) -> None:
        """Announce the terminal, carry out the orders that have handlers, connect for as long as it takes."""
        with self._reporting:
            status = self.link.topics.terminal_status(self.id)
            self.link.on_change(self._changed)
            self.link.subscribe(status, self._told)
            self.link.announce(status, birth=self._status("ready"), will=self._status("lost"), death=self._status("stopped"))
            self._announced = True
        self._orders.open(handlers or {})
        self._updater.open()
        self.link.open()

    def report(self, devices: Sequence[DeviceStatus], lease: LeaseStatus | None = None) -> None:
        """Publish the state of the terminal's devices, and of the numbers it may give out offline, if it has changed."""
        with self._reporting:
            if (list(devices), lease) != (self._devices, self._lease):
                self._devices, self._lease = list(devices), lease
                self.refresh()

    def refresh(self) -> None:
        """Publish the status as it is now. From any thread: a state that is published later is never older."""
        with self._reporting:
            if self._announced:
                self.link.update_birth(self._status("ready"))

    def _now_and_then(self) -> None:
        self.bad_messages.look()
        self.refresh()

    @property
    def lines(self) -> tuple[str, ...]:
        """The latest lines of the program's log, the oldest first; empty before `open`."""
        return self._orders.lines

    def end_orders(self) -> None:
        """Take no more orders and let go of an update, before the devices are closed. `close` does it too."""
        self._orders.close()
        self._updater.close()

    def close(self) -> None:
        """Report that the terminal stops, and disconnect."""
        self.end_orders()
        self.link.close()

    def _changed(self, up: bool) -> None:
        self._connections += up

    def _told(self, _topic: str, payload: bytes, _retained: bool) -> None:
        """What stands at the broker as this terminal's status. After a reconnect it is still this program's own, unless another
        machine has come under its name."""
        status = codec.read(payload, TerminalStatus)
        if status is not None and status.session != self.session and self._connections > 1:
            self.link.another_is_here()

    def _status(self, state: Literal["ready", "stopped", "lost"]) -> bytes:
        """The status; what is left as a will reports nothing of the moment in which it is published."""
        now, update, lease = (machine(), self._updater.status, self._lease) if state == "ready" else (None, None, None)
        trouble = self.bad_messages.status
        devices = self._devices if trouble is None else [*self._devices, trouble]
        if state == "ready" and self._state is not None and is_read_only(self._state.absolute()):
            devices = [*devices, DeviceStatus("disk", "program", "read-only", str(self._state))]
        devices = [replace(device, detail=device.detail[:DETAIL]) for device in devices]
        return codec.encode(TerminalStatus(state, self.session, self.role, version(), devices, now, update, lease))
