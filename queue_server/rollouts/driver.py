"""Drives rollouts: looks what terminals report, records what follows, sends orders."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime

from contract.wire import codec
from contract.wire.messages import Alert, TerminalAsk, TerminalStatus, Text, Update
from contract.wire.topics import expiry_s
from queue_server.hall_access import HallAccess
from queue_server.rollouts.bundle_shelf import BundleShelf
from queue_server.rollouts.repository import RolloutRepository
from queue_server.rollouts.step import Rollout, Seen, Target, advance

LOG = logging.getLogger(__name__)
LOOK_S = 1.0
"""How often `RolloutDriver.look` is called."""
EXPIRY_S = expiry_s("terminal/<id>/ask")
MOST_NAMED = 5
"""Maximum number of terminals that an alert names."""
SETTLE = 5
"""Looks after a connect before anything is concluded: what terminals have retained must come in first."""


class RolloutDriver:
    """Drives the rollouts whose bundles are on this server's shelf.

    `connected` says whether the broker is; `address` is where terminals reach the web pages.
    """

    def __init__(
        self,
        repository: RolloutRepository,
        shelf: BundleShelf,
        hall: HallAccess,
        connected: Callable[[], bool],
        address: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._repository, self._shelf, self._hall, self._address, self._clock = repository, shelf, hall, address, clock
        self._connected = connected
        self._looks = 0

    def look(self) -> None:
        """One look at every rollout that is not over; called once every LOOK_S. Raise ERRORS of the database."""
        self._looks = self._looks + 1 if self._connected() else 0
        if self._looks < SETTLE:
            return
        for rollout in self._repository.followed():
            self._drive(rollout)

    def _drive(self, rollout: Rollout) -> None:
        """One look at one rollout; nothing is written while nothing has changed."""
        if self._shelf.get(rollout.bundle) is None:
            return
        seen = {target.terminal: self._seen(target.terminal) for target in rollout.targets}
        orders: list[Target] = []

        def step(before: Rollout) -> Rollout:
            after, due = advance(before, seen, self._clock(), lambda: str(uuid.uuid4()))
            orders[:] = due
            return after

        if step(rollout) == rollout:
            return
        changed = self._repository.change(rollout.id, step)
        if changed is None:
            return
        before, after = changed
        for target in orders:
            self._order(after, target)
        if (before.state, before.failed) != (after.state, after.failed):
            LOG.info("the rollout of %s to %s is %s, %d failed", after.version, after.group, after.state, after.failed)
            self._hall.show(*alert_of(after, self._clock()))

    def _order(self, rollout: Rollout, target: Target) -> None:
        bundle = self._shelf.get(rollout.bundle)
        if bundle is None:
            return
        url = f"{self._address}/bundles/{bundle.sha256}.raucb"
        update = Update(url, bundle.sha256, bundle.size, bundle.version, rollout.older)
        ask = TerminalAsk(target.order, "update", update)
        self._hall.say(f"terminal/{target.terminal}/ask", codec.encode(ask), EXPIRY_S)

    def _seen(self, terminal: str) -> Seen:
        status = codec.read(self._hall.state(f"terminal/{terminal}/status"), TerminalStatus)
        if status is None:
            return Seen()
        system = status.machine.system if status.machine is not None else ""
        return Seen(status.state == "ready", system, status.update)


def alert_of(rollout: Rollout, now: datetime) -> tuple[str, bytes]:
    """Topic and payload of the alert of a rollout that has paused by itself, or has ended without all of its terminals,
    until somebody decides about those that failed; otherwise the payload is empty."""
    topic = f"alert/rollout-{rollout.group}"
    group, version, failed = rollout.group, rollout.version, rollout.failed
    if rollout.paused_by == "failures":
        kind = "rollout-paused"
        zh = f"终端组{group}升级到{version}已自动暂停：{failed}台没有成功。请到升级页查明原因，再继续或停止。"
        en = f"The update of group {group} to {version} has paused, {failed} failed: see the page of updates."
    elif rollout.ended_badly:
        kind = "rollout-failed"
        names = [target.terminal for target in rollout.targets if target.state == "failed"]
        some, rest = names[:MOST_NAMED], names[MOST_NAMED:]
        decide = "请到升级页再试，或就此结束。"
        zh = f"终端组{group}升级到{version}已结束，{failed}台没有成功：{'、'.join(some)}{'等' if rest else ''}。{decide}"
        en = f"The update of group {group} to {version} is over, {failed} failed: {', '.join(some)}{' …' if rest else ''}."
    else:
        return topic, b""
    return topic, codec.encode(Alert(kind, "error", group, now, Text(zh, en)))
