"""Counts what comes off a printer's roll, so that somebody can bring a new one before it ends.

The count outlives the program. A printer with a sensor near the end says itself that paper is low; this count says it for the
others, and for all of them how many tickets the roll will still give.
"""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from contract import durable
from contract.wire.messages import PaperUse
from drivers.printer.roll import RollSetting

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Count:
    """Papers since the new roll and since when, papers of the day `day`."""

    since: str
    printed: int = 0
    day: str = ""
    today: int = 0


class PaperRoll:
    """The roll in one printer. Belongs to the thread of the printer; `paper` may be read from any."""

    def __init__(self, file: Path | None, setting: RollSetting, zone: tzinfo) -> None:
        """`file` keeps the count; without one it begins anew with the program."""
        self._file, self.setting, self._zone = file, setting, zone
        self._count = Count("")

    def open(self) -> None:
        """Read the count; one that cannot be read begins anew."""
        self._count = Count(self._now().isoformat(timespec="seconds"))
        if self._file is None or not self._file.exists():
            return
        try:
            kept = Count(**json.loads(self._file.read_text(encoding="utf-8")))
            datetime.fromisoformat(kept.since)
            self._count = replace(kept, printed=int(kept.printed), today=int(kept.today))
        except (OSError, ValueError, TypeError) as error:
            LOG.warning("the paper count %s cannot be read and begins anew: %s", self._file, error)

    @property
    def paper(self) -> PaperUse:
        """The count, as the status of the printer carries it."""
        count, left = self._count, self.setting.left_mm(self._count.printed)
        today = count.today if count.day == self._today() else 0
        more = None if left is None else int(left // self.setting.ticket_mm)
        used = round(count.printed * self.setting.ticket_mm)
        return PaperUse(count.printed, today, more, used, datetime.fromisoformat(count.since) if count.since else None)

    def condition(self, told: str) -> str:
        """The printer's condition, with what the count knows of its paper."""
        left = self.setting.left_mm(self._count.printed)
        return "paper-low" if told == "ok" and left is not None and left < self.setting.low_mm else told

    def used(self) -> None:
        """One more paper came out."""
        day = self._today()
        today = self._count.today if self._count.day == day else 0
        self._keep(replace(self._count, printed=self._count.printed + 1, day=day, today=today + 1))

    def renewed(self) -> None:
        """A new roll is in."""
        self._keep(replace(self._count, since=self._now().isoformat(timespec="seconds"), printed=0))

    def _keep(self, count: Count) -> None:
        self._count = count
        if self._file is None:
            return
        with contextlib.suppress(OSError):  # a full disk must not keep anybody from a ticket
            self._file.parent.mkdir(parents=True, exist_ok=True)
            durable.replace_file(self._file, json.dumps(asdict(count)))

    def _now(self) -> datetime:
        return datetime.now(self._zone)

    def _today(self) -> str:
        return self._now().date().isoformat()
