"""What a rollout does next, pure: which terminal is ordered, which one is done, when it pauses.

A rollout brings one bundle to the terminals of one group, at most `at_most` of them at a time. When more than `may_fail` have
failed it pauses, and nobody new is ordered until somebody says so; terminals that are under way go on and are followed.
A terminal that is not there is waited for: it may be switched off for days. One that failed and comes with the new system
after all is done, also when the rollout is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from contract.wire.messages import UpdateStatus

TargetState = Literal["waiting", "asked", "downloading", "installing", "restarting", "done", "failed"]
RolloutState = Literal["running", "paused", "stopped", "finished"]
Pause = Literal["", "failures", "person"]
ASK_AGAIN = timedelta(seconds=40)
"""An order is worth nothing after 30 s; then the terminal is asked again."""
MOST_ASKED = 3
STUCK = {
    "downloading": timedelta(minutes=20),
    "installing": timedelta(minutes=65),
    "restarting": timedelta(minutes=20),
}
"""After so long without any news a terminal has failed. An installer has an hour, which its terminal watches itself."""


@dataclass(frozen=True)
class Target:
    """One terminal of a rollout. `since` is when its state, percents or detail last changed; `order` is the order's id."""

    terminal: str
    state: TargetState = "waiting"
    since: datetime | None = None
    order: str = ""
    asked: int = 0
    percent: int = 0
    detail: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it counts among those that are updated at the same time."""
        return self.state in ("asked", "downloading", "installing", "restarting")


@dataclass(frozen=True)
class Rollout:
    """One bundle for one group. `forgiven` failures were there when somebody said that it should go on."""

    id: str
    bundle: str
    version: str
    group: str
    at_most: int
    may_fail: int
    targets: tuple[Target, ...]
    state: RolloutState = "running"
    paused_by: Pause = ""
    forgiven: int = 0
    started_by: str = ""
    started_at: datetime | None = None
    older: bool = False
    """Somebody has said that terminals may go back to this version from a newer one."""

    @property
    def open(self) -> bool:
        """Whether there is still something to do."""
        return self.state in ("running", "paused")

    @property
    def ended_badly(self) -> bool:
        """Whether it is over, terminals of it have failed, and nobody has said yet that they stay as they are."""
        return self.state == "finished" and self.failed > 0

    @property
    def failed(self) -> int:
        """How many terminals have failed."""
        return sum(target.state == "failed" for target in self.targets)

    @property
    def done(self) -> int:
        """How many terminals run the new system."""
        return sum(target.state == "done" for target in self.targets)


@dataclass(frozen=True)
class Seen:
    """What a terminal says of itself now; without a status it was never there."""

    ready: bool = False
    system: str = ""
    update: UpdateStatus | None = None


NOBODY = Seen()


def advance(
    rollout: Rollout, seen: Mapping[str, Seen], now: datetime, new_id: Callable[[], str]
) -> tuple[Rollout, list[Target]]:
    """The rollout as it is now, and the terminals that have to be sent their order (once more)."""
    before = rollout
    targets = [_follow(target, rollout.version, seen.get(target.terminal, NOBODY), now) for target in rollout.targets]
    rollout = replace(rollout, targets=tuple(targets))
    if rollout.state == "running" and rollout.failed - rollout.forgiven > rollout.may_fail:
        rollout = replace(rollout, state="paused", paused_by="failures")
    orders: list[Target] = []
    if rollout.state == "running":
        rollout, orders = _order(rollout, seen, now, new_id)
    orders += [new for old, new in zip(before.targets, targets, strict=True) if new.state == "asked" and new.asked > old.asked]
    if rollout.open and all(target.state in ("done", "failed") for target in rollout.targets):
        rollout = replace(rollout, state="finished", paused_by="")
    return rollout, orders


def pause(rollout: Rollout) -> Rollout:
    """Order nobody new, because somebody says so."""
    return replace(rollout, state="paused", paused_by="person") if rollout.state == "running" else rollout


def go_on(rollout: Rollout) -> Rollout:
    """Order again; failures so far no longer count towards the limit."""
    if rollout.state != "paused":
        return rollout
    return replace(rollout, state="running", paused_by="", forgiven=rollout.failed)


def stop(rollout: Rollout) -> Rollout:
    """Order nobody any more; those under way come to their own end. After the end: those that failed stay as they are."""
    return replace(rollout, state="stopped", paused_by="") if rollout.open or rollout.ended_badly else rollout


def try_again(rollout: Rollout) -> Rollout:
    """Let every terminal that has failed wait for another order."""
    if rollout.state == "stopped":
        return rollout
    targets = tuple(Target(t.terminal) if t.state == "failed" else t for t in rollout.targets)
    state: RolloutState = "running" if rollout.state == "finished" else rollout.state
    return replace(rollout, targets=targets, forgiven=0, state=state if rollout.failed else rollout.state)


def _order(
    rollout: Rollout, seen: Mapping[str, Seen], now: datetime, new_id: Callable[[], str]
) -> tuple[Rollout, list[Target]]:
    """Order as many of those who wait and are there as may be under way at the same time."""
    free = rollout.at_most - sum(target.under_way for target in rollout.targets)
    orders: list[Target] = []
    targets = list(rollout.targets)
    for place, target in enumerate(targets):
        if len(orders) >= free:
            break
        if target.state == "waiting" and seen.get(target.terminal, NOBODY).ready:
            targets[place] = Target(target.terminal, "asked", now, new_id(), 1)
            orders.append(targets[place])
    return replace(rollout, targets=tuple(targets)), orders


def _follow(target: Target, version: str, seen: Seen, now: datetime) -> Target:
    """The target after what its terminal says. A terminal that runs the version is done, however it came to it."""
    if target.state == "done":
        return target
    if seen.ready and seen.system == version:
        return _changed(target, "done", now)
    if not target.under_way:
        return target
    if seen.update is not None and seen.update.id == target.order:
        target = _changed(target, seen.update.state, now, percent=seen.update.percent, detail=seen.update.detail)
    silent = now - target.since if target.since is not None else timedelta(0)
    if target.state == "asked" and silent >= ASK_AGAIN:
        if target.asked >= MOST_ASKED:
            return _changed(target, "failed", now, detail="no-answer")
        return replace(target, since=now, asked=target.asked + 1)
    if target.under_way and silent >= STUCK.get(target.state, timedelta.max):
        return _changed(target, "failed", now, detail="stuck")
    return target


def _changed(target: Target, state: TargetState, now: datetime, *, percent: int = 0, detail: str = "") -> Target:
    if (target.state, target.percent, target.detail) == (state, percent, detail):
        return target
    return replace(target, state=state, since=now, percent=percent, detail=detail)
