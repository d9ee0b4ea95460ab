"""What a program keeps is for its own user, also when somebody starts it by hand, with whatever umask the shell has."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Callable

import pytest

import appliance.boot.main
import appliance.image.main
import drivers.main
import kiosk.main
import launcher.main
import link.enrol
import queue_server.main

FOR_OWN_USER = 0o077


class Reached(Exception):
    """The program has come to its work; `umask` is what it had then."""

    def __init__(self) -> None:
        self.umask = os.umask(0)
        super().__init__(oct(self.umask))


def stop(*_words: object, **_named: object) -> None:
    raise Reached


def served(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(queue_server.main, "load", stop)
    return queue_server.main.main(["--hall", "nowhere", "--state", "nowhere", "--broker", "127.0.0.1:1"])


def drawn(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr("kiosk.terminal.run", stop)
    return kiosk.main.main(["hall", "--hall", "nowhere", "--terminal", "kiosk-1", "--broker", "127.0.0.1:1"])


def driven(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr("contract.configuration.hall_files.load", stop)
    return drivers.main.main(["doctor", "--hall", "nowhere"])


def launched(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(launcher.main, "load", stop)
    return launcher.main.main([])


KEEPS: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
    "jiaohao-server": served,
    "jiaohao-kiosk": drawn,
    "jiaohao-devices": driven,
    "jiaohao-hall": launched,
}
"""Program → how it is started here, up to its work."""
SAYS_EACH_MODE = {
    "jiaohao-enrol": "credentials are for the group of their folder; each file is made with its mode (link.enrol.READABLE)",
    "jiaohao-appliance": "runs as root in its units, which have a UMask; what others must read has its mode (appliance.boot.place)",
    "jiaohao-tech": "makes images and bundles that are given away; keys are made 0600 in a folder 0700 (appliance.image.bundle)",
}


def test_every_program_is_held_to_it_or_says_why_not() -> None:
    programs = {
        one.name for one in importlib.metadata.entry_points(group="console_scripts") if one.dist and one.dist.name == "jiaohao"
    }
    assert programs == set(KEEPS) | set(SAYS_EACH_MODE)
    assert all(main.__doc__ for main in (appliance.boot.main.main, appliance.image.main.main, link.enrol.main))


@pytest.mark.parametrize("program", KEEPS)
def test_a_program_started_by_hand_lets_nobody_else_read_what_it_keeps(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    os.umask(0o022)
    with pytest.raises(Reached) as reached:
        KEEPS[program](monkeypatch)
    assert reached.value.umask == FOR_OWN_USER
