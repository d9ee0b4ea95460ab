"""The rollouts in the ledger's database: they outlive the server, and two servers see the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, fields

from sqlalchemy import Connection, Engine, Select, delete, insert, or_, select, update

from queue_server.rollouts.step import Rollout, Target
from queue_server.store.tables import rollout_terminals, rollouts

R = rollouts.c
T = rollout_terminals.c
UNDER_WAY = ("asked", "downloading", "installing", "restarting")
OPEN = ("running", "paused")
TARGET = [T[f.name] for f in fields(Target)]
FAILED = select(T.rollout).where(T.state == "failed")


class GroupIsBusy(RuntimeError):
    """There is a rollout to this group that is not over."""


class RolloutRepository:
    """Every method is one short transaction; call them off the event loop."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer, self._reader = writer, reader

    def begin(self, rollout: Rollout) -> None:
        """Write down a new rollout, after which failures of earlier ones to the group matter no more. Raise GroupIsBusy."""
        with self._writer.begin() as connection:
            busy = R.state.in_(OPEN) & (R.group == rollout.group)
            if connection.execute(select(R.id).where(busy)).first() is not None:
                raise GroupIsBusy(rollout.group)
            over = (R.state == "finished") & (R.group == rollout.group)
            connection.execute(update(rollouts).where(over, R.id.in_(FAILED)).values(state="stopped"))
            connection.execute(insert(rollouts).values(_facts(rollout)))
            connection.execute(insert(rollout_terminals), _rows(rollout, rollout.targets))

    def change(self, rollout_id: str, step: Callable[[Rollout], Rollout]) -> tuple[Rollout, Rollout] | None:
        """Bring a rollout from one state to the next; both, or None when there is no such rollout."""
        with self._writer.begin() as connection:
            found = self._read(connection, select(rollouts).where(R.id == rollout_id).with_for_update())
            if not found:
                return None
            before = found[0]
            after = step(before)
            if after != before:
                connection.execute(update(rollouts).where(R.id == rollout_id).values(_facts(after)))
            if after.targets != before.targets:
                connection.execute(delete(rollout_terminals).where(T.rollout == rollout_id))
                connection.execute(insert(rollout_terminals), _rows(after, after.targets))
        return before, after

    def followed(self) -> list[Rollout]:
        """Every rollout that is open or has terminals under way, and those whose failures nobody has decided about."""
        under_way = select(T.rollout).where(T.state.in_(UNDER_WAY))
        ended_badly = (R.state == "finished") & R.id.in_(FAILED)
        wanted = select(rollouts).where(or_(R.state.in_(OPEN), R.id.in_(under_way), ended_badly))
        with self._reader.connect() as connection:
            return self._read(connection, wanted)

    def latest(self, limit: int = 10) -> list[Rollout]:
        """The newest rollouts, those that are open first."""
        wanted = select(rollouts).order_by(R.state.in_(OPEN).desc(), R.started_at.desc()).limit(limit)
        with self._reader.connect() as connection:
            return self._read(connection, wanted)

    def _read(self, connection: Connection, wanted: Select[*tuple[object, ...]]) -> list[Rollout]:
        rows = connection.execute(wanted).mappings().all()
        of_them = select(T.rollout, *TARGET).where(T.rollout.in_([row["id"] for row in rows])).order_by(T.place)
        targets: dict[str, list[Target]] = {row["id"]: [] for row in rows}
        for rollout, *target in connection.execute(of_them):
            targets[rollout].append(Target(*target))
        return [Rollout(**row, targets=tuple(targets[row["id"]])) for row in rows]


def _facts(rollout: Rollout) -> dict[str, object]:
    return {column.name: getattr(rollout, column.name) for column in rollouts.c}


def _rows(rollout: Rollout, targets: Iterable[Target]) -> list[dict[str, object]]:
    return [{**asdict(target), "rollout": rollout.id, "place": place} for place, target in enumerate(targets)]
