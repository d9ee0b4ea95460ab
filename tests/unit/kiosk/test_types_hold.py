"""What mypy sees at the seams of the kiosk: a wrong effect, a step for another event, a role or part that lacks a method."""

from __future__ import annotations

import re
from pathlib import Path

from mypy import api

PROJECT = Path(__file__).parents[3]
WRONG = """
from kiosk.call_screen.role import CallScreen
from kiosk.flow.event import Send, Tick, Touched
from kiosk.flow.handlers import Handlers, on
from kiosk.flow.role import Role
from kiosk.parts import Part
from kiosk.ticket_kiosk.state import Effect, KioskState
from kiosk.ticket_kiosk.take_number.state import PrintTicket


def ticked(state: KioskState, event: Tick) -> tuple[KioskState, tuple[Effect, ...]]:
    return state, ("no effect",)  # 1


def painted(state: KioskState, event: Tick) -> tuple[KioskState, tuple[str, ...]]:
    return state, ("paint",)


TABLE: Handlers[KioskState, Effect] = Handlers(
    on(Touched, ticked),  # 2
    on(Tick, painted),  # 3
)


class Lame(Role[int, int]):
    kind, topics, effects = "lame", (), ()


class Deaf(Part[PrintTicket]):
    handles = (Tick,)  # 4


role = Lame()  # 5
part = Deaf()  # 6
role.reprint()  # 7
"""


def test_mypy_sees_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    path.write_text(WRONG)
    told, _errors, _code = api.run(["--config-file", str(PROJECT / "pyproject.toml"), str(path)])
    lines = WRONG.splitlines()
    expected = {number for number, line in enumerate(lines, 1) if re.search(r"# \d$", line)}
    assert {int(number) for number in re.findall(r"wrong\.py:(\d+): error", told)} == expected, told
