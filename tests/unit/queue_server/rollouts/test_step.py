"""A rollout, step by step: who is ordered, who is done, when it pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contract.wire import codec, messages
from contract.wire.messages import UpdateStatus
from queue_server.rollouts import step as steps
from queue_server.rollouts.driver import alert_of
from queue_server.rollouts.step import Rollout, Seen, Target, advance

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLD, NEW = "2026.11.22", "2026.11.23"


class Group:
    """Terminals that can be spoken to by hand, and the rollout that brings them NEW."""

    def __init__(self, count: int, *, at_most: int = 2, may_fail: int = 1) -> None:
        names = [f"kiosk-{number}" for number in range(1, count + 1)]
        self.rollout = Rollout("r", "f" * 64, NEW, "main", at_most, may_fail, tuple(Target(name) for name in names))
        self.seen = {name: Seen(True, OLD) for name in names}
        self.now = NOW
        self.ordered: list[str] = []
        self._ids = iter(range(1, 100))

    def step(self, **passed: float) -> list[str]:
        """Let time pass and advance; who is sent an order."""
        self.now += timedelta(**passed)
        self.rollout, orders = advance(self.rollout, self.seen, self.now, lambda: f"order-{next(self._ids)}")
        self.ordered += [target.terminal for target in orders]
        return [target.terminal for target in orders]

    def target(self, name: str) -> Target:
        return next(target for target in self.rollout.targets if target.terminal == name)

    def tells(self, name: str, state: str, percent: int = 0, detail: str = "") -> None:
        update = UpdateStatus(self.target(name).order, state, NEW, percent, detail)  # type: ignore[arg-type]
        self.seen[name] = replace(self.seen[name], update=update)

    def finishes(self, name: str) -> None:
        self.seen[name] = Seen(True, NEW)

    def alert(self) -> str:
        """The kind of the alert that stands, or none."""
        topic, payload = alert_of(self.rollout, NOW)
        assert topic == "alert/rollout-main"
        return codec.decode(payload, messages.Alert).kind if payload else ""

    def states(self) -> list[str]:
        return [target.state for target in self.rollout.targets]


def test_at_most_so_many_terminals_are_updated_at_a_time() -> None:
    group = Group(5)
    assert group.step() == ["kiosk-1", "kiosk-2"]
    assert group.step() == []
    group.tells("kiosk-1", "downloading", 10)
    assert group.step() == [] and group.target("kiosk-1").percent == 10
    group.finishes("kiosk-1")
    assert group.step() == ["kiosk-3"]
    for name in ("kiosk-2", "kiosk-3"):
        group.finishes(name)
    assert group.step() == ["kiosk-4", "kiosk-5"]
    for name in ("kiosk-4", "kiosk-5"):
        group.finishes(name)
    group.step()
    assert group.rollout.state == "finished" and group.rollout.done == 5


def test_a_terminal_that_runs_the_version_already_is_not_ordered() -> None:
    group = Group(2)
    group.finishes("kiosk-1")
    assert group.step() == ["kiosk-2"] and group.states() == ["done", "asked"]


def test_a_terminal_that_is_switched_off_is_waited_for_and_holds_up_nobody() -> None:
    group = Group(3, at_most=1)
    group.seen["kiosk-1"] = Seen(False)
    del group.seen["kiosk-2"]
    assert group.step() == ["kiosk-3"]
    group.finishes("kiosk-3")
    assert group.step(days=3) == [] and group.rollout.state == "running"
    group.seen["kiosk-1"] = Seen(True, OLD)
    assert group.step() == ["kiosk-1"]


def test_more_failures_than_the_limit_pause_the_rollout_and_those_under_way_are_followed() -> None:
    group = Group(6, at_most=3, may_fail=1)
    group.step()
    group.tells("kiosk-1", "failed", detail="disk full")
    assert group.step() == ["kiosk-4"] and group.rollout.state == "running"
    group.tells("kiosk-2", "failed", detail="bad signature")
    assert group.step() == []
    assert (group.rollout.state, group.rollout.paused_by) == ("paused", "failures")
    group.finishes("kiosk-3")
    group.tells("kiosk-4", "installing", 70)
    assert group.step() == [] and group.states() == ["failed", "failed", "done", "installing", "waiting", "waiting"]
    group.rollout = steps.go_on(group.rollout)
    assert group.step() == ["kiosk-5", "kiosk-6"]
    group.tells("kiosk-5", "failed")
    group.step()
    assert group.rollout.state == "running"  # the two before are forgiven, one more may fail
    group.tells("kiosk-6", "failed")
    group.finishes("kiosk-4")
    group.step()
    assert group.rollout.state == "finished"  # nobody is left to be spared
    assert group.alert() == "rollout-failed"  # and somebody has to look after those that failed


def test_the_failure_of_the_last_terminal_raises_an_alert_until_it_comes_or_somebody_decides() -> None:
    group = Group(2, may_fail=5)
    group.step()
    group.finishes("kiosk-1")
    group.tells("kiosk-2", "failed", detail="no-room")
    group.step()
    assert group.rollout.state == "finished" and group.alert() == "rollout-failed"
    _, payload = alert_of(group.rollout, NOW)
    assert "kiosk-2" in codec.decode(payload, messages.Alert).texts.zh
    decided = steps.stop(group.rollout)
    assert decided.state == "stopped" and alert_of(decided, NOW)[1] == b""
    assert alert_of(steps.try_again(group.rollout), NOW)[1] == b""
    group.finishes("kiosk-2")
    assert group.step() == [] and group.states() == ["done", "done"] and group.alert() == ""


def test_a_last_failure_beyond_the_limit_raises_the_alert_although_nobody_is_left_to_pause_for() -> None:
    group = Group(1, may_fail=0)
    group.step()
    group.tells("kiosk-1", "failed")
    group.step()
    assert group.rollout.state == "finished" and group.alert() == "rollout-failed"


def test_a_silent_terminal_is_asked_again_with_the_same_order_and_then_given_up() -> None:
    group = Group(1, may_fail=0)
    group.step()
    order = group.target("kiosk-1").order
    assert group.step(seconds=10) == []
    assert group.step(seconds=31) == ["kiosk-1"] and group.target("kiosk-1").order == order
    assert group.step(seconds=41) == ["kiosk-1"]
    assert group.step(seconds=41) == []
    assert (group.target("kiosk-1").state, group.target("kiosk-1").detail) == ("failed", "no-answer")


def test_what_a_terminal_tells_of_an_earlier_order_is_not_taken_for_this_one() -> None:
    group = Group(1)
    group.seen["kiosk-1"] = Seen(True, OLD, UpdateStatus("another", "failed", "2026.11.20", detail="long ago"))
    group.step()
    assert group.step() == [] and group.states() == ["asked"]


def test_a_terminal_that_stops_in_the_middle_has_failed_after_a_while_and_counts_again_if_it_comes_back_updated() -> None:
    group = Group(2, at_most=1, may_fail=5)
    group.step()
    group.tells("kiosk-1", "restarting")
    group.step()
    group.seen["kiosk-1"] = Seen(False)
    assert group.step(minutes=19) == []
    assert group.step(minutes=2) == ["kiosk-2"] and group.target("kiosk-1").detail == "stuck"
    group.finishes("kiosk-1")
    group.step()
    assert group.target("kiosk-1").state == "done"


def test_progress_keeps_a_slow_terminal_from_being_given_up() -> None:
    group = Group(1)
    group.step()
    for percent in range(0, 100, 10):
        group.tells("kiosk-1", "downloading", percent)
        group.step(minutes=15)
    assert group.states() == ["downloading"]


def test_somebody_pauses_goes_on_stops_and_tries_again() -> None:
    group = Group(3, at_most=1, may_fail=2)
    group.rollout = steps.pause(group.rollout)
    assert group.step() == [] and group.rollout.paused_by == "person"
    group.rollout = steps.go_on(group.rollout)
    assert group.step() == ["kiosk-1"]
    group.tells("kiosk-1", "failed", detail="x")
    assert group.step() == ["kiosk-2"]
    group.rollout = steps.try_again(group.rollout)
    group.finishes("kiosk-2")
    group.step()
    assert group.ordered == ["kiosk-1", "kiosk-2", "kiosk-1"] and group.target("kiosk-1").detail == ""
    group.rollout = steps.stop(group.rollout)
    group.tells("kiosk-1", "installing", 5)
    assert group.step() == [] and group.states() == ["installing", "done", "waiting"]
    assert steps.go_on(group.rollout).state == steps.try_again(group.rollout).state == "stopped"


def test_a_finished_rollout_goes_on_for_those_that_failed_when_they_shall_try_again() -> None:
    group = Group(1)
    group.step()
    group.tells("kiosk-1", "failed")
    group.step()
    assert group.rollout.state == "finished"
    group.rollout = steps.try_again(group.rollout)
    assert group.step() == ["kiosk-1"] and group.rollout.state == "running"
