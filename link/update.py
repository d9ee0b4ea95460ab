"""How a terminal gets another system: fetches the bundle, hands it to the installer, and reports the result after the restart.

The programs of a terminal may not install anything. They leave `bundle.raucb` and `request.json` {id, file, sha256, version,
older} in a folder that systemd watches (`jiaohao-update.path`). A service of root (`appliance/boot/update.py`) installs the
bundle and restarts the machine, another one (`appliance/boot/judge.py`) decides then whether the new system is good; both
leave their result in `result.json` {state: installing|restarting|done|failed, detail}. `order.json` is this program's own note:
what it was doing.

The reason of a failed update is what the installer reports, or a word that the server's pages explain: no-room, not-there,
unreachable, another-file (link.fetch), no-installer, busy, not-newer, not-installed, installer-silent, went-back (the new
system did not start).
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from contract import durable
from contract.wire.codec import Illegal, decode
from contract.wire.messages import Update, UpdateStatus
from link.fetch import BadFetch, fetch
from link.https_opener import opener

LOG = logging.getLogger(__name__)
LOOK_S = 0.5
INSTALL_S = 3900.0
"""How long the installer may take, a little more than its unit gives it; after a restart this begins anew."""
READABLE = 0o640
BUNDLE = "bundle.raucb"
T = TypeVar("T")


class UpdateRefused(RuntimeError):
    """The update cannot be begun here; the text says why. `reason` is no-installer or busy."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class InstallOrder(Struct, frozen=True):
    """What is handed to the installer."""

    id: str
    file: str
    sha256: str
    version: str
    older: bool


class InstallResult(Struct, frozen=True):
    """What the installer reports."""

    state: Literal["installing", "restarting", "done", "failed"]
    detail: str = ""


class UpdateNote(Struct, frozen=True):
    """What this program is doing or has done."""

    id: str
    terminal: str
    update: Update
    state: Literal["downloading", "installing", "restarting", "done", "failed"]
    detail: str = ""

    @property
    def open(self) -> bool:
        """Whether the update is still under way."""
        return self.state not in ("done", "failed")


class Updater:
    """The updates of one terminal. Nothing happens before `open`.

    `folder` is the one that systemd watches, None on a machine that cannot be updated so; `report` is called, from any thread,
    when `status` has changed.
    """

    def __init__(
        self,
        folder: Path | None,
        terminal: str,
        report: Callable[[], None],
        *,
        ca: Path | None = None,
        install_s: float = INSTALL_S,
    ) -> None:
        self.status: UpdateStatus | None = None
        self._folder, self._terminal, self._report, self._ca = folder or Path(), terminal, report, ca
        self._able = folder is not None
        self._install_s = install_s
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Go on with what was under way before this program or the machine started again."""
        note = self._read("order.json", UpdateNote) if self._able else None
        if note is None or note.terminal != self._terminal:
            return
        if note.open:
            self._begin(note)
        else:
            self._show(note)

    @property
    def ended(self) -> bool:
        """Whether `close` was called."""
        return self._ended.is_set()

    def close(self) -> None:
        """Let go of a download; what has come stays for the next time."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(5)

    def take(self, order_id: str, update: Update) -> None:
        """Begin an update; the same order once more changes nothing. Raise UpdateRefused; the status says so too."""
        with self._lock:
            try:
                if self._is_new(order_id):
                    self._begin(UpdateNote(order_id, self._terminal, update, "downloading"))
            except UpdateRefused as refused:
                self.status = UpdateStatus(order_id, "failed", update.version, detail=refused.reason)
                self._report()
                raise

    def _is_new(self, order_id: str) -> bool:
        if not self._able:
            raise UpdateRefused(
                "no-installer", "this terminal was started without --updates: its system is not updated from here"
            )
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise UpdateRefused("no-installer", f"{self._folder} cannot be written: this machine has no installer")
        before = self._read("order.json", UpdateNote)
        if before is not None and before.open and before.id != order_id:
            raise UpdateRefused("busy", f"{before.terminal} is still at the update to {before.update.version}; wait for it")
        return before is None or before.id != order_id

    # --- the thread of one update ---

    def _begin(self, note: UpdateNote) -> None:
        self._keep(note)
        self._thread = threading.Thread(target=self._run, args=(note,), name="update", daemon=True)
        self._thread.start()

    def _run(self, note: UpdateNote) -> None:
        try:
            if note.state == "downloading":
                bundle = self._folder / BUNDLE
                downloading = note
                there = fetch(
                    note.update, bundle, opener(self._ca), progress=lambda p: self._show(downloading, p), ended=self._ended
                )
                if not there:
                    return
                note = self._hand_over(note)
            self._await_installer(note)
        except BadFetch as error:
            LOG.error("the update failed: %s", error)
            self._keep(_failed(note, error.reason))
        except OSError as error:
            LOG.exception("the update failed")
            self._keep(_failed(note, f"{error.filename or self._folder}: {error.strerror}"))

    def _hand_over(self, note: UpdateNote) -> UpdateNote:
        """Leave the request where systemd sees it."""
        (self._folder / "result.json").unlink(missing_ok=True)
        note = msgspec.structs.replace(note, state="installing")
        self._keep(note)
        asked = note.update
        self._write("request.json", InstallOrder(note.id, BUNDLE, asked.sha256, asked.version, asked.older))
        return note

    def _await_installer(self, note: UpdateNote) -> None:
        """Follow what the installer reports, over the restart, until it is done or has failed."""
        waited = 0.0
        while note.open:
            result = self._read("result.json", InstallResult)
            if result is not None and result.state != note.state:
                note = _after(note, result)
                self._keep(note)
                continue
            if self._ended.wait(LOOK_S):
                return
            waited += LOOK_S
            if waited > self._install_s:
                LOG.error("the installer has not ended; look into the journal of jiaohao-update.service")
                note = _failed(note, "installer-silent")
                self._keep(note)

    # --- what is kept and shown ---

    def _keep(self, note: UpdateNote) -> None:
        if not note.open:
            for name in ("request.json", BUNDLE):
                (self._folder / name).unlink(missing_ok=True)
        self._write("order.json", note)
        self._show(note)

    def _show(self, note: UpdateNote, percent: int = 0) -> None:
        status = UpdateStatus(note.id, note.state, note.update.version, percent, note.detail)
        if status != self.status:
            self.status = status
            self._report()

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            return decode((self._folder / name).read_bytes(), kind)
        except FileNotFoundError:
            return None
        except (OSError, Illegal) as error:
            LOG.error("%s cannot be read: %s", self._folder / name, error)
            return None

    def _write(self, name: str, content: Struct) -> None:
        """Replace a file as a whole; the folder's group may read it."""
        durable.replace_file(self._folder / name, msgspec.json.encode(content), mode=READABLE)


def _after(note: UpdateNote, result: InstallResult) -> UpdateNote:
    """The note after what the installer has reported."""
    if result.state == "failed":
        LOG.error("the update to %s failed: %s", note.update.version, result.detail)
        return _failed(note, "went-back" if note.state == "restarting" else result.detail or "not-installed")
    return msgspec.structs.replace(note, state=result.state)


def _failed(note: UpdateNote, why: str) -> UpdateNote:
    return msgspec.structs.replace(note, state="failed", detail=why[:500])
