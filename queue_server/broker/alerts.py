"""Alerts of the hall: retained while the trouble lasts, emptied when it is solved.

The server raises them from what displays and terminals say about themselves and from messages that it cannot read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from contract.configuration.hall import HallConfig
from contract.configuration.table import TextConfig
from contract.wire import codec, messages
from contract.wire.device_state import FINE, SOON
from contract.wire.device_words import MEANINGS
from queue_server.broker import unseen_terminals
from queue_server.broker.alert_words import BROKER_SILENT, clock_in_doubt, in_trouble, sentence, terminal_gone
from queue_server.broker.retained import RetainedTopics
from queue_server.broker.same_name import SharedNames
from queue_server.broker.terminal_words import flooded, lease_low, same_name
from queue_server.broker.unseen_terminals import UnseenTerminals
from queue_server.domain.hall_clock import Doubt

LOG = logging.getLogger(__name__)
QUIET_S = 60.0
LOW_S = 120.0
"""A lease that is nearly used up is made full within two minutes, unless something is wrong."""
FEW = 0.2
SETTLE_S = 15.0
MOST_PASSING = 20
"""Alerts about illegal messages and floods; further subjects share one more."""
OTHERS = "others"
PROGRAMS = ("program", "messages", "disk")
"""What a terminal says of its own programs, beside its devices."""
KINDS = "broker clock queue lease display terminal device messages ledger same-name flood"
OWN = tuple(f"{kind}-" for kind in KINDS.split())
Severity = Literal["info", "warning", "error"]
_OF_PROGRAMS = {("program", name) for name in PROGRAMS}


class Alerts:
    """The alerts that this server raises. `publish(topic, payload)` takes a relative topic and keeps it retained."""

    def __init__(
        self,
        config: HallConfig,
        retained: RetainedTopics,
        publish: Callable[[str, bytes], None],
        *,
        clock: Callable[[], datetime],
        is_open: Callable[[datetime], bool],
    ) -> None:
        self._retained = retained
        self._publish = publish
        self._clock = clock
        self._zone = config.zone
        self._queues = config.queue
        self._displays = {device.id for device in config.device if device.kind == "display"}
        self._devices = {
            terminal.id: {d.id for d in config.device if d.agent == terminal.id or d.id in terminal.devices}
            for terminal in config.terminal
        }
        self._calling = {
            terminal.id: {d.kind for d in config.device if d.agent == terminal.id and d.kind in ("display", "voice")}
            for terminal in config.terminal
        }
        self._shared_names = SharedNames()
        self._terminals, self._is_open = UnseenTerminals(config), is_open
        self._unreachable: dict[str, bool] = {}
        self._reasons: dict[str, messages.DeviceStatus] = {}
        self._said: dict[str, set[str]] = {}
        self._low: dict[str, tuple[float, messages.LeaseStatus]] = {}
        self._passing_until: dict[str, float] = {}
        self._own: set[str] = set()
        self._settle_at: float | None = None

    def display_shown(self, display: str, payload: bytes) -> None:
        """A display reports whether it can be reached; one that the hall no longer has raises no alert."""
        if display not in self._displays:
            return
        if not payload:
            self._unreachable.pop(display, None)
            self._clear(f"display-{display}")
            return
        shown = codec.read(payload, messages.DisplayShown)
        if shown is None:
            self.illegal(f"display/{display}/shown", 0.0)
            return
        self._unreachable[display] = shown.state == "unreachable"
        self._display(display)

    def _display(self, display: str) -> None:
        """The alert of a display, with the reason that its agent gives, in whichever order the two come."""
        if display not in self._unreachable:
            return
        reason = self._reasons.get(display, messages.DeviceStatus(display, "display", "unreachable"))
        zh, en = sentence(reason, f"显示屏{display}", f"Display {display}")
        self._set(f"display-{display}", self._unreachable[display], "display-unreachable", "error", display, zh, en)

    def terminal_status(self, terminal: str, payload: bytes) -> None:
        """A terminal says how it and its devices are: those that devices.toml gives it, and no others.

        One that the hall no longer has may be gone. Of one whose status was emptied nothing is known any more.
        """
        if not payload:
            self._clear(f"terminal-{_id(terminal)}")
            self._lease(terminal, None)
            self._devices_in_trouble(terminal, [])
            return
        status = codec.read(payload, messages.TerminalStatus)
        if status is None:
            self.illegal(f"terminal/{terminal}/status", 0.0)
            return
        self._terminals.seen(terminal)
        zh, en = terminal_gone(terminal, self._calling.get(terminal, ()))
        own = self._devices.get(terminal)
        gone = status.state == "lost" and own is not None
        self._set(f"terminal-{_id(terminal)}", gone, "terminal-lost", "error", terminal, zh, en)
        if own is None:
            return
        self._lease(terminal, status.lease if status.state == "ready" else None)
        if status.state == "ready":
            self._shared_names.ready(terminal, status.session)
        self._devices_in_trouble(terminal, status.devices if status.state in ("init", "ready") else [])

    def _devices_in_trouble(self, terminal: str, devices: Sequence[messages.DeviceStatus]) -> None:
        """The alerts of a terminal's devices; of those that it does not name there are none."""
        own, said = self._devices.get(terminal, set()), set[str]()
        for device in devices:
            if device.id not in own and (device.kind, device.id) not in _OF_PROGRAMS:
                continue
            if device.kind == "display":  # its alert follows from what it shows
                self._because(device)
                if device.state not in SOON:
                    continue
            name = f"device-{_id(terminal)}-{_id(device.id)}"
            said.add(name)
            zh, en = in_trouble(terminal, device)
            severity: Severity = "warning" if device.state in SOON else "error"
            of, subject = ("program", terminal) if device.kind == "program" else ("device", device.id)
            self._set(name, device.state not in FINE, f"{of}-{_id(device.state)}", severity, subject, zh, en)
        for name in self._said.get(terminal, set()) - said:
            self._clear(name)
        self._said[terminal] = said

    def _lease(self, terminal: str, lease: messages.LeaseStatus | None) -> None:
        """Numbers that a kiosk may give out by itself are nearly used up: trouble, if they are not soon more again."""
        if lease is None or not any(left <= lease.most * FEW for left in lease.left.values()):
            self._low.pop(terminal, None)
            self._clear(f"lease-{_id(terminal)}")
            return
        since = self._low[terminal][0] if terminal in self._low else 0.0
        self._low[terminal] = since, lease
        if f"lease-{_id(terminal)}" in self._own:
            self._lease_low(terminal, lease)

    def _lease_low(self, terminal: str, lease: messages.LeaseStatus) -> None:
        names = {queue.id: queue.name for queue in self._queues}
        low = {queue: left for queue, left in lease.left.items() if left <= lease.most * FEW and queue in names}
        zh = "、".join(f"{names[queue].zh}{left}个" for queue, left in low.items())
        en = ", ".join(f"{names[queue].en} {left}" for queue, left in low.items())
        texts = lease_low(terminal, zh, en)
        self._set(f"lease-{_id(terminal)}", bool(low), "lease-low", "warning", terminal, *texts)

    def _same_name(self, terminal: str, standing: bool) -> None:
        """Two machines go by one name, and cut each other off."""
        self._set(f"same-name-{_id(terminal)}", standing, "same-name", "error", terminal, *same_name(terminal))

    def _because(self, display: messages.DeviceStatus) -> None:
        """Why a display cannot be reached, for its alert."""
        if display.id not in self._displays:
            return
        if display.state in MEANINGS and display.state not in SOON:
            self._reasons[display.id] = display
        else:
            self._reasons.pop(display.id, None)
        self._display(display.id)

    def illegal(self, where: str, monotonic: float) -> None:
        """A message that cannot be read came in; one alert is for many, until it has been quiet for a minute."""
        where = self._passing("messages", where, monotonic)
        zh, en = f"收到无法识别的消息（{where}），已丢弃。", f"Messages on {where} cannot be read and are dropped."
        self._set(f"messages-{_id(where)}", True, "illegal-message", "warning", where, zh, en)

    def flooded(self, client: str, monotonic: float) -> None:
        """A client sends more than a terminal has to say; until it has been quiet for a minute."""
        client = self._passing("flood", client or "unknown", monotonic)
        self._set(f"flood-{_id(client)}", True, "flood", "error", client, *flooded(client))

    def _passing(self, kind: str, subject: str, monotonic: float) -> str:
        """Something came in that stands as an alert until a quiet minute; of too many subjects the further ones share one."""
        name = f"{kind}-{_id(subject)}"
        if name not in self._passing_until and len(self._passing_until) >= MOST_PASSING:
            subject = OTHERS
            name = f"{kind}-{_id(subject)}"
        if name not in self._passing_until:
            LOG.warning("%s: %s", kind, subject)
        self._passing_until[name] = max(monotonic, self._passing_until.get(name, 0.0))
        return subject

    def ledger(self, *, writable: bool) -> None:
        """The server's own books can be written, or could not be the last time."""
        zh, en = (
            "服务器写不进数据，暂时不能取号和叫号。请检查服务器的磁盘空间。",
            "The server cannot write its data: numbers are neither given nor called for now. Look at the space on its disk.",
        )
        self._set("ledger-write", not writable, "ledger-unwritable", "error", "server", zh, en)

    def broker(self, *, silent: bool) -> None:
        """Nothing reaches anybody through the broker. Only the server's own pages can tell."""
        self._set("broker-silent", silent, "broker-silent", "error", "server", *BROKER_SILENT)

    def unserved(self, waiting: Mapping[str, int]) -> None:
        """People wait in queues that no window serves, after the lists of the hall were changed."""
        names = {queue.id: queue.name for queue in self._queues}
        for queue, count in waiting.items():
            name = names.get(queue, TextConfig(zh=queue, en=queue))
            zh = f"业务队列“{name.zh}”没有窗口办理，还有{count}人在等。请在任意一个叫号台的名单里叫号，或者转到别的队列。"
            en = f"{count} wait in queue {name.en!r}, which no window serves. Call them from any console, or move them."
            self._set(f"queue-{_id(queue)}", True, "queue-unserved", "error", queue, zh, en)
        standing = {f"queue-{_id(queue)}" for queue in waiting}
        for alert in [name for name in self._own if name.startswith("queue-") and name not in standing]:
            self._clear(alert)

    def clock(self, doubt: Doubt, wall: datetime) -> None:
        """The hall does not follow the machine's clock, or must not end days by it, until somebody has looked at it."""
        zh, en = clock_in_doubt(doubt, wall.astimezone(self._zone))
        for other in ("ahead", "long-off", "behind", "unset"):
            self._set(f"clock-{other}", doubt == other, f"clock-{other}", "error", "server", zh, en)

    def pass_time(self, monotonic: float) -> None:
        """Clear what has been quiet, and alerts of an earlier run that nobody has raised again."""
        for name, last in list(self._passing_until.items()):
            if last == 0.0:
                self._passing_until[name] = monotonic
            elif monotonic - last > QUIET_S:
                del self._passing_until[name]
                self._clear(name)
        for terminal, (since, lease) in list(self._low.items()):
            if since == 0.0:
                self._low[terminal] = monotonic, lease
            elif monotonic - since > LOW_S:
                self._lease_low(terminal, lease)
        for terminal, standing in self._shared_names.changes(monotonic).items():
            self._same_name(terminal, standing)
        late = self._terminals.late(monotonic, is_open=self._is_open(self._clock()))
        self._set("terminal-unseen", bool(late), "terminals-unseen", "warning", "terminals", *unseen_terminals.sentence(late))
        if self._settle_at is not None and monotonic >= self._settle_at:
            self._settle_at = None
            for topic in self._retained.under("alert/"):
                name = topic.removeprefix("alert/")
                if name.startswith(OWN) and name not in self._own:
                    self._clear(name)

    def connected(self, monotonic: float) -> None:
        """Retained messages are coming in; what nobody raises again soon is over."""
        self._settle_at = monotonic + SETTLE_S

    def _set(self, name: str, standing: bool, kind: str, severity: Severity, subject: str, zh: str, en: str) -> None:
        if not standing:
            self._clear(name)
            return
        self._own.add(name)
        old = self._retained.get(f"alert/{name}")
        since = self._clock().astimezone(self._zone)
        before = codec.read(old, messages.Alert)
        if before is not None and before.kind == kind:
            since = before.since
        alert = codec.encode(messages.Alert(kind, severity, subject, since, messages.Text(zh, en)))
        if alert != old:
            self._publish(f"alert/{name}", alert)

    def _clear(self, name: str) -> None:
        self._own.discard(name)
        if self._retained.get(f"alert/{name}") is not None:
            self._publish(f"alert/{name}", b"")


def _id(text: str) -> str:
    """A piece of text as an id of the contract."""
    return re.sub(r"[^a-z0-9-]+", "-", text.lower())[:48].strip("-") or "x"
