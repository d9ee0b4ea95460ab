"""A voice learns from the states of windows what it missed and what is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contract.configuration.hall_files import load
from contract.wire.messages import Announce, Text, WindowState, WindowTicket
from drivers.voice.call_watch import FOLLOWS_S, CallWatch
from drivers.voice.line import AnnouncementQueue
from tests.small_hall import write_hall


class Stage:
    """A voice's line and what the hall tells it; time passes only when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.hall = load(write_hall(folder / "hall"))
        self.moment = 1000.0
        self.seq = 0
        self.line = AnnouncementQueue(clock=lambda: self.moment)
        self.watch = CallWatch(self.hall, [self.line], now=self.now, clock=lambda: self.moment)

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 9, 0, tzinfo=self.hall.zone) + timedelta(seconds=self.moment)

    def state(
        self, number: str | None, *, calls: int = 1, state: str = "calling", age_s: float = 0, retained: bool = False
    ) -> None:
        self.seq += 1
        ticket = None if number is None else WindowTicket("t", number, "household")
        since = self.now() - timedelta(seconds=age_s)
        told = WindowState(self.seq, state if number else "idle", ticket, None, calls, since)  # type: ignore[arg-type]
        self.watch.window_is("01", told, retained=retained)

    def announce(self, number: str) -> None:
        self.seq += 1
        self.watch.announced(Announce(self.seq, "01", number, Text(f"请{number}号到01号窗口", f"Number {number}")))

    def away(self, seconds: float) -> None:
        self.watch.connection_changed(False)
        self.moment += seconds
        self.watch.connection_changed(True)

    def said(self) -> list[str]:
        """What is said from now on, until nothing is left for a while."""
        found: list[str] = []
        for _ in range(2):
            while (turn := self.line.take(0)) is not None:
                found += [call.texts.zh for call in turn.calls]
                self.line.said()
            self.moment += FOLLOWS_S
        return found


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_call_is_said_once_though_both_state_and_announcement_tell_it(stage: Stage) -> None:
    stage.state("A001")
    stage.announce("A001")
    assert stage.said() == ["请A001号到01号窗口"]
    stage.state("A001", calls=2)
    stage.announce("A001")
    assert stage.said() == ["请A001号到01号窗口"], "a recall"


def test_a_call_that_was_made_while_the_connection_was_away_is_said_in_the_halls_own_words(stage: Stage) -> None:
    stage.state("A001")
    stage.announce("A001")
    stage.said()
    stage.away(3)
    stage.state("A002", age_s=2, retained=True)
    assert stage.said() == ["请A002号到01号窗口办理业务"]


def test_a_recall_that_was_made_meanwhile_is_said_too(stage: Stage) -> None:
    stage.state("A001")
    stage.announce("A001")
    stage.said()
    stage.away(3)
    stage.state("A001", calls=2, age_s=25, retained=True)
    assert stage.said() == ["请A001号到01号窗口办理业务"]


def test_what_was_said_before_is_not_said_again_after_a_break(stage: Stage) -> None:
    stage.state("A001")
    stage.announce("A001")
    stage.said()
    stage.away(3)
    stage.state("A001", age_s=10, retained=True)
    stage.state("A001", age_s=10)  # a server that was restarted tells everything anew
    assert stage.said() == []


def test_an_announcement_that_comes_late_takes_the_place_of_what_was_learnt(stage: Stage) -> None:
    stage.away(3)
    stage.state("A002", age_s=2, retained=True)
    stage.announce("A002")
    assert stage.said() == ["请A002号到01号窗口"]


def test_an_announcement_that_comes_before_the_retained_state_is_said_once(stage: Stage) -> None:
    stage.away(3)
    stage.seq += 1
    stage.announce("A002")
    stage.seq -= 2
    stage.state("A002", age_s=2, retained=True)
    assert stage.said() == ["请A002号到01号窗口"]


def test_a_short_break_is_made_up_for_whatever_the_clock_of_the_machine_says(stage: Stage) -> None:
    stage.state("A001")
    stage.announce("A001")
    stage.said()
    stage.away(3)
    stage.state("A002", age_s=3600, retained=True)
    assert stage.said() == ["请A002号到01号窗口办理业务"]


def test_old_calls_are_not_said_when_the_agent_starts_or_after_a_long_break(stage: Stage) -> None:
    stage.state("A001", age_s=600, retained=True)
    assert stage.said() == []
    stage.state("A001", age_s=600)
    assert stage.said() == [], "and the server that starts later tells the same"
    stage.away(600)
    stage.state("A005", age_s=300, retained=True)
    assert stage.said() == []


@pytest.mark.parametrize("state", ["serving", "idle", "paused", "rating", "closed"])
def test_a_call_whose_citizen_is_at_the_window_or_has_gone_is_not_said(stage: Stage, state: str) -> None:
    stage.state("A001")
    stage.announce("A001")
    stage.state("A001", state=state)
    assert stage.said() == [] and stage.line.lost() == []
    stage.state("A001")
    stage.announce("A001")
    assert stage.said() == ["请A001号到01号窗口"], "called again later"
