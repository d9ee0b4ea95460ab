"""What the terminal knows of time-based codes: the secret, in a file for its user only, and the last code that was used."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from contract import durable
from contract.totp import matching_step
from kiosk.flow.event import Send
from kiosk.parts import Part
from kiosk.service_pages.events import Checked, CheckOffline, KeepSecret

LOG = logging.getLogger(__name__)
NAME = "technician.key"
_FORM = re.compile(r"([0-9a-f]{64}) (-?[0-9]{1,12})\n")


class OfflineCodes(Part[KeepSecret | CheckOffline]):
    """Keeps the secret and judges codes by it. `clock` gives seconds since 1970; a few bytes are read and written at once."""

    handles = (KeepSecret, CheckOffline)

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._path, self._clock = folder / NAME, clock

    def perform(self, effect: KeepSecret | CheckOffline, send: Send) -> None:
        """Keep a secret, or judge a code and say so."""
        match effect:
            case KeepSecret(secret):
                self.keep(secret)
            case CheckOffline(code):
                send(Checked(self.judge(code)))

    def keep(self, secret: str) -> None:
        """A secret from the server; the same one changes nothing, so that used codes stay used."""
        if (known := self._read()) is not None and known[0] == secret:
            return
        if not re.fullmatch("[0-9a-f]{64}", secret):
            LOG.warning("the server sent no secret that can be used for technician's codes")
            return
        try:
            self._write(secret, -1)
        except OSError as error:
            LOG.error("time-based technician's codes will not work, %s cannot be written: %s", self._path, error)

    def judge(self, code: str) -> Literal["right", "wrong", "used", "no-secret"]:
        """Whether a code is right now; a right one is used up before it counts."""
        known = self._read()
        if known is None:
            return "no-secret"
        secret, last = bytes.fromhex(known[0]), known[1]
        now = self._clock()
        step = matching_step(secret, code, now, after=last)
        if step is None:
            return "used" if matching_step(secret, code, now) is not None else "wrong"
        try:
            self._write(known[0], step)
        except OSError as error:
            LOG.error("the code was right, and %s cannot be written: %s; it does not count", self._path, error)
            return "wrong"
        LOG.warning("the technician's page was opened with a time-based code")
        return "right"

    def _read(self) -> tuple[str, int] | None:
        """The secret and the step of the last code that was used; None without one."""
        try:
            found = _FORM.fullmatch(self._path.read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError):
            return None
        return (found[1], int(found[2])) if found else None

    def _write(self, secret: str, step: int) -> None:
        """Replace the file as a whole."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        durable.replace_file(self._path, f"{secret} {step}\n", mode=0o600)
