"""`jiaohao-devices emulate`: one emulated device on a line, until it is stopped. What is typed changes it while it runs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from drivers import registry
from drivers.emulators.base import Emulator, UnknownFault
from drivers.emulators.serve import server
from drivers.ports import NotFound

HELP = "type: fault NAME, repair [NAME], hang-up, help, or what a person does at the device"


def emulate(model: str, listen: str, *, out: Path | None, faults: Iterable[str], ended: threading.Event) -> None:
    """Serve an emulated `model` at `listen`. Raise UnknownModel, NotFound when the place is taken or a fault is unknown."""
    kind = registry.emulator(model)
    try:
        emulator = kind(name=model, out=out, faults=faults)
    except UnknownFault as error:
        raise NotFound(str(error), "correct --fault") from None
    line = server(emulator, listen)
    try:
        line.open()
    except OSError as error:
        raise NotFound(f"{listen}: {error.strerror or error}", "listen at another place, for example 127.0.0.1:0") from None
    print(f"{model} at {line.address}", flush=True)
    if out is not None:
        print(f"what it shows is in {out}", flush=True)
    threading.Thread(target=_listen_to_person, args=(emulator, sys.stdin), daemon=True).start()
    try:
        ended.wait()
    finally:
        line.close()


def _listen_to_person(emulator: Emulator, typed: TextIO) -> None:
    for line in typed:
        if line.strip():
            print(obey(emulator, line.strip()), flush=True)


def obey(emulator: Emulator, line: str) -> str:
    """Do what was typed; the answer for the person."""
    word, _, rest = line.partition(" ")
    if word == "fault":
        try:
            emulator.fail(rest.strip())
        except UnknownFault as error:
            return str(error)
        return f"now: {rest.strip()}"
    if word == "repair":
        emulator.repair(rest.strip() or None)
        return "repaired"
    if word == "hang-up":
        emulator.hang_up()
        return "all connections were ended"
    act = getattr(emulator, "act", None)
    if word == "help" or act is None:
        faults = "\n".join(f"  {name}: {what}" for name, what in emulator.known_faults().items())
        return f"{HELP}\nfaults:\n{faults}"
    try:
        act(line)
    except ValueError as error:
        return str(error)
    return "done"
