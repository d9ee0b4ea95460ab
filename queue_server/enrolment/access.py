"""Which client may read and write which topic: the broker's access file, made from the tables of the wire contract.

A topic that no party of a client is given there is refused by the broker. A rater reads the questions of its own window only,
an agent reports only its own displays and voices: ids come from the hall's devices.toml. `+` is MQTT's wildcard for one level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from contract.configuration.hall import HallConfig, Terminal
from contract.wire.requests import VERBS
from contract.wire.topics import SERVER, TOPICS, Party, Topic, Topics

Sides = Callable[[Topic], tuple[Party, ...]]


def reads(config: HallConfig, terminal: Terminal) -> list[str]:
    """The topic filters, behind the hall's root, that a terminal may read."""
    return _filters(parties(config, terminal), lambda topic: topic.readers)


def writes(config: HallConfig, terminal: Terminal) -> list[str]:
    """The topics, behind the hall's root, that a terminal may write."""
    mine = parties(config, terminal)
    roles = {role for role, _ in mine}
    asked = [name for name, verb in VERBS.items() if any(party.role in roles for party in verb.askers)]
    verbs = [f"cmd/{name}/{terminal.id}" for name in asked]
    return _filters(mine, lambda topic: topic.writers) + verbs


def parties(config: HallConfig, terminal: Terminal) -> list[tuple[str, str]]:
    """What a terminal is to the contract: its roles, each with the id of its own topics or window, `+` where it has none."""
    found = [("terminal", terminal.id), (terminal.role, terminal.window or "+")]
    if terminal.role == "agent":
        mine = [device for device in config.device if device.agent == terminal.id or device.id in terminal.devices]
        found += [(d.kind, d.id if d.kind in ("display", "voice") else d.serves or "+") for d in mine]
    return found


def _filters(parties: Sequence[tuple[str, str]], side: Sides) -> list[str]:
    filters = dict.fromkeys(_filled(parties, side))
    return [topic for topic in filters if _widened(topic) == topic or _widened(topic) not in filters]


def _filled(parties: Sequence[tuple[str, str]], side: Sides) -> Iterator[str]:
    for pattern, topic in TOPICS.items():
        for party in side(topic):
            for role, own in parties:
                if party.role == role:
                    yield re.sub("<[^>]+>", own if party.own else "+", pattern)


def _widened(topic: str) -> str:
    """The filter for every id at the second level; a topic without one stays as it is."""
    first, _, rest = topic.partition("/")
    return "/".join((first, "+", *rest.split("/")[1:])) if rest else topic


def access_file(config: HallConfig, servers: Iterable[str]) -> str:
    """mosquitto's acl_file: one block a client, by the name in its certificate. Whoever has no block may nothing."""
    root = Topics(config.hall.id).root
    text = ["# Made by `jiaohao-server broker-config` from the hall's devices.toml. Changes here are overwritten."]
    server = [(SERVER.role, "+")]
    clients = [(name, _filters(server, lambda t: t.readers), _filters(server, lambda t: t.writers)) for name in servers]
    clients += [(terminal.id, reads(config, terminal), writes(config, terminal)) for terminal in config.terminal]
    for name, readable, writable in clients:
        text += ["", f"user {name}"]
        text += [f"topic read {root}{topic}" for topic in readable if topic not in writable]
        text += [f"topic readwrite {root}{topic}" for topic in writable if topic in readable]
        text += [f"topic write {root}{topic}" for topic in writable if topic not in readable]
    return "\n".join(text) + "\n"
