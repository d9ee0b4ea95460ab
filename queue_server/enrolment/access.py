"""Which client may read and write which topic of the wire contract, and the broker's access file made from it.

The table is the whole truth: a topic that a role is not given here is refused by the broker. Names in braces are filled in for
each terminal from the hall's devices.toml, so that a rater reads the questions of its own window only and an agent reports
only its own displays. `+` is MQTT's wildcard for one level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contract.configuration.hall import HallConfig, Terminal
from contract.wire.topics import Topics

SERVER = "server"
EVERYBODY_READS = ("server/status", "configuration", "catalogue/version", "reply/{terminal}", "terminal/{terminal}/ask")
EVERYBODY_WRITES = ("terminal/{terminal}/status", "terminal/{terminal}/told")
AT_A_WINDOW = (
    "call-next", "call-ticket", "recall", "start-service", "finish-service", "no-show", "hold", "resume", "transfer", "requeue",
    "open-window", "pause-window", "close-window",
)  # fmt: skip
"""What the keypad at a window asks for."""
TECHNICIAN = ("check-technician-code", "fetch-technician-secret", "tell-technician-acts")
"""What every terminal with a screen asks for; the server answers for the one that asks, by its reply topic."""


@dataclass(frozen=True)
class Access:
    """What one kind of client may do, as topics behind the hall's root, and the verbs it may ask for."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    devices: Mapping[str, Access] = field(default_factory=dict)
    """By kind of device: what else a terminal may do for each that it owns; `{device}` is its id, `{serves}` its window."""


TABLE: dict[str, Access] = {
    SERVER: Access(
        reads=("cmd/+", "terminal/+/status", "terminal/+/told", "display/+/shown", "alert/+", "catalogue/version",
               "server/status", "queue/+/state", "window/+/state", "rating/+/ask", "display/+/desired", "announce",
               "configuration"),
        writes=("server/status", "queue/+/state", "window/+/state", "display/+/desired", "announce", "rating/+/ask",
                "configuration", "catalogue/version", "alert/+", "event/+", "reply/+", "terminal/+/ask", "cmd/+"),
    ),
    "hall": Access(
        reads=("queue/+/state", "window/+/state"),
        verbs=("issue-ticket", "confirm-print", "cancel-ticket", "lookup", "scan", "find-case", "lease-numbers",
               "merge-tickets", *TECHNICIAN),
    ),
    "rating": Access(reads=("window/{window}/state", "rating/{window}/ask"), verbs=("rate", *TECHNICIAN)),
    "screen": Access(reads=("queue/+/state", "window/+/state", "announce"), verbs=TECHNICIAN),
    "agent": Access(
        devices={
            "display": Access(reads=("display/{device}/desired",), writes=("display/{device}/shown",)),
            "voice": Access(reads=("announce",)),
            "keypad": Access(reads=("window/{serves}/state", "queue/+/state"), verbs=AT_A_WINDOW),
            "rater": Access(reads=("window/{serves}/state", "rating/{serves}/ask"), verbs=("rate",)),
        }
    ),
    "crowd": Access(
        reads=("queue/+/state", "window/+/state", "rating/+/ask", "event/window-opened", "event/window-taken-over"),
        verbs=("issue-ticket", "cancel-ticket", "rate", *AT_A_WINDOW),
    ),
}  # fmt: skip
"""By role of devices.toml, and the queue server. The server may write `cmd/+` to empty a retained request."""


def reads(config: HallConfig, terminal: Terminal) -> list[str]:
    """The topic filters, behind the hall's root, that a terminal may read."""
    return _filled(config, terminal, "reads", EVERYBODY_READS)


def writes(config: HallConfig, terminal: Terminal) -> list[str]:
    """The topics, behind the hall's root, that a terminal may write."""
    return _filled(config, terminal, "writes", EVERYBODY_WRITES)


def _filled(config: HallConfig, terminal: Terminal, side: str, common: Iterable[str]) -> list[str]:
    role = TABLE[terminal.role]
    names = {"terminal": terminal.id, "window": terminal.window or "+"}
    topics = [topic.format_map(names) for topic in (*common, *_of(role, side))]
    for device in config.device:
        if device.agent == terminal.id or device.id in terminal.devices:
            names = {"device": device.id, "serves": device.serves or "+"}
            topics += [topic.format_map(names) for topic in _of(role.devices.get(device.kind, Access()), side)]
    return list(dict.fromkeys(topics))


def _of(access: Access, side: str) -> tuple[str, ...]:
    if side == "reads":
        return access.reads
    return access.writes + tuple(f"cmd/{verb}" for verb in access.verbs)


def access_file(config: HallConfig, servers: Iterable[str]) -> str:
    """mosquitto's acl_file: one block a client, by the name in its certificate. Whoever has no block may nothing."""
    root = Topics(config.hall.id).root
    text = ["# Made by `jiaohao-server broker-config` from the hall's devices.toml. Changes here are overwritten."]
    clients = [(name, list(TABLE[SERVER].reads), list(TABLE[SERVER].writes)) for name in servers]
    clients += [(terminal.id, reads(config, terminal), writes(config, terminal)) for terminal in config.terminal]
    for name, readable, writable in clients:
        text += ["", f"user {name}"]
        text += [f"topic read {root}{topic}" for topic in readable if topic not in writable]
        text += [f"topic readwrite {root}{topic}" for topic in writable if topic in readable]
        text += [f"topic write {root}{topic}" for topic in writable if topic not in readable]
    return "\n".join(text) + "\n"
