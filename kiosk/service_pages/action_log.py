"""The diary of a terminal: what was done behind its technician page, on its disk until the hall's log has it.

One small JSON file, replaced as a whole with fsync: a power cut leaves the old or the new one. Acts are numbered for ever, so
that the server takes none twice whatever happens to answers.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from contract import durable
from kiosk.flow.event import Send
from kiosk.parts import Part
from kiosk.service_pages.events import Forget, Note
from kiosk.service_pages.state import UnreportedActs

LOG = logging.getLogger(__name__)
NAME = "technician.diary"
MOST_KEPT = 1000
"""Of a terminal that has been without its server for very long the oldest acts are dropped."""


class ActionLog(Part[Note | Forget]):
    """Keeps the acts in `folder`. `clock` gives the time with its zone. A few kilobytes are read and written at once."""

    handles = (Note, Forget)

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._path, self._clock = folder / NAME, clock
        self._id, self._last = "", 0
        self._acts: list[dict[str, Any]] = []

    def open(self, send: Send) -> None:
        """Read what is not reported yet, and report it. A file that cannot be read is begun anew."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            self._id, self._last, self._acts = str(uuid.UUID(kept["id"])), int(kept["last"]), list(kept["acts"])
        except FileNotFoundError:
            self._id = str(uuid.uuid4())
        except (OSError, ValueError, KeyError, TypeError) as error:
            LOG.error("the diary %s cannot be read and is begun anew: %s", self._path, error)
            self._id, self._last, self._acts = str(uuid.uuid4()), 0, []
        self._report(send)

    def perform(self, effect: Note | Forget, send: Send) -> None:
        """Write an act down, or forget those that the server knows."""
        match effect:
            case Note(act, subject, result):
                LOG.warning("at the technician's page: %s", " ".join(word for word in (act, subject, result) if word))
                self._last += 1
                at = self._clock().isoformat(timespec="seconds")
                one = {"number": self._last, "at": at, "act": act, "subject": subject, "result": result}
                self._acts = [*self._acts, one][-MOST_KEPT:]
            case Forget(diary, number) if diary == self._id:
                self._acts = [act for act in self._acts if act["number"] > number]
            case _:
                return
        self._write()
        self._report(send)

    def _report(self, send: Send) -> None:
        send(UnreportedActs(self._id, tuple(self._acts)))

    def _write(self) -> None:
        """Replace the file; a disk that takes nothing must not keep the technician from repairing it."""
        content = json.dumps({"id": self._id, "last": self._last, "acts": self._acts}, ensure_ascii=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            durable.replace_file(self._path, content)
        except OSError as error:
            LOG.error("what is done at the technician's page is not kept, %s cannot be written: %s", self._path, error)
