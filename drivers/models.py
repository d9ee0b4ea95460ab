"""Every model the hall can use: where its driver and its emulator are, how well its protocol is known, what it was tried on.

Each kind keeps its own table, `drivers/<kind>/table.py`; a module is loaded only when its model is used.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from drivers.ports import DeviceError

if TYPE_CHECKING:
    from drivers.emulators.base import Emulator

TABLES = {
    "display": "drivers.display.table",
    "voice": "drivers.voice.table",
    "printer": "drivers.printer.table",
    "a4": "drivers.a4.table",
    "scanner": "drivers.scanner.table",
    "idcard": "drivers.idcard.table",
    "keypad": "drivers.keypad.table",
    "rater": "drivers.keypad.table",
    "locker": "drivers.locker.table",
}


class UnknownModel(DeviceError):
    """The configuration names a model that does not exist."""


@dataclass(frozen=True)
class Model:
    """One line of the support table.

    driver    "module:callable", called with (Device, DeviceSite), returns a driver of the kind's protocol in ports.py
    emulator  "module:class", a subclass of emulators.base.Emulator, or "" where there is none
    exempt    why there is none
    font      whose characters alone it can show; "" where it is no matter
    grade     A: vendor manual or several independent sources; B: one source; C: hearsay
    """

    name: str
    kind: str
    driver: str
    grade: Literal["A", "B", "C"]
    transports: tuple[str, ...]
    tested_against: str
    emulator: str = ""
    options: tuple[str, ...] = ()
    remark: str = ""
    exempt: str = ""
    font: Literal["", "GB 2312"] = ""


@cache
def models() -> dict[str, Model]:
    """Every model by its name. Raise ValueError if a name appears twice."""
    found: dict[str, Model] = {}
    for table in dict.fromkeys(TABLES.values()):
        for model in import_module(table).TABLE:
            if model.name in found:
                raise ValueError(f"{table}: model {model.name!r} appears twice")
            if model.kind not in TABLES:
                raise ValueError(f"{table}: {model.name!r} is of the unknown kind {model.kind!r}")
            found[model.name] = model
    return found


def find(name: str, kind: str | None = None) -> Model:
    """The model called `name`; raise UnknownModel with the nearest name otherwise."""
    known = {n: m for n, m in models().items() if kind in (None, m.kind)}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
        raise UnknownModel(f"{kind or 'device'} model {name!r} is not known", remedy)
    return known[name]


def emulator(name: str) -> type[Emulator]:
    """The emulator class of a model; raise UnknownModel where there is none."""
    model = find(name)
    if not model.emulator:
        emulated = ", ".join(m.name for m in models().values() if m.emulator)
        raise UnknownModel(f"{name} has no emulator ({model.exempt})", f"emulated: {emulated}")
    found: type[Emulator] = load(model.emulator)
    return found


def load(where: str) -> Any:
    """What `module:name` names; its module is imported now."""
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
