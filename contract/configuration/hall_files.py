"""A hall's configuration: one folder of TOML files that a hall manager can read, checked as a whole.

    hall.toml      names, hours, rules, texts of the displays, [[notice]] for the screens, [printing], [[verifier]]
    queues.toml    [[theme]], [[queue]]
    windows.toml   [[window]], [[clerk]]
    devices.toml   [[terminal]], [[device]]
    items/*.toml   [[item]], read by the catalogue

An unknown key, a missing key or a value of the wrong kind is refused with file, key and remedy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contract import text_files
from contract.configuration import explain
from contract.configuration.explain import nearest
from contract.configuration.hall import HallConfig
from contract.configuration.opening_hours import contradictions
from contract.text_files import BadText

FILES = {
    "hall.toml": (
        "hall",
        "hours",
        "closed_days",
        "open_days",
        "rules",
        "display_texts",
        "notice",
        "printing",
        "verifier",
        "privacy",
        "web",
    ),
    "queues.toml": ("theme", "queue"),
    "windows.toml": ("window", "clerk"),
    "devices.toml": ("terminal", "device"),
}


class BadHall(ValueError):
    """The configuration of a hall cannot be used; the text lists file, key and remedy, one problem a line."""


def load(folder: Path) -> HallConfig:
    """Read and check the hall in `folder`; raise BadHall naming file, key and remedy for every problem found."""
    tables: dict[str, object] = {}
    problems: list[str] = []
    for name, keys in FILES.items():
        problems += _read(folder / name, keys, tables)
    if problems:
        raise BadHall("\n".join(problems))
    try:
        config = HallConfig.model_validate(tables)
    except ValidationError as error:
        raise BadHall("\n".join(_explain(folder, tables, e) for e in error.errors())) from None
    if broken := [*_broken_references(config), *contradictions(config)]:
        raise BadHall("\n".join(f"{folder / name}: {text}" for name, text in broken))
    return config


def _read(path: Path, keys: tuple[str, ...], tables: dict[str, object]) -> list[str]:
    """Add the tables of one file to `tables`; return what is wrong with it."""
    try:
        content = tomllib.loads(text_files.read(path))
    except OSError as error:
        return [f"{path}: cannot be read ({error.strerror}); a hall needs the files {', '.join(FILES)}"]
    except BadText as error:
        return [f"{path}: {error}"]
    except tomllib.TOMLDecodeError as error:
        return [f"{path}: is not TOML: {error}"]
    unknown = [key for key in content if key not in keys]
    tables.update((key, value) for key, value in content.items() if key in keys)
    return [f"{path}: unknown key {key!r}; {nearest(key, keys)}" for key in unknown]


def _explain(folder: Path, tables: Mapping[str, object], error: ErrorDetails) -> str:
    """One line for one problem of pydantic; an entry of a list is named by its id."""
    group, *way = error["loc"]
    name = next((file for file, keys in FILES.items() if group in keys), "hall.toml")
    entries = tables.get(str(group))
    if way and isinstance(number := way[0], int) and isinstance(entries, list) and isinstance(entries[number], dict):
        entry = f"[[{group}]] {entries[number].get('id', f'number {number + 1}')}: "
        return explain.line(folder / name, error, HallConfig, entry=entry, where=tuple(way[1:]))
    return explain.line(folder / name, error, HallConfig)


def _broken_references(config: HallConfig) -> list[tuple[str, str]]:
    """Ids that stand twice or point nowhere, as (file, sentence)."""
    found: list[tuple[str, str]] = []
    groups = {
        "theme": "queues.toml",
        "queue": "queues.toml",
        "window": "windows.toml",
        "clerk": "windows.toml",
        "terminal": "devices.toml",
        "device": "devices.toml",
    }
    ids = {group: [entry.id for entry in getattr(config, group)] for group in groups}
    for group, file in groups.items():
        found += [(file, f"[[{group}]] id {i!r} stands twice; ids are unique") for i in _twice(ids[group])]
    found += [
        ("windows.toml", f"[[window]] number {x!r} stands twice; every window has its own")
        for x in _twice([w.number for w in config.window])
    ]
    found += [
        ("queues.toml", f"letter {x!r} stands twice; every queue has its own") for x in _twice([q.letter for q in config.queue])
    ]

    def need(file: str, owner: str, key: str, value: str | None, group: str) -> None:
        if value is not None and value not in ids[group]:
            found.append((file, f"{owner}: {key} {value!r} is no {group}; {nearest(value, ids[group])}"))

    found += [
        (
            "queues.toml",
            f"[[queue]] {queue.id}: offline = true does not go with daily_limit or segments, which only the "
            "server can count; take one of them out",
        )
        for queue in config.queue
        if queue.limited and queue.offline and "offline" in queue.model_fields_set
    ]
    for queue in config.queue:
        need("queues.toml", f"[[queue]] {queue.id}", "theme", queue.theme, "theme")
    for window in config.window:
        for queue_id in window.queues:
            need("windows.toml", f"[[window]] {window.id}", "queues", None if queue_id == "*" else queue_id, "queue")
    for clerk in config.clerk:
        for window_id in clerk.windows:
            need("windows.toml", f"[[clerk]] {clerk.id}", "windows", window_id, "window")
    for terminal in config.terminal:
        need("devices.toml", f"[[terminal]] {terminal.id}", "window", terminal.window, "window")
        for device_id in terminal.devices:
            need("devices.toml", f"[[terminal]] {terminal.id}", "devices", device_id, "device")
    for device in config.device:
        need("devices.toml", f"[[device]] {device.id}", "agent", device.agent, "terminal")
        need("devices.toml", f"[[device]] {device.id}", "serves", None if device.serves == "board" else device.serves, "window")
    return found


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})
